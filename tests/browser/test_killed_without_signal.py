"""The phone dies without signal: each entry reported as saved arrives once."""

from datetime import timedelta

from teamapp import clock
from teamapp.models import Receipt, Visit

from ..cast import PIN


def test_three_visits_survive_a_killed_browser_and_count_once(
        lans_phone, server, register, laptop):
    phone = lans_phone
    phone.close()  # a phone that was signed in days ago has its cookie on the disk
    phone.start()
    server.stop()
    phone.absent(register.house(1))
    phone.met(register.house(2))
    phone.other(register.house(3), "later",
                return_on=(clock.today() + timedelta(days=3)).isoformat())
    written = {entry["record"] for entry in phone.unsent()}
    assert len(written) == 3
    phone.kill()

    phone.start().go("/")
    assert {entry["record"] for entry in phone.unsent()} == written
    phone.page.wait_for_function("() => document.querySelector('[data-n=waiting]').textContent")
    assert phone.number("waiting") == 3 and phone.number("accepted") == 0
    phone.page.click("[data-fold=done] > summary")
    assert phone.page.locator("[data-key] .status.waiting:visible").count() == 3
    assert Visit.select().count() == 0, "nothing can have come, the server is down"

    server.start()
    phone.go("/")
    phone.until_accepted(3)
    assert {str(visit.id) for visit in Visit.select()} == written
    assert Receipt.select().where(Receipt.status == "accepted").count() == 3
    laptop.reload()
    row = laptop.locator("table.board tbody tr", has_text="Cầu Ván")
    assert row.locator('td[data-name="Lượt đến hộ"]').inner_text() == "3"
    assert row.locator('td[data-name="Số hộ tiếp cận được"]').inner_text() == "1"
    assert row.locator('td[data-name="Kích hoạt"]').inner_text() == "1"


def test_unsaved_typing_is_offered_again_after_a_crash(lans_phone, line, register):
    phone = lans_phone
    phone.close()
    phone.start()
    line.cut()
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Ghi chú")
    phone.page.fill("#met [name=note]", "Chiều quay lại lấy giấy")
    phone.until_drafted("Chiều quay lại lấy giấy")
    phone.kill()

    phone.start().go(f"/households/{register.house(1)}#record")
    phone.page.click('#met [data-do="draft-open"]')
    phone.page.wait_for_function(
        "() => document.querySelector('#met [name=note]')?.value === 'Chiều quay lại lấy giấy'")
    assert phone.page.is_checked('[name="people-0-steps-0-state"][value="helped"]')
    phone.save()
    assert len(phone.outbox()) == 1
    line.restore()
    phone.send_now()
    phone.until_accepted(1)
    assert Visit.get().note == "Chiều quay lại lấy giấy"


def test_phone_without_its_cookie_asks_for_sign_in_and_then_sends(lans_phone, server, register):
    phone = lans_phone
    server.stop()
    phone.absent(register.house(1))
    phone.context.clear_cookies()
    phone.kill()
    server.start()
    phone.start().go("/outbox")
    phone.page.wait_for_selector("html[data-net=expired]", state="attached")
    assert phone.number("waiting") == 1
    phone.sign_in("lan", PIN)
    phone.until_accepted(1)
    assert Visit.select().count() == 1


def test_typed_reason_for_an_unreached_house_is_offered_again_too(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    phone.open_sheet(register.house(2), "other")
    phone.choose("outcome", "unreached")
    phone.page.fill('section:target [name="why_unreached"]:visible', "Nước lên ngập cầu")
    phone.until(lambda: "why_unreached=N" in phone.everything()["tungnha/typed_drafts"],
                "no draft is stored")
    phone.kill()

    phone.start()
    phone.open_sheet(register.house(2), "other")
    phone.page.click("#other [data-draft] [data-do=draft-open]")
    reason = phone.page.locator('section:target [name="why_unreached"]:visible')
    phone.until(lambda: reason.input_value() == "Nước lên ngập cầu", "it is not filled in")
    phone.save()
    phone.page.click('[data-saved] [data-do="undo"]')
    phone.until(lambda: phone.outbox() == [], "it is still there")
    phone.page.click('.action a[href="#other"]')
    phone.page.wait_for_selector("#other [data-draft]", state="visible")
