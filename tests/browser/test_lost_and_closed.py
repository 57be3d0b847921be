"""A phone that was reported lost, and the phone of somebody who left the team."""

from urllib.parse import quote_plus

from teamapp.models import InboxItem, Session, Visit

from ..cast import PIN
from .test_shared_phone import traces, work


def test_a_lost_phone_shows_nothing_and_what_it_held_is_seen_by_the_leader(
        lans_phone, line, book):
    phone, lan = lans_phone, book.user("lan")
    line.cut()
    words = work(phone, book)
    Session.get(Session.user == lan).lose()
    line.mend()
    phone.go("/")
    phone.page.wait_for_url("**/sign-in*")
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: len(phone.envelopes("waiting")) == 2, "not sealed")
    assert phone.outbox() == [] and traces(phone, words) == set()
    assert Visit.select().count() == 0

    phone.sign_in("kien", PIN)
    phone.until(lambda: not phone.envelopes(), "the envelopes are still there")
    assert Visit.select().count() == 0
    found = list(InboxItem.visible_to(book.user("tu")))
    assert [item.code for item in found] == ["lost_phone"] * 2 and found[0].user == lan


def test_who_left_hands_in_and_is_shown_nothing_more(lans_phone, line, book):
    phone, lan = lans_phone, book.user("lan")
    line.cut()
    words = work(phone, book)
    lan.close()
    line.mend()
    phone.go("/")
    phone.page.wait_for_url("**/sign-in*")
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 2, "not handed in")
    phone.until(lambda: not phone.kept_pages(), "the pages are still there")
    phone.until(lambda: not phone.outbox(), "not sealed")
    assert len(phone.envelopes("kept")) == 2
    assert traces(phone, [*words, quote_plus(words[0])]) == set()
