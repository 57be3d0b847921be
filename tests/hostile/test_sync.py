"""POST /sync answers any input by the protocol, and only `accepted` entries have effects."""

import gzip
import json
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from teamapp.counting.reconciliation import differences
from teamapp.models import Change, Receipt, RejectedEntry, User
from teamapp.sync.kinds import KINDS
from teamapp.sync.reading import read_form
from teamapp.sync.sent_entry import read_entry
from tests.cast import uuid_of
from tests.standing.tree import read
from tests.sync.phone import DEVICE, batch, body, entry, result, visits_by_entry

from .input import ANYTHING, BODIES, BODY_OF, RECORDED, WORDS
from .often import IS_FULL, often

PROTOCOL = read("docs/sync-protocol.md")


def codes_under(heading):
    """Return the codes in the protocol's table under this heading."""
    table = PROTOCOL.split(f"| {heading} | when |")[1].split("\n\n")[0]
    return set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|(.+?)\|", table, re.M))))


REJECTED, DEFERRED = codes_under("code of `rejected`"), codes_under("code of `deferred`")
FLAGS = codes_under("flag")
WHOLE = {(int(status), code) for status, codes in re.findall(
    r"^\| (4\d\d) \| (.+?) \|", PROTOCOL, re.M) for code in re.findall(r"`(\w+)`", codes)}
WHOLE |= {(503, "protocol_newer")}

IDS = [str(uuid_of(f"entry {n}")) for n in range(6)]
KNOWN, FOREIGN, NEIGHBOURS = (str(uuid_of(name)) for name in ("known", "foreign", "neighbour's"))
THEIRS = [str(uuid_of(f"rejected of {name}")) for name in ("a stranger", "a neighbour")]
LINKS = some.sampled_from([*IDS, KNOWN, FOREIGN, NEIGHBOURS, *THEIRS])
WRONG_BODY, WRITTEN_AT = "household=nowhere", "2026-11-21T15:12:44.310+07:00"


def rejected(id):
    """Return an entry that is rejected."""
    return entry(WRONG_BODY, id=id, recorded_at=WRITTEN_AT)


SAID = some.one_of([some.fixed_dictionaries({
    "id": LINKS, "kind": some.just(kind), "form": some.integers(1, KINDS[kind].form),
    "recorded_at": some.just(WRITTEN_AT),
    "after": some.lists(LINKS, max_size=2), "replaces": some.none() | LINKS, "body": bodies})
    for kind, bodies in BODY_OF.items()])
COPIED = some.builds(rejected, some.sampled_from(THEIRS))
PLAIN = COPIED | SAID.map(lambda said: said | {"after": [], "replaces": None})
DEEP = some.integers(1, 1200).map(lambda depth: f"<deep {depth}>")
NEARLY = some.dictionaries(
    some.sampled_from(["id", "kind", "form", "recorded_at", "after", "replaces", "body"]),
    some.sampled_from([0, -1, 2, "visits.create ", "visits.\ud800", "x\0", KNOWN.upper(),
                       "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
                       "2026-11-21", "2026-11-21T15:12:44", [None], [IDS[0]] * 21, "<long>"])
    | ANYTHING | DEEP, max_size=2)
SPOILT = some.builds(lambda said, wrong: said | wrong, SAID, NEARLY)
ENTRIES = some.lists(PLAIN | SAID | SPOILT, max_size=4) | some.lists(ANYTHING, max_size=2)
KIDS = some.sampled_from(["k", "ours", "đ", "k" * 17])
SEALED = some.lists(some.fixed_dictionaries(
    {"id": LINKS, "kid": KIDS, "sealed": some.sampled_from(["", "AAAA", "BKkn…", "A" * 400])}
) | ANYTHING, max_size=2)
WRONG = some.dictionaries(
    some.sampled_from(["v", "batch", "device", "user", "epoch", "sent_at", "left", "entries",
                       "sealed"]),
    ANYTHING | DEEP | some.sampled_from([
        "<long>", {"count": -5, "oldest": "x"}, {"count": 10**30, "oldest": "0001-01-01"},
        "{3c9e7b529a0e4c558f3f2a6d1b7e4a90}--", DEVICE.upper()]), max_size=1)


def written(said):
    """Return a batch as JSON, with the values Python cannot serialise inserted as text."""
    text = json.dumps(said).replace('"<long>"', "9" * 5000)
    return re.sub(r'"<deep (\d+)>"', lambda deep: "[" * int(deep[1]) + "]" * int(deep[1]),
                  text).encode()


@pytest.fixture
def phone(cast, sign_in):
    """Return Lan's phone. Lan, a neighbour and a stranger have an accepted entry each.

    The neighbour and the stranger have a rejected entry, too.
    """
    lan = sign_in(cast.lan)
    for user, browser, house, id, visit in (
            (cast.lan, lan, cast.bre, KNOWN, RECORDED[0]),
            (cast.binh, sign_in(cast.binh), cast.bre, NEIGHBOURS, RECORDED[1]),
            (cast.kien, sign_in(cast.kien), cast.kin, FOREIGN, RECORDED[2])):
        assert result(browser, user, entry(body(house, id=visit), id=id))["status"] == "accepted"
    for user, id in zip((cast.kien, cast.binh), THEIRS):
        assert result(sign_in(user), user, rejected(id))["code"] == "invalid"
    return lan


def effects():
    """Return the ids of the entries that made a version of a visit, or voided one."""
    voids = Change.select(Change.id).where(Change.correction.is_null()).tuples()
    return {UUID(id) for id in visits_by_entry()} | {id for id, in voids}


def rejected_entries(is_lans):
    """Return the rejected entries of Lan, or of all others."""
    return RejectedEntry.select().join(User).where((User.username == "lan") == is_lans)


def assert_others_unchanged():
    """Assert that the rejected entries of others are unchanged."""
    assert {(str(item.entry), item.code, item.body) for item in rejected_entries(False)} == {
        (id, "invalid", WRONG_BODY) for id in THEIRS}


def receipts(*statuses):
    """Return the ids of all entries whose receipt has one of these statuses."""
    return {row[0] for row in
            Receipt.select(Receipt.id).where(Receipt.status.in_(statuses)).tuples()}


def check(answer, before):
    """Assert that a response and the database conform to the protocol."""
    assert answer.mimetype == "application/json"
    assert_others_unchanged()
    if answer.status_code != 200:
        assert set(answer.json) == {"v", "code"} and answer.json["v"] == 1
        assert (answer.status_code, answer.json["code"]) in WHOLE
        assert effects() == before
        return []
    said = answer.json
    assert set(said) == {"v", "batch", "server_time", "epoch", "results", "sealed"}
    for line in said["results"]:
        SHAPES[line["status"]](line)
    accepted = {UUID(line["id"]) for line in said["results"] if line["status"] == "accepted"}
    fresh = {UUID(line["id"]) for line in said["results"]
             if line["status"] == "accepted" and not line["replayed"]}
    assert effects() - before == fresh
    assert effects() == receipts("accepted")
    assert accepted <= receipts("accepted", "settled")
    return said["results"]


def check_accepted(line):
    """Assert that an `accepted` result conforms to the protocol."""
    assert set(line) == {"id", "status", "receipt", "replayed", "flag"}
    assert line["receipt"] > 0 and type(line["replayed"]) is bool
    assert line["flag"] is None or set(line["flag"].split(" ")) <= FLAGS


def check_rejected(line):
    """Assert that a `rejected` result conforms to the protocol and is stored."""
    assert set(line) == {"id", "status", "code", "reason", "fields"}
    assert line["code"] in REJECTED and line["reason"]
    assert line["code"] != "internal"
    assert rejected_entries(True).where(RejectedEntry.entry == UUID(line["id"]),
                             RejectedEntry.code == line["code"]).exists()


def check_deferred(line):
    """Assert that a `deferred` result conforms to the protocol."""
    assert set(line) - {"for"} == {"id", "status", "code", "after_s"}
    assert line["code"] in DEFERRED and line["after_s"] > 0
    assert ("for" in line) == (line["code"] == "waits_for")


SHAPES = {"accepted": check_accepted, "rejected": check_rejected, "deferred": check_deferred}


@given(entries=ENTRIES, sealed=SEALED, wrong=WRONG, is_packed=some.booleans())
@often(80, 5000)
def test_every_entry_of_any_batch_is_answered_by_the_protocol(
        cast, phone, undone, entries, sealed, wrong, is_packed):
    with undone():
        before = effects()
        said = written(batch(cast.lan, entries, sealed=sealed) | wrong)
        headers = {"Content-Encoding": "gzip"} if is_packed else {}
        for _ in range(2):  # the phone repeats a request whose response is lost
            answer = phone.post("/sync", data=gzip.compress(said) if is_packed else said,
                                content_type="application/json", headers=headers)
            check(answer, before)
            before = effects()
        if answer.status_code == 200:
            assert [UUID(line["id"]) for line in answer.json["results"]] == [
                UUID(one["id"]) for one in json.loads(said)["entries"]]
        assert differences(cast.an_phu) == []


@given(said=some.binary(max_size=60) | WORDS.map(lambda word: word.encode("utf-8", "surrogatepass"))
       | some.builds(lambda said, at, cut: written(said)[at:cut], ANYTHING, some.integers(0, 9),
                     some.integers(0, 99)),
       kind=some.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain",
                               "multipart/form-data", ""]),
       encoding=some.sampled_from(["", "identity", "gzip", "GZIP ", "br", "deflate", "²"]))
@often(40, 5000)
def test_request_of_any_bytes_writes_nothing(cast, phone, undone, said, kind, encoding):
    with undone():
        before = effects()
        answer = phone.post("/sync", data=said, content_type=kind,
                            headers={"Content-Encoding": encoding} if encoding else {})
        assert answer.status_code >= 400
        check(answer, before)


@pytest.mark.parametrize("place", ["left", "entries", "sealed", "body", "kind", "after", "v"])
def test_deeply_nested_value_gets_a_response(cast, phone, place):
    one, before = entry(body(cast.van), id=IDS[0]), effects()
    for depth in (*range(2, 700, 100), *range(700, 1000, 1 if IS_FULL else 4), 50_000):
        deep = f"<deep {depth}>"
        said = batch(cast.lan, [one | {place: deep}]) if place in one \
            else batch(cast.lan, [one]) | {place: deep}
        answer = phone.post("/sync", data=written(said), content_type="application/json")
        if place != "left":
            check(answer, before)
        assert answer.status_code < 500


@pytest.mark.parametrize("first", ["accepted", "rejected"])
def test_first_of_two_entries_with_one_id_counts(cast, phone, first):
    good = entry(body(cast.van, outcome="absent"), id=IDS[0])
    bad = good | {"body": body(cast.van, outcome="later")}
    both = [good, bad] if first == "accepted" else [bad, good]
    for _ in range(2):
        lines = phone.post("/sync", json=batch(cast.lan, both)).json["results"]
        assert [line["status"] for line in lines] == [first, "rejected"]
        assert lines[1]["code"] == "id_reused"
        assert Receipt.get_by_id(UUID(IDS[0])).status == first
    assert list(visits_by_entry()).count(IDS[0]) == (first == "accepted")


@pytest.mark.parametrize("wrong, code", [
    ({"kind": "visits.\ud800"}, "unknown_kind"), ({"kind": "visits\0"}, "unknown_kind"),
    ({"form": 0}, "malformed"), ({"form": -1}, "malformed"),
    ({"body": "household=x&people-²-id=&people-٣-id="}, "invalid"),
    ({"body": f"people-{'9' * 5000}-id=&dossiers-0-id=x"}, "invalid")])
def test_malformed_entry_causes_no_server_error(cast, phone, wrong, code):
    line = result(phone, cast.lan, entry(body(cast.bre), id=IDS[0]) | wrong)
    assert (line["status"], line["code"]) == ("rejected", code)
    assert RejectedEntry.get(RejectedEntry.entry == UUID(IDS[0])).code == code


def test_circular_replacements_are_recorded_once(cast, phone):
    alone = entry(body(cast.van, outcome="absent"), id=IDS[0], replaces=IDS[0])
    first = entry(body(cast.van, outcome="later"), id=IDS[1], replaces=IDS[2])
    second = entry(body(cast.van, outcome="absent"), id=IDS[2], replaces=IDS[1])
    before = effects()
    for _ in range(2):
        for one in (alone, first, second):
            check(phone.post("/sync", json=batch(cast.lan, [one])), before)
            before = effects()
    assert len(before) == 3 + 2


def test_reused_form_reads_a_body_like_a_new_one(app):
    @often(40, 2000)
    @given(some.lists(BODIES, min_size=2, max_size=4))
    def property(bodies):
        entries = [read_entry(entry(said)) for said in bodies]
        bound = {}
        assert [read_form(one, bound) for one in entries] == [read_form(one, {})
                                                              for one in entries]

    with app.test_request_context():
        property()
