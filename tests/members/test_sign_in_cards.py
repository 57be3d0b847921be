"""A sign-in card sets its person's secret once, within its time."""

import pytest

from teamapp.models import Session, SignInCard, User

PIN = "493817"


@pytest.fixture
def card(cast):
    """Return a new card of a member and its token."""
    token = SignInCard.issue([cast.lan], cast.tu)[cast.lan.id]
    return SignInCard.find(token)


def test_sets_the_secret_and_ends_the_sign_ins_once(card, cast):
    old = Session.begin(cast.lan)
    assert card.use(PIN) and not card.use("602817")
    assert User.authenticate("lan", PIN) and Session.resume(old) is None


def test_stays_open_after_a_secret_that_is_easy_to_guess(card):
    with pytest.raises(ValueError, match="guessable"):
        card.use("111111")
    assert card.state == "open" and card.use(PIN)


def test_replaces_the_open_cards_of_its_person_alone(card, cast):
    other = SignInCard.issue([cast.binh], None)[cast.binh.id]
    SignInCard.issue([cast.lan], cast.tu)
    revoked = SignInCard.get_by_id(card.id)
    assert revoked.state == "revoked" and not revoked.use(PIN)
    assert SignInCard.find(other).state == "open"


def test_expires_after_its_time(card, later):
    later(days=14, seconds=1)
    assert card.state == "expired" and not card.use(PIN)


def test_is_stored_by_its_hash_alone(cast):
    token = SignInCard.issue([cast.lan], cast.tu)[cast.lan.id]
    assert SignInCard.find(token).user == cast.lan and SignInCard.find(token + "x") is None
    assert all(token not in str(row) for row in SignInCard.select().tuples())


def test_a_person_without_a_secret_cannot_sign_in(cast):
    User.update(secret_hash="").where(User.id == cast.lan.id).execute()
    assert User.authenticate("lan", "") is None
