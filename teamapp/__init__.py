"""Từng Nhà: the logbook of the village digital team."""

from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    access,
    cli,
    errors,
    extensions,
    languages,
    logs,
    metrics,
    sealing,
    static_files,
    templating,
    web,
)
from .config import read_config


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    config = read_config(environment)
    logs.init(config)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(config.for_flask())
    app.extensions["config"] = config
    logs.init_app(app)
    metrics.init_app(app)
    extensions.init_app(app, config)
    languages.init_app(app)
    access.init_app(app)
    static_files.init_app(app, config)
    templating.init_app(app, config)
    web.init_app(app, config)
    trust_proxies(app, config.proxy_hops)
    sealing.init_app(app, config)
    register_slices(app)
    errors.init_app(app)
    cli.init_app(app)
    return app


def trust_proxies(app: Flask, hops: int) -> None:
    """Trust the X-Forwarded headers of `hops` proxies; with 0, of none."""
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)


def register_slices(app: Flask) -> None:
    from .deeds.routes import bp as deeds
    from .exports.routes import bp as exports
    from .health import bp as health
    from .households.routes import bp as households
    from .members.routes import bp as members
    from .offline.routes import bp as offline
    from .places.routes import bp as places
    from .reviews.routes import bp as reviews
    from .rounds.routes import bp as rounds
    from .session.routes import bp as session
    from .sync.routes import bp as sync
    from .tallies.routes import bp as tallies
    from .visits.routes import bp as visits

    for bp in (health, metrics.bp, session, households, visits, rounds, tallies, members, deeds,
               exports, offline, places, reviews, sync):
        app.register_blueprint(bp)
