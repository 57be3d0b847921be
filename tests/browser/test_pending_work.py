"""A house, its rows and its next form show what was recorded on this phone and waits."""

from ..cast import PIN

HEADLINE = "people-{}-steps-0-state"


def is_offered(page, person, state="helped"):
    """Return whether the form offers a person's next account."""
    return page.is_visible(
        f'label:has([name="{HEADLINE.format(person)}"][value="{state}"])')


def test_house_shows_what_was_recorded_and_does_not_offer_it_again(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.met(register.house(1), consent="yes")
    banner = page.locator("main > [data-echo-into] .banner")
    assert "Gặp được" in banner.inner_text() and "chưa gửi" in banner.inner_text()
    person = page.locator("main li[data-key] >> nth=0")
    assert "Hôm nay xong, chờ gửi" in person.inner_text()
    assert "Chưa hỏi" not in person.inner_text()

    phone.open_sheet(register.house(1), "record")
    page.wait_for_selector("#met .step[data-shut]", state="visible")
    assert not is_offered(page, 0) and is_offered(page, 1)
    assert "Hôm nay xong, chờ gửi" in page.inner_text("#met .step[data-shut]")
    phone.help(person=1, consent="no")
    phone.save()
    [_, second] = phone.outbox()
    assert "people-0" not in second["body"] and "people-1-id" in second["body"]


def test_consent_given_an_hour_ago_is_not_asked_again(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.met(register.house(1), state="not_yet", obstacle="O01", consent="yes")
    phone.open_sheet(register.house(1), "record")
    phone.choose(HEADLINE.format(0), "helped")
    page.wait_for_selector('[name="people-0-consent"][value="yes"]:checked', state="attached")
    phone.choose("mode", "together")
    phone.save()
    assert ["people-0-consent=yes" in entry["body"] for entry in phone.outbox()] == [True, True]


def test_question_opens_again_after_undo_and_in_its_own_entry(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.met(register.house(1))
    page.click('[data-saved] [data-do="undo"]')
    phone.until(lambda: phone.outbox() == [], "it is still there")
    phone.open_sheet(register.house(1), "record")
    assert is_offered(page, 0)

    phone.met(register.house(2))
    phone.go("/outbox")
    page.click('[data-entries="waiting"] [data-do="mend"]')
    page.wait_for_selector(f'[name="{HEADLINE.format(0)}"][value="helped"]:checked')
    assert is_offered(page, 0)


def test_rows_say_the_outcome_and_how_much_was_done(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    phone.met(register.house(1))
    phone.absent(register.house(2))
    for path in ("/", "/households"):
        phone.go(path)
        page.wait_for_selector("[data-echoed]", state="attached")
        page.evaluate("document.querySelectorAll('[data-fold]').forEach((one) => one.open = true)")
        first, second = (page.locator(f'.row[data-key="{register.house(n)}"]').first.inner_text()
                         for n in (1, 2))
        assert "Gặp được, xong 1 việc, chờ gửi" in first
        assert "chưa hỏi" not in first
        assert "Vắng nhà, chờ gửi" in second and "người chưa hỏi" in second


def test_accepted_visits_are_listed_after_signing_out_and_in(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    [entry] = phone.outbox("accepted")
    phone.sign_out()
    assert phone.outbox() == []
    phone.sign_in("lan", PIN)
    phone.until_accepted(1)
    phone.go("/outbox")
    page.click("summary:has(.accepted)")
    row = page.locator('[data-entries="accepted"] li').inner_text()
    assert register.head(1) in row and "Vắng nhà" in row and str(entry["receipt"]) in row
    phone.sign_out()
    assert phone.envelopes("waiting") == [] and phone.outbox() == []
