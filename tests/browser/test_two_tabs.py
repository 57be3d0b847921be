"""A browser without Background Sync, and two tabs of the app at once."""

import pytest

from teamapp.models import Receipt, Tally, Visit

from ..cast import PIN

NO_BACKGROUND_SYNC = """
  delete window.SyncManager;
  delete ServiceWorkerRegistration.prototype.sync;
"""


@pytest.fixture
def old_phone(take_phone, register):
    """Return Lan's phone, ready, with a browser that has no Background Sync."""
    phone = take_phone(init_script=NO_BACKGROUND_SYNC)
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    assert not phone.page.evaluate("'SyncManager' in window")
    assert not phone.page.evaluate(
        "navigator.serviceWorker.ready.then((registration) => 'sync' in registration)")
    return phone


def attempts(phone):
    """Return {entry id: number of attempts, failed ones included}."""
    return {entry["id"]: entry["attempts"] for entry in phone.outbox()}


def test_two_tabs_sending_at_once_send_each_visit_once(old_phone, line, register):
    phone = old_phone
    line.cut()
    tabs = [phone.page, phone.context.new_page()]
    for number in range(1, 7):
        phone.absent(register.house(number), page=tabs[number % 2])
    for tab in tabs:
        phone.go("/outbox", tab)
    tried = attempts(phone)
    line.restore()
    for tab in tabs:
        tab.evaluate("document.querySelector('[data-do=send-now]').click()")
    phone.until_accepted(6)
    assert Visit.select().count() == Receipt.select().count() == 6
    assert all(attempts(phone)[id] <= times + 1 for id, times in tried.items()), "sent twice"
    for tab in tabs:
        tab.wait_for_selector("text=Đã gửi hết", state="visible")


def test_entry_is_sent_without_background_sync_when_the_network_returns(old_phone, line, register):
    phone = old_phone
    line.cut()
    phone.absent(register.house(1))
    phone.go("/outbox")
    line.restore()
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.until_accepted(1)
    assert Visit.select().count() == 1


def test_same_house_in_two_tabs_gives_two_visits_of_one_house(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    second = phone.context.new_page()
    phone.open_sheet(register.house(2), "record")
    phone.help()
    first = phone.page
    phone.page = second
    phone.open_sheet(register.house(2), "record")
    phone.help()
    phone.save()
    phone.page = first
    phone.save()
    assert len(phone.unsent()) == 2
    line.restore()
    phone.send_now()
    phone.until_accepted(2)
    assert Visit.select().count() == 2, "one call was taken for the other"
    counted = dict(Tally.select(Tally.indicator, Tally.count).where(
        Tally.village_id == 0, Tally.period == "A").tuples())
    assert (counted["visits"], counted["houses"], counted["people"]) == (2, 1, 1)
    assert counted["helped:VNEID_2_KH"] == 1


def test_every_visit_arrives_once_when_one_of_three_tabs_dies_sending(
        old_phone, line, register):
    phone = old_phone
    tabs = [phone.page, phone.context.new_page(), phone.context.new_page()]
    line.cut()
    for number in range(1, 10):
        phone.absent(register.house(number), page=tabs[number % 3])
    dying, *others = tabs
    phone.go("/outbox", dying)
    for tab, number in zip(others, (10, 11), strict=True):
        phone.page = tab
        phone.open_sheet(register.house(number), "record")
        phone.unfold("Ghi chú")
        tab.fill("#met [name=note]", f"Nháp {number}")
    line.restore()
    line.lose_answers("POST /sync")
    line.shape(round_trip=2)
    asked = line.count("POST /sync")
    dying.evaluate("document.querySelector('[data-do=send-now]').click()")
    phone.until(lambda: line.count("POST /sync") > asked, "it does not send")
    assert phone.outbox("sending")
    for tab in others:  # both want to send, and wait for the lock of the dying one
        tab.evaluate("dispatchEvent(new Event('online'))")
    dying.close()
    line.shape(round_trip=0)
    for tab in others:
        phone.page = tab
        phone.help()
        phone.save()
    phone.send_now()
    phone.until_accepted(11)
    assert Visit.select().count() == Receipt.select().count() == 11
    assert {visit.note for visit in Visit.select()} == {"", "Nháp 10", "Nháp 11"}
    assert max(entry["attempts"] for entry in phone.outbox()) > 1, "it did not die in the middle"
