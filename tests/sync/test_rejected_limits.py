"""What the server stores of rejected entries: how many of a person, which words, how long."""

from datetime import timedelta
from uuid import UUID

import pytest

from teamapp import clock
from teamapp.models import Receipt, RejectedEntry, Visit
from teamapp.sync import rejected_store

from .phone import body, entry, result, send
from .test_outbox_files import saved
from .test_rejected_entries import cards, send_rejected

KILOBYTE = 1024


def long(house, kilobytes, **more):
    """Return a visit whose note makes its body that long; the server rejects it."""
    return entry(body(house, note="x" * kilobytes * KILOBYTE, **more))


def stored():
    """Return the bytes of all bodies in the database."""
    query = RejectedEntry.select(RejectedEntry.body.cast("TEXT").alias("written"))
    return sum(len(row["written"]) for row in query.dicts())


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's browser."""
    return sign_in(cast.lan)


@pytest.fixture
def few(monkeypatch):
    """Lower the limit of open entries to three."""
    monkeypatch.setattr(rejected_store, "MOST_OPEN", 3)


@pytest.fixture
def wrong(cast):
    """Return a function that returns an entry the server rejects."""
    return lambda **more: entry(body(cast.hlan, outcome="absent"), **more)


def codes(answer):
    """Return the code of each result, None for an accepted entry."""
    return [line.get("code") for line in answer.json["results"]]


def test_body_over_64_kilobytes_is_rejected_and_only_its_hash_stored(cast, lan):
    one = long(cast.bre, 65)
    for _ in range(2):
        answer = result(lan, cast.lan, one)
        assert (answer["status"], answer["code"]) == ("rejected", "too_large")
        assert "còn trên máy" in answer["reason"]
    item = RejectedEntry.get()
    assert (item.body, item.code, str(item.entry)) == ("", "too_large", one["id"])
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Lượt này dài quá" in card
    fixed = entry(body(cast.bre, outcome="absent"), replaces=one["id"])
    assert result(lan, cast.lan, fixed)["status"] == "accepted"
    assert RejectedEntry.get().settled_at


def test_body_of_64_kilobytes_is_read(cast, lan):
    answer = result(lan, cast.lan, long(cast.bre, 63))
    assert answer["code"] == "invalid"
    assert len(RejectedEntry.get().body) > 63 * KILOBYTE


def test_long_body_from_a_file_is_stored_compressed(cast, lan, hand_in):
    one = long(cast.hlan, 300)
    hand_in(cast.lan, saved(cast.lan, one))
    assert (RejectedEntry.get().code, RejectedEntry.get().body) == ("invalid", one["body"])
    assert stored() < 2 * KILOBYTE
    assert result(lan, cast.lan, one)["code"] == "too_large"
    assert RejectedEntry.get().body == one["body"], "words that are stored stay"


def test_long_body_from_an_envelope_is_stored_compressed(cast, bring, letter, sealed):
    one = long(cast.bre, 100)
    bring(sealed(letter(one)))
    assert RejectedEntry.get().body == one["body"] and stored() < 2 * KILOBYTE


@pytest.mark.parametrize("said", ["\x1fzlib ", "\x1fzlib x", "đ" * 2000, ""])
def test_any_body_is_read_back_as_it_was(cast, lan, said):
    result(lan, cast.lan, entry(said))
    assert RejectedEntry.get().body == said


def test_two_hundred_entries_of_a_person_may_be_open(cast, lan, wrong):
    for _ in range(2):
        assert set(codes(send(lan, cast.lan, *[wrong() for _ in range(100)]))) == {"not_yours"}
    one = wrong()
    answer = result(lan, cast.lan, one)
    assert (answer["status"], answer["code"]) == ("deferred", "too_many_open")
    assert RejectedEntry.open_count(cast.lan) == 200
    assert not Receipt.select().where(Receipt.id == UUID(one["id"])).exists()


@pytest.mark.usefixtures("few")
def test_entries_beyond_the_limit_wait_and_valid_ones_are_accepted(cast, lan, wrong):
    valid = [entry(body(house, outcome="absent")) for house in (cast.bre, cast.van)]
    answer = send(lan, cast.lan, wrong(), wrong(), valid[0], wrong(), wrong(), valid[1], wrong())
    assert codes(answer) == ["not_yours", "not_yours", None, "not_yours", "too_many_open", None,
                             "too_many_open"]
    assert Visit.select().count() == 2
    assert RejectedEntry.open_count(cast.lan) == 3


@pytest.mark.usefixtures("few")
def test_limit_is_the_same_for_a_batch_and_its_entries_one_by_one(cast, lan, wrong, sign_in):
    """A resubmission makes room for the entry behind it; an invalid form comes in its order."""
    def entries(houses):
        first, *rest = (wrong() for _ in range(3))
        invalid = entry(body(cast.bre, outcome="later"))
        fixed = entry(body(houses.bre, outcome="absent"), replaces=first["id"])
        return [first, *rest, wrong(), invalid, fixed, wrong(), invalid, rest[0]]

    whole = codes(send(lan, cast.lan, *entries(cast)))
    binh = sign_in(cast.binh)
    single = [result(binh, cast.binh, one).get("code") for one in entries(cast)]
    assert whole == single == ["not_yours"] * 3 + ["too_many_open"] * 2 + [None, "not_yours"] + [
        "too_many_open", "not_yours"]


@pytest.mark.usefixtures("few")
def test_entries_of_files_and_envelopes_are_stored_beyond_the_limit(
        cast, lan, wrong, hand_in, bring, letter, sealed):
    hand_in(cast.lan, saved(cast.lan, *[wrong() for _ in range(4)]))
    bring(sealed(letter(wrong())))
    assert RejectedEntry.open_count(cast.lan) == 5
    assert result(lan, cast.lan, wrong())["code"] == "too_many_open"


def test_rejected_again_after_it_was_seen_is_open_again_for_author_and_leader(
        cast, lan, browser_of, wrong):
    one = wrong()
    result(lan, cast.lan, one)
    RejectedEntry.get().settle()
    assert not cards(browser_of(cast.tu).get("/rejected-entries").text)
    result(lan, cast.lan, one)
    for browser in (lan, browser_of(cast.tu)):
        [card] = cards(browser.get("/rejected-entries").text)
        assert "Vắng nhà" in card, "with its words"
    assert "Xã chưa nhận 1 lượt của anh chị" in lan.get("/").text


def test_settlement_deletes_the_words(cast, lan):
    """They may hold a resident's id beside a refusal to be named."""
    seen, resubmitted = (send_rejected(lan, cast.lan, house) for house in (cast.hlan, cast.kin))
    seen.settle()
    fixed = entry(body(cast.bre, outcome="absent"), replaces=str(resubmitted.entry))
    assert result(lan, cast.lan, fixed)["status"] == "accepted"
    assert [(item.body, bool(item.settled_at)) for item in RejectedEntry.select()] == [
        ("", True), ("", True)]


def test_daily_command_deletes_entries_settled_ninety_days_ago(app, cast, lan):
    settled = {}
    for days in (89, 91, None):
        item = send_rejected(lan, cast.lan, cast.hlan)
        settled[days] = item.id
        RejectedEntry.update(
            received_at=clock.now() - timedelta(days=200),
            settled_at=days and clock.now() - timedelta(days=days)).where(
            RejectedEntry.id == item.id).execute()
    for said in ("1", "0"):
        outcome = app.test_cli_runner().invoke(args=["daily"])
        assert outcome.exit_code == 0, outcome.output
        assert said in outcome.output
    assert {item.id for item in RejectedEntry.select()} == {settled[89], settled[None]}
    assert Receipt.select().count() == 3


def test_page_of_long_entries_stays_small(cast, browser_of, hand_in):
    entries = [long(cast.hlan, 4, why_unreached="y" * 3000) for _ in range(52)]
    hand_in(cast.lan, saved(cast.lan, *entries))
    page = browser_of(cast.tu).get(f"/rejected-entries?author={cast.lan.id}")
    assert len(cards(page.text)) == 50 and len(page.data) < 160 * KILOBYTE
