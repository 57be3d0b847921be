"""The language of a response, and how texts, names, dates and numbers read in it."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain
from flask_login import current_user

from . import text

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}  # each named in itself
FIRST = "vi"
TRANSLATIONS = Path(__file__).parent / "translations"

babel = Babel()


class Texts(Domain):
    """The translations, read from their .po files; no compiled file exists."""

    def get_translations(self) -> NullTranslations:
        return texts(language())


@cache
def texts(code: str) -> NullTranslations:
    """Return the translations of a language; Vietnamese is the source and needs none."""
    if code == FIRST:
        return NullTranslations()
    compiled = BytesIO()
    with open(TRANSLATIONS / code / "LC_MESSAGES" / "messages.po", "rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """Return the code of the language in use, determined once per response."""
    if not g:  # no app context: a form class is being defined
        return FIRST
    if "language" not in g:
        g.language = preferred_language()
    return g.language


def use_language(code: str) -> None:
    """Use this language in the rest of the response, whatever the reader prefers."""
    g.language = code


def preferred_language() -> str:
    """Return the user's own language, else the browser's."""
    if has_request_context() and current_user.is_authenticated:
        return current_user.language
    return browser_language()


def browser_language() -> str:
    """Return the best match of Accept-Language, Vietnamese by default."""
    if not has_request_context():
        return FIRST
    return request.accept_languages.best_match(LANGUAGES, default=FIRST)


def called(entry: Any, what: str = "name") -> Any:
    """Return the name of a catalogue entry in the language in use; of a model, the column.

    An entry without an English name shows the Vietnamese one.
    """
    own = getattr(entry, what)
    return own if language() == FIRST else getattr(entry, f"{what}_{language()}") or own


def localized(show: Callable[[Any, str], str]) -> Callable[[Any], str]:
    """Return the formatter with the language in use as its second argument."""
    return lambda value: show(value, language())


def init_app(app: Flask) -> None:
    babel.init_app(app)
    babel.domain_instance = Texts()
    app.jinja_env.globals.update(languages=LANGUAGES, language=language)
    app.jinja_env.filters.update(
        called=called, clock_time=text.clock_time,
        **{show.__name__: localized(show) for show in (text.day, text.short_day, text.number)})
