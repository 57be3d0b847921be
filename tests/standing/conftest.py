"""Two communes with data, so that access to it can be tested."""

from datetime import timedelta
from uuid import uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer

from teamapp import clock
from teamapp.counting.targets import set_targets
from teamapp.models import Assignment, RejectedEntry, Round, Visit
from teamapp.rostering.selection import candidates
from tests.sync.phone import body, entry, helped, send

CSRF = "the-same-for-every-test-of-the-access-matrix"


@pytest.fixture
def token(app):
    """Return a function that returns a CSRF token for a client."""

    def give(browser):
        with browser.session_transaction() as cookie:
            cookie["csrf_token"] = CSRF
        return URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(CSRF)

    return give


@pytest.fixture
def draft(cast):
    """Return a function that drafts a round with all households of one village."""

    def make(by, village, name="Đợt nháp"):
        with by.commune.write() as tx:
            return Round.create_draft(tx, by, [village.id], candidates([village.id], "all", 2026),
                                      name=name, starts_on=clock.today(),
                                      ends_on=clock.today() + timedelta(days=6))

    return make


@pytest.fixture
def busy(cast, sign_in, draft):
    """Return the cast of two communes with visits, rejected entries, a round and targets."""
    for chair, village, member, house, elsewhere, person, name in (
            (cast.son, cast.cau_van, cast.lan, cast.bre, cast.hlan, "Thị Rin",
             "Đợt An Phú tháng này"),
            (cast.chau, cast.suoi_la, cast.kien, cast.kin, cast.bre, "Giàng A Kín",
             "Đợt Bình Lộc thu")):
        given_out = draft(chair, village, name)
        with chair.commune.write() as tx:
            given_out.assign(tx, village, [house.id], member.id)
            given_out.publish(tx, chair)
            set_targets(tx, chair, clock.today().replace(day=1),
                        {(village.id, "activations"): 30, (village.id, "coverage"): 60})
        unable = None, "", [("DVCQG", "not_yet", {"obstacle": "O01"})]
        dossier = {"dossiers-0-id": uuid4(), "dossiers-0-procedure": "1.001193",
                   "dossiers-0-channel": "online"}
        said = body(house, helped(cast.resident(person)), unable, note=f"Dặn ở {house.head}",
                    **dossier)
        results = send(sign_in(member), member, entry(said), entry(body(elsewhere))).json["results"]
        assert [line["status"] for line in results] == ["accepted", "rejected"]
    assert (Visit.select().count(), RejectedEntry.select().count()) == (2, 2)
    assert Assignment.select().where(Assignment.member.is_null(False)).count() == 2
    return cast
