"""`flask --app app demo`: two invented communes to try everything on, the same from one seed."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from flask import Flask, current_app
from flask_babel import gettext as _

from ..models import Commune, User
from .facts import FACTS
from .fill import fill
from .teams import SignIn, sign_ins


def register(app: Flask) -> None:
    app.cli.command("demo")(demo)


@click.option("--json", "as_json", is_flag=True, help="Print nothing but the sign-ins, as JSON.")
def demo(as_json: bool) -> None:
    """Fill an empty database with the demo communes and print who can sign in."""
    if current_app.extensions["config"].is_production:
        raise click.ClickException(_("Không nạp dữ liệu thử trên máy chủ thật."))
    fresh = not Commune.select().exists() and not User.select().exists()
    if not fresh and not is_filled():
        raise click.ClickException(_("Cơ sở dữ liệu đang có dữ liệu khác. Dữ liệu thử chỉ nạp vào "
                                     "cơ sở dữ liệu trống."))
    if fresh:
        load_and_fill()
    print_sign_ins(sign_ins(), as_json)


def load_and_fill() -> None:
    from ..imports.catalog import load_catalogues

    load_catalogues()
    fill()


def is_filled() -> bool:
    """Return True if the database's communes are the demo's, with every account of it."""
    codes = {code for code, in Commune.select(Commune.code).tuples()}
    known = {name for name, in User.select(User.username).tuples()}
    return (codes == {facts["code"] for facts in FACTS["communes"]}
            and known >= {entry.username for entry in sign_ins()})


def print_sign_ins(entries: Sequence[SignIn], as_json: bool) -> None:
    """Print the sign-ins as a table, or as a JSON array alone."""
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        click.echo(f"{entry.commune} {entry.village or '—':4} {entry.role:8} "
                   f"{entry.username:24} {entry.secret}")
