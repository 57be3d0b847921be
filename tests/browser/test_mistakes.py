"""A mistake is told beside its field in the form class's own words, before anything is sent."""

from datetime import timedelta

from teamapp import clock
from teamapp.visits import forms

BUBBLES = """() => {
  window.bubbles = 0;
  document.addEventListener("invalid", (event) => { window.bubbles += !event.defaultPrevented; });
}"""


def error(page, name, sheet="met"):
    """Return the sentence beside a field."""
    return page.text_content(f'#{sheet} .field:has([name="{name}"]) .error')


def press_save(phone):
    phone.page.click("section:target .action button")


def test_missing_answers_are_asked_for_in_our_words(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.open_sheet(register.house(1), "record")
    page.evaluate(BUBBLES)
    phone.help(consent="", mode="")
    press_save(phone)
    assert error(page, "people-0-consent") == "Hỏi bà con rồi chọn câu trả lời."
    phone.choose("people-0-consent", "yes")
    assert page.locator('.field:has([name="people-0-consent"]) .error').count() == 0
    press_save(phone)
    assert error(page, "mode") == str(forms.NO_MODE)
    phone.unfold("Hồ sơ")
    page.click('section:target [data-add="dossier"]')
    page.fill('#met [name="dossiers-0-code"]', "12")
    phone.choose("mode", "together")
    phone.choose("dossiers-0-channel", "online")
    press_save(phone)
    assert error(page, "dossiers-0-procedure") == "Chọn thủ tục của hồ sơ."
    page.fill("section:target .picker [type=search]", "khai sinh")
    page.click("section:target .picker .choice:visible >> nth=0")
    press_save(phone)
    assert "ví dụ H12.34-" in error(page, "dossiers-0-code")
    assert phone.outbox() == [] and page.evaluate("window.bubbles") == 0


def test_appointment_before_the_visit_is_told_while_typing(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.open_sheet(register.house(1), "other")
    phone.choose("outcome", "later")
    page.fill("#otherwise [name=return_on]", (clock.today() - timedelta(days=2)).isoformat())
    assert error(page, "return_on", "otherwise") == str(forms.BEFORE_VISIT)
    press_save(phone)
    assert phone.outbox() == []
    page.fill("#otherwise [name=return_on]", (clock.today() + forms.TWO_YEARS).isoformat())
    assert page.locator("#otherwise .field:has([name=return_on]) .error").count() == 0
    phone.save()
    assert len(phone.outbox()) == 1


def test_day_more_than_two_years_after_the_visit_is_told_while_typing(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Hẹn lại")
    phone.unfold("Hồ sơ")
    page.click('section:target [data-add="dossier"]')
    for name in ("return_on", "dossiers-0-due_on"):
        for days, sentence in ((-1, None), (1, str(forms.FAR_OFF))):
            day = clock.today() + forms.TWO_YEARS + timedelta(days=days)
            page.fill(f'#met [name="{name}"]', day.isoformat())
            if sentence:
                assert error(page, name) == sentence
            else:
                assert page.locator(f'#met .field:has([name="{name}"]) .error').count() == 0
    press_save(phone)
    assert phone.outbox() == []
    phone.unfold("Ngày giờ")
    page.fill("#met [name=visited_at]", f"{clock.today() - timedelta(days=30)}T09:00")
    page.fill("#met [name=return_on]", (clock.today() + forms.TWO_YEARS).isoformat())
    assert error(page, "return_on") == str(forms.FAR_OFF), "two years after the visit, not today"


def test_unlikely_day_is_asked_about_at_once(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.open_sheet(register.house(1), "other")
    phone.choose("outcome", "declined")
    phone.unfold("Ngày giờ")
    for days in (-401, 2):
        day = clock.today() + timedelta(days=days)
        page.fill("#otherwise [name=visited_at]", f"{day}T09:00")
        assert error(page, "visited_at", "otherwise") == "Ngày này đúng không?"
        press_save(phone)
        assert phone.outbox() == []
    page.fill("#otherwise [name=visited_at]", f"{clock.today() - timedelta(days=399)}T09:00")
    assert page.is_hidden('#otherwise [data-do="sure"]')
    page.fill("#otherwise [name=visited_at]", "2023-11-29T09:00")
    page.click('#otherwise [data-do="sure"]')
    phone.save()
    [entry] = phone.outbox()
    assert "visited_at=2023-11-29T09%3A00" in entry["body"]


def test_sign_in_without_a_name_is_told_in_our_words(take_phone):
    phone = take_phone()
    phone.go("/sign-in")
    said = phone.page.wait_for_function("""() => {
      document.querySelector("main form").checkValidity();
      return document.querySelector(".field .error")?.textContent;
    }""")
    assert said.json_value() == "Gõ tên đăng nhập."
