"""Hypothesis strategies for hostile input: characters, values and bodies of forms."""

from datetime import timedelta
from urllib.parse import quote, urlencode

from hypothesis import strategies as some

from teamapp import clock
from tests.cast import uuid_of
from tests.sync.phone import local

ODD = ["\0", "\ud800", "\udfff", "²", "٣", "\u202e", "e\u0301", "\ufeff", "\x85", "🏠", "%00",
       "'", '"', "<script>", "{{7*7}}", "\r\n", "-1", "1e9", "0x1", "1_0", "９", "9" * 25,
       "9" * 5000, "NaN", "null", "true", "__proto__", "../..", " "]
LETTERS = some.characters() | some.sampled_from("\0\ud800\udfff²٣\u202e\u0301")
WORDS = some.sampled_from(ODD) | some.text(LETTERS, max_size=40)
NUMBERS = some.integers() | some.sampled_from([-1, 0, 2**31, 2**63, -2**70, 10**60]) | some.floats()
ANYTHING = some.recursive(
    some.none() | some.booleans() | NUMBERS | WORDS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5)

HOUSES = [str(uuid_of(name)) for name in ("bre", "van", "hoa", "hlan", "kin", "nowhere")]
PEOPLE = [str(uuid_of(name)) for name in ("Thị Rin", "Điểu Bré", "Lê Thị Hà", "H'Lan",
                                          "Giàng A Kín", "Nobody")]
DOSSIERS = [str(uuid_of(f"dossier {n}")) for n in range(60)]


def moments():
    """Return a strategy for the time of a visit: mostly recent, sometimes arbitrary."""
    near = some.integers(0, 200).map(lambda days: local(clock.now() - timedelta(days=days)))
    return near | near | some.datetimes().map(lambda at: at.isoformat()[:16])


def days():
    """Return a strategy for days."""
    return some.dates().map(str) | some.integers(0, 300).map(
        lambda days: str(clock.today() + timedelta(days=days))) | some.just("")


STEP = some.fixed_dictionaries({
    "kind": some.sampled_from(["VNEID_2_KH", "DVCQG", "NOSUCH"]),
    "state": some.sampled_from(["not_yet", "had", "helped"])}, optional={
    "obstacle": some.sampled_from(["", "O01", "O90", "O999"]),
    "mode": some.sampled_from(["", "self", "together", "for"])})
PERSON = some.fixed_dictionaries({
    "id": some.sampled_from([*PEOPLE[:3], *PEOPLE, ""]),
    "consent": some.sampled_from(["yes", "yes", "no", ""])}, optional={
    "steps": some.lists(STEP, max_size=3)})
DOSSIER = some.fixed_dictionaries({
    "id": some.sampled_from(DOSSIERS), "procedure": some.sampled_from(["1.001193", "9.999999"]),
    "channel": some.sampled_from(["direct", "online", "postal"])}, optional={
    "resident": some.sampled_from([*PEOPLE, ""]), "due_on": days(),
    "code": some.sampled_from(["", "000.00.22.H17-261121-0007", "x"])})
VISIT = some.fixed_dictionaries({
    "id": some.uuids().map(str) | some.sampled_from([*DOSSIERS, ""]),
    "household": some.sampled_from([*HOUSES[:3], *HOUSES]),
    "outcome": some.sampled_from(["met", "met", "met", "absent", "later", "declined", "unreached"]),
    "visited_at": moments(), "mode": some.sampled_from(["together", "self", "for"])}, optional={
    "return_on": days(), "return_part": some.sampled_from(["morning", "", "dawn"]),
    "note": WORDS, "why_unreached": WORDS,
    "companions": some.lists(some.integers(-1, 12), max_size=3),
    "people": some.lists(PERSON, max_size=3), "dossiers": some.lists(DOSSIER, max_size=2)})
NAMES = some.sampled_from([
    "household", "outcome", "visited_at", "return_on", "note", "companions", "mode", "people",
    "people-0", "people-0-id", "people-²-id", "people-٣-steps-0-kind", "people-0-steps-²-kind",
    f"people-{'9' * 5000}-id", "people--1-id", "dossiers-0-id", "dossiers-0-due_on", ""]) | WORDS
EXTRAS = some.lists(some.tuples(NAMES, WORDS), max_size=3)


def flat(fields, prefix=""):
    """Yield (name, value) of a form's fields as a browser posts them."""
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for place, item in enumerate(value):
                yield from flat(item, f"{prefix}{name}-{place}-")
        else:
            yield from ((prefix + name, one) for one in
                        (value if isinstance(value, list) else [value]))


def posted(fields, extras):
    """Return an urlencoded body; unencodable characters are passed through."""
    return urlencode([*flat(fields), *extras], errors="surrogatepass",
                     quote_via=lambda text, safe, encoding, errors: quote(text, safe, "utf-8",
                                                                          errors))


BODIES = some.builds(posted, VISIT, some.just([])) | some.builds(posted, VISIT, EXTRAS)
RECORDED = [str(uuid_of(f"visit of {name}")) for name in ("lan", "binh", "kien")]
CHANGE = some.fixed_dictionaries({
    "visit": some.sampled_from([RECORDED[0], *RECORDED, *DOSSIERS[:3], ""]),
    "reason": some.sampled_from(["mistake", "wrong_household", "not_real", "other", "", "dawn"])})
CORRECTION = some.builds(lambda visit, change, by: visit | change | {"asked_by": by}, VISIT, CHANGE,
                         some.sampled_from(["self", "resident", "leader", "nobody"]))
VOID = some.builds(lambda change, note: change | {"note": note}, CHANGE, WORDS)
BODY_OF = {"visits.create": BODIES, "visits.void": some.builds(posted, VOID, EXTRAS),
           "visits.correct": some.builds(posted, CORRECTION, some.just([]) | EXTRAS)}
