"""Two people, one phone: what belongs to one is not shown to the other, and not lost either."""

import pytest

from teamapp.models import Session, Visit

from ..cast import PIN


def traces(phone, words):
    """Return where on the phone one of these words can be read, outside the author's outbox."""
    return {place for place, text in phone.everything().items()
            if place != "tungnha/outbox" and any(word in text for word in words)}


def pages_shown(phone, paths):
    """Return what these addresses and the back button show, one text."""
    shown = []
    for path in paths:
        phone.go(path)
        phone.page.wait_for_timeout(200)
        shown.append(phone.page.content())
    for _ in paths:
        phone.page.go_back(wait_until="commit")
        phone.page.wait_for_timeout(200)
        shown.append(phone.page.content())
    return "\n".join(shown)


@pytest.mark.parametrize("other", ["kien", "binh"])
def test_who_signs_out_without_signal_leaves_no_page_behind_and_loses_nothing(
        lans_phone, line, book, other):
    phone = lans_phone
    lan, heir = book.user("lan"), book.user(other)
    paths = ["/", "/households", f"/households/{book.house(1)}", "/outbox", "/visits/parts"]
    names = [person.name for number in (1, 2, 3) for person in book.people(number)]
    for path in paths:
        phone.go(path)
    line.cut()
    phone.absent(book.house(1))
    phone.met(book.house(2))
    assert traces(phone, names), "the test sees nothing of what is kept"
    phone.sign_out()

    # nobody is signed in, and there is no network
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")
    assert traces(phone, names) == set()
    shown = pages_shown(phone, paths)
    assert not [name for name in names if name in shown]
    assert len(phone.outbox("waiting")) == 2

    # the network comes back, and then the next person
    living = Session.select().where(Session.user == lan, Session.ended_at.is_null())
    assert living.count() == 1, "there was no network to end it"
    line.mend()
    phone.go("/sign-in")
    phone.until(lambda: living.count() == 0, "the session outlives the first request")
    phone.sign_in(other, PIN).until_ready(heir)
    assert phone.number("waiting") == 0
    phone.go("/outbox")
    phone.page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert phone.page.locator("[data-entries] li").count() == 0
    if other == "kien":
        assert traces(phone, names) == set()
        shown = pages_shown(phone, paths)
        assert not [name for name in names if name in shown]
    mine = {"kien": "kin", "binh": "house-24"}[other]
    phone.absent(book.uuid_of(mine))
    phone.send_now()
    phone.until_kept(1)
    assert [visit.member_id for visit in Visit.select()] == [heir.id]
    assert [entry["user"] for entry in phone.outbox("waiting")] == [str(lan.id)] * 2
    phone.sign_out()

    # and the first one again
    phone.sign_in("lan", PIN)
    phone.until_kept(3)
    assert Visit.select().where(Visit.member == lan).count() == 2
    assert Visit.select().count() == 3


def test_signing_out_with_signal_sends_first_and_back_shows_nothing(lans_phone, book):
    phone = lans_phone
    lan = book.user("lan")
    phone.go(f"/households/{book.house(1)}")
    phone.absent(book.house(2))
    phone.sign_out()
    assert Visit.select().count() == 1, "what waited was not sent first"
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0
    shown = pages_shown(phone, [f"/households/{book.house(1)}", "/"])
    assert book.head(1) not in shown and book.head(2) not in shown
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "the pages are still there")
    assert traces(phone, [book.head(1), book.head(2)]) == set()


def test_a_tab_left_open_shows_nothing_after_somebody_else_signed_in(lans_phone, book):
    phone = lans_phone
    phone.go(f"/households/{book.house(1)}")
    second = phone.context.new_page()
    phone.go("/outbox", second)
    second.click('[data-do="sign-out"]')
    second.wait_for_function("() => !document.body.dataset.user")
    second.fill("[name=username]", "kien")
    second.fill("[name=secret]", PIN)
    second.click("main form button")
    second.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
    phone.page.bring_to_front()
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.wait_for_function("(head) => !document.body.innerText.includes(head)",
                                 arg=book.head(1))
