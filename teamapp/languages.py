"""Which language a person reads, and how texts, names, days and numbers are said in it."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request
from flask_babel import Babel, Domain
from flask_login import current_user

from . import text

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}  # each by its own name
FIRST = "vi"
TRANSLATIONS = Path(__file__).parent / "translations"

babel = Babel()


class Texts(Domain):
    """The texts of translations/, read as they are written: no compiled file lies beside them."""

    def get_translations(self):
        """Return the texts of the language in use."""
        return texts(language())


@cache
def texts(code):
    """Return a language's texts; the Vietnamese ones stand for themselves."""
    if code == FIRST:
        return NullTranslations()
    compiled = BytesIO()
    with open(TRANSLATIONS / code / "LC_MESSAGES" / "messages.po", "rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def language():
    """Return the code of the language in use, found out once an answer."""
    if not g:  # no app is at work: a form class is read
        return FIRST
    if "language" not in g:
        g.language = of_the_reader()
    return g.language


def answer_in(code):
    """Speak this language in the rest of this answer, whoever asked."""
    g.language = code


def of_the_reader():
    """Return the language of whoever asks: the person's own, else the browser's."""
    if has_request_context() and current_user.is_authenticated:
        return current_user.language
    return of_the_browser()


def of_the_browser():
    """Return Vietnamese, unless the browser would rather read another of our languages."""
    if not has_request_context():
        return FIRST
    return request.accept_languages.best_match(LANGUAGES, default=FIRST)


def called(entry, what="name"):
    """Return what an entry of a catalogue is called; of a whole catalogue, the column that says it.

    Where there is no English for it yet, the Vietnamese shows.
    """
    own = getattr(entry, what)
    return own if language() == FIRST else getattr(entry, f"{what}_{language()}") or own


def said(show):
    """Return a way of showing a value that follows the language in use."""
    return lambda value: show(value, language())


def init_app(app):
    """Let templates and routes speak the reader's language."""
    babel.init_app(app)
    babel.domain_instance = Texts()
    app.jinja_env.globals.update(languages=LANGUAGES, language=language)
    app.jinja_env.filters.update(
        called=called, clock_time=text.clock_time,
        **{show.__name__: said(show) for show in (text.day, text.short_day, text.number)})
