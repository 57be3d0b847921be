"""The sign-in expires while entries wait."""

from teamapp import clock
from teamapp.models import Session, Visit

from ..cast import PIN


def test_ten_waiting_visits_are_sent_after_signing_in_again(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    for number in range(1, 11):
        phone.absent(register.house(number))
    Session.update(ended_at=clock.now()).execute()
    line.restore()

    phone.send_now()
    phone.page.wait_for_selector("html[data-net=expired]", state="attached")
    assert phone.page.is_visible("text=Đăng nhập lại để gửi")
    assert phone.number("waiting") == 10 and phone.number("accepted") == 0
    assert len(phone.unsent()) == 10 and Visit.select().count() == 0

    phone.page.click(".notices a:visible:text-is('Đăng nhập')")
    assert phone.page.is_visible("h1:text('Lê Thị Lan')")
    phone.page.fill("[name=secret]", PIN)
    phone.page.click("main form button")
    phone.page.wait_for_url(f"{phone.line.url}/")
    phone.until_accepted(10)
    assert Visit.select().count() == 10
    phone.page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert not phone.page.is_visible("text=Đăng nhập lại để gửi")
