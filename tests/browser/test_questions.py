"""The phone asks before it saves what looks like a slip."""

from urllib.parse import parse_qs

from teamapp.models import Consent, Visit

QUESTION = "[data-ask]:not([hidden])"


def test_second_absence_of_a_day_is_asked_about(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.absent(register.house(1))
    page.wait_for_selector("[data-saved]", state="hidden")
    page.click("#absent > button")
    page.click(f"#absent {QUESTION} button:text-is('Không ghi')")
    assert len(phone.outbox()) == 1
    page.click("#absent > button")
    page.click(f"#absent {QUESTION} button:text-is('Ghi thêm')")
    phone.until_saved()
    assert len(phone.outbox()) == 2

    phone.go(f"/households/{register.house(2)}")
    page.click("#absent > button")
    phone.until_saved()


def test_absence_that_the_commune_has_is_asked_about(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    path = f"/households/{register.house(1)}"
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    phone.until(lambda: "data-made" in phone.pages_of(register.user("lan"))["pages"][path],
                "the visit does not come")
    phone.go(path)
    page.wait_for_function("() => JSON.parse(sessionStorage.saved ?? '{}').until < Date.now()")
    page.click("#absent > button")
    page.wait_for_selector(f"#absent {QUESTION}")


def test_meeting_without_help_is_saved_after_a_question(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.open_sheet(register.house(1), "record")
    page.click("section:target .action > button")
    assert "Chưa làm được gì?" in page.inner_text(f"#met {QUESTION}")
    page.click(f"#met {QUESTION} button:text-is('Ghi tiếp')")
    phone.choose("people-0-steps-0-state", "had")
    phone.choose("people-0-consent", "no")
    phone.save()
    phone.open_sheet(register.house(2), "record")
    page.click("section:target .action > button")
    page.click(f"#met {QUESTION} button:text-is('Đúng, chỉ ghi đã gặp')")
    phone.until_saved()
    phone.send_now()
    phone.until_accepted(2)
    assert {visit.outcome for visit in Visit.select()} == {"met"}

    path = f"/households/{register.house(1)}"
    phone.until(lambda: "không muốn ghi tên" in phone.pages_of(register.user("lan"))["pages"][path],
                "the answer does not come")
    phone.open_sheet(register.house(1), "record")
    page.click("label:has-text('Nay bà con đồng ý ghi tên')")
    phone.save()
    phone.send_now()
    phone.until_accepted(3)
    assert [consent.given for consent in Consent.select().order_by(Consent.id)] == [False, True]


def test_unreadable_outbox_does_not_keep_a_visit_from_being_saved(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.go(f"/households/{register.house(1)}")
    page.evaluate("() => { IDBIndex.prototype.getAll = () => { throw new Error('unreadable') } }")
    page.click("#absent button")
    page.wait_for_selector(":is([data-saved], [data-save-failed]):not([hidden])")


def test_way_of_one_person_is_asked_by_a_link_under_that_of_the_visit(
        lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.open_sheet(register.house(1), "record")
    phone.help(person=0, mode=None)
    phone.help(person=1, mode="together")
    own = [f'[name="people-{n}-steps-0-mode"]' for n in (0, 1)]
    assert not any(page.is_visible(f"label:has({name})") for name in own)
    assert page.locator("#met :text('Người này làm cách khác'):visible").count() == 1
    page.click("#met button:has-text('Người này làm cách khác')")
    assert all(page.is_visible(f'label:has({name}[value="self"])') for name in own)
    assert page.evaluate("document.activeElement.name") == "people-0-steps-0-mode"
    phone.choose("people-1-steps-0-mode", "self")
    phone.save()
    [entry] = phone.outbox()
    body = parse_qs(entry["body"])
    assert body["mode"] == ["together"] and body["people-1-steps-0-mode"] == ["self"]
    assert "people-0-steps-0-mode" not in body

    phone.go("/outbox")
    page.click('[data-entries="waiting"] [data-do="mend"]')
    page.wait_for_selector('[name="people-1-steps-0-mode"][value="self"]:checked', state="attached")
    assert page.is_visible(f"label:has({own[1]})") and not page.is_visible(f"label:has({own[0]})")
