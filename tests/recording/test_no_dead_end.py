"""Every state of every record: what waits is settled or discarded by a person named here."""

import re
from dataclasses import fields
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.models import (
    Change,
    OpenReviews,
    ProcessingFailure,
    Receipt,
    RejectedEntry,
    User,
    Visit,
)
from teamapp.sync.kinds import KINDS
from teamapp.sync.processor import GIVE_UP
from teamapp.sync.rejections import REJECTIONS
from tests.deeds import visit
from tests.forms_in_pages import form_in
from tests.recording.test_changes import correction, void
from tests.reviews.conftest import post
from tests.standing.tree import STATIC, read
from tests.sync.phone import body, entry, record_of, result

LEADING = ["tu", "hanh", "son"]  # leader, officer, chair


@pytest.fixture
def phones(cast, sign_in):
    """Return a function that sends an entry from the phone of one of the cast."""
    return lambda user, one: result(sign_in(user), user, one)


def rejected(cast, phones):
    """Let the commune reject a visit."""
    phones(cast.lan, entry(body(cast.bre, outcome="later"), form=2))


def changes(cast, phones):
    """Let two people change one visit."""
    first = entry(body(cast.bre))
    for one in (first, correction(first, body(cast.bre, outcome="absent")), void(first)):
        phones(cast.lan, one)


def duplicates(cast, phones):
    """Let two people visit one household on one day."""
    visit(cast.lan, cast.bre)
    visit(cast.binh, cast.bre)


def days(cast, phones):
    """Date a visit long back."""
    visit(cast.lan, cast.bre, days_ago=70)


OPEN = {"rejected": (rejected, "/rejected-entries", "Đã xử lý"),
        "changes": (changes, "/reviews?of=changes", "Dùng bản này"),
        "duplicates": (duplicates, "/reviews?of=duplicates", "Đã xử lý"),
        "days": (days, "/reviews?of=days", "Đã xử lý")}


def number(user, kind):
    """Return how many reviews of a kind are open to a person."""
    return getattr(OpenReviews.of(user), kind)


@pytest.mark.parametrize("who", LEADING)
@pytest.mark.parametrize("kind", [field.name for field in fields(OpenReviews)])
def test_leader_officer_or_chair_settles_each_kind_of_review(cast, phones, sign_in, kind, who):
    make, path, button = OPEN[kind]
    make(cast, phones)
    by = getattr(cast, who)
    assert number(by, kind) == 1
    browser = sign_in(by)
    forms = re.findall(r"<form.*?</form>", browser.get(path).text, re.S)
    assert post(browser, [form for form in forms if f">{button}<" in form][-1],
                button).status_code == 303
    assert number(by, kind) == 0


@pytest.mark.parametrize("is_gone", [False, True])
def test_rejected_entry_of_any_reason_is_corrected_or_discarded_by_a_superior(
        cast, sign_in, is_gone):
    seen = visit(cast.binh, cast.bre)
    for place, code in enumerate(REJECTIONS):
        for kind in (*KINDS, "visits.dream"):
            RejectedEntry.create(
                entry=uuid4(), user=cast.lan, commune=cast.an_phu,
                village=cast.cau_van, kind=kind, form=1, hash=bytes([place]), code=code,
                body=f"household={cast.bre.id}&visit={seen}", reason="…", received_at=clock.now())
    if is_gone:
        cast.lan.deactivate()
    leader = sign_in(cast.tu)
    pages = "".join(leader.get(f"/rejected-entries?page={n}").text for n in (1, 2, 3))
    for item in RejectedEntry.select():
        assert f"/rejected-entries/{item.id}/settlement" in pages, item.code
        assert (f"/rejected-entries/{item.id}/resubmission" in pages) == (item.kind in KINDS)
    for kind in KINDS:
        item = RejectedEntry.get(RejectedEntry.kind == kind)
        assert leader.get(f"/rejected-entries/{item.id}/resubmission").status_code == 200, kind


@pytest.mark.parametrize("flag", ["changed_twice", "changed_late"])
@pytest.mark.parametrize("by", ["lan", *LEADING])
def test_waiting_change_of_anybody_is_settled_by_the_commune(cast, flag, by):
    change = Change(by=getattr(cast, by), flag=flag)
    assert change.may_be_settled_by(cast.hanh) and change.may_be_settled_by(cast.son)
    is_leaders_own = flag == "changed_late" and by == "tu"
    assert change.may_be_settled_by(cast.tu) != is_leaders_own


@pytest.mark.parametrize("way", ["visits.correct", "visits.void"])
def test_version_in_each_state_leads_to_the_one_that_counts(cast, phones, sign_in, way):
    """Live, struck, waiting and dismissed versions: the commune changes what counts."""
    changes(cast, phones)
    first, effective = Visit.select().order_by(Visit.receipt)
    browser = sign_in(cast.hanh)
    for state in ("waiting", "dismissed"):
        assert Change.select().where(Change.state == state).exists()
        for version in (first, effective):
            page = browser.get(f"/records/{version.id}/entries/{way}").text
            assert UUID(form_in(page, "entry").value("visit")) == effective.id
        page = browser.get("/reviews?of=changes").text
        for kept in re.findall(r"<form.*?</form>", page, re.S)[:-1]:
            if "Dùng bản này" in kept:
                post(browser, kept, "Dùng bản này")
                break


def test_entry_that_meets_errors_is_rejected_in_the_end_and_then_settled(
        cast, phones, sign_in, monkeypatch):
    one = entry(body(cast.bre))
    monkeypatch.setattr("teamapp.recording.visits.write", lambda *_: 1 / 0)
    said = [phones(cast.lan, one)["status"] for _ in range(GIVE_UP)]
    assert said == ["deferred"] * (GIVE_UP - 1) + ["rejected"]
    assert ProcessingFailure.select().exists() and number(cast.tu, "rejected") == 1
    monkeypatch.undo()
    leader = sign_in(cast.tu)
    page = leader.get(f"/rejected-entries/{RejectedEntry.get().id}/resubmission").text
    assert form_in(page, "entry").post(leader).status_code == 303
    assert number(cast.tu, "rejected") == 0 and Visit.get().id == UUID(record_of(one))


def test_every_state_a_receipt_may_have_is_final_or_open_in_a_list(cast, phones, sign_in):
    rejected(cast, phones)
    item = RejectedEntry.get()
    states = {Receipt.get_by_id(item.entry).status}
    leader = sign_in(cast.tu)
    page = leader.get(f"/rejected-entries/{item.id}/resubmission").text
    form_in(page, "entry").post(leader, outcome="absent")
    states |= {receipt.status for receipt in Receipt.select()}
    assert states == {"rejected", "settled", "accepted"}
    assert not OpenReviews.number(User.get_by_id(cast.tu.id))


@pytest.mark.once
def test_entry_in_each_state_on_a_phone_has_a_button_that_does_something():
    database = read(STATIC / "js/outbox/database.js")
    states = set(re.findall(r'"(\w+)"', database.split("export const UNSETTLED")[1].split(";")[0]))
    assert states == {"waiting", "sending", "attention"}
    drawn = read("teamapp/templates/visits/_entries.html")
    program = read(STATIC / "js/app.js")
    actions = set(re.findall(r'^  "?([\w-]+)"?[:,]', program.split("const actions = {")[1], re.M))
    for state in ("waiting", "attention", "accepted"):  # `sending` is drawn as `waiting`
        part = drawn.split(f'data-entry="{state}"')[1].split("</template>")[0]
        buttons = set(re.findall(r'data-do="([\w-]+)"', part))
        assert buttons and buttons <= actions, state
    assert {"discard", "void"} <= actions
