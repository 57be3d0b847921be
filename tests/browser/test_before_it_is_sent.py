"""An entry that no server can have received is opened, changed and thrown away."""

import pytest

from teamapp.models import Visit

WAITING = '[data-entries="waiting"] > li'
HEALTH, SYNC = "GET /healthz", "POST /sync"


@pytest.fixture(params=["cut off", "portal"])
def phone_without_network(request, lans_phone, line, register):
    """Return Lan's phone with a visit that it tried to send in vain."""
    phone = lans_phone
    if request.param == "cut off":
        line.cut()
        phone.context.set_offline(True)
    else:
        line.portal()
        phone.page.reload()
        phone.page.wait_for_selector("html[data-net=offline]", state="attached")
    phone.met(register.house(1))
    phone.go("/outbox")
    asked = line.count(HEALTH)
    phone.page.click('[data-do="send-now"]')
    if request.param == "portal":
        phone.until(lambda: line.count(HEALTH) > asked, "the server is not asked for")
    phone.page.wait_for_selector("html[data-net=offline]", state="attached")
    return phone


def test_entry_is_opened_and_changed_in_place_while_no_server_answers(
        phone_without_network, line, register):
    phone, page = phone_without_network, phone_without_network.page
    [written] = phone.outbox()
    assert (written["attempts"], line.count(SYNC)) == (0, 0)
    page.click(f'{WAITING} [data-do="mend"]')
    page.wait_for_selector("#record .folds", state="visible")
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Sửa khi chưa có sóng")
    phone.save()
    [changed] = phone.outbox()
    assert changed["id"] == written["id"] and not changed["replaces"]

    phone.context.set_offline(False)
    line.restore()
    phone.send_now()
    phone.until_accepted(1)
    assert [visit.note for visit in Visit.select()] == ["Sửa khi chưa có sóng"]


def test_entry_is_thrown_away_while_no_server_answers(phone_without_network, line, register):
    phone, page = phone_without_network, phone_without_network.page
    page.click(f"{WAITING} summary")
    page.click('[data-do="discard"]')
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert phone.outbox() == []

    phone.context.set_offline(False)
    line.restore()
    phone.absent(register.house(2))
    phone.send_now()
    phone.until_accepted(1)
    assert [str(visit.household_id) for visit in Visit.select()] == [str(register.house(2))]


def test_sent_entry_is_not_thrown_away_as_if_unsent(lans_phone, line, register):
    phone = lans_phone
    phone.absent(register.house(1))
    line.lose_answers(SYNC, times=1000)
    phone.send_now()
    phone.until(lambda: phone.outbox()[0]["attempts"] and phone.unsent(), "it was not sent")
    phone.go("/outbox")
    phone.page.wait_for_selector(WAITING)
    assert phone.page.is_hidden(f"{WAITING} details[data-for-attempts]")
    assert phone.page.is_visible(f"{WAITING} details:has([data-do=void])")


@pytest.mark.parametrize("way", ["back", "another page"])
def test_entry_goes_as_soon_as_its_form_is_left(lans_phone, register, way):
    phone, page = lans_phone, lans_phone.page
    phone.context.set_offline(True)
    phone.met(register.house(1))
    phone.go("/outbox")
    page.click(f'{WAITING} [data-do="mend"]')
    page.wait_for_selector("#record .folds", state="visible")
    phone.until(lambda: phone.outbox()[0]["not_before"] > page.evaluate("Date.now()") + 60_000,
                "it is not held back")
    phone.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    if way == "back":
        page.click("section:target .back")
    else:
        page.evaluate("location.assign('/')")
    phone.until_accepted(1)
