"""What the commune cannot take comes back with its reason, is mended and sent again."""

from teamapp.models import InboxItem, Receipt, Visit

NUMBER = "038157001234"


def note_with_number(phone, form, words):
    """Type a note that the commune refuses, as a form would let it pass that is older than that."""
    phone.unfold("Ghi chú")
    note = f"{form} [name=note]"
    phone.page.evaluate("(note) => delete document.querySelector(note).dataset.refuse", note)
    phone.page.fill(note, words)


def test_a_refused_visit_says_why_is_mended_and_counted_once(lans_phone, book):
    phone = lans_phone
    page = phone.page
    phone.open_sheet(book.house(1), "record")
    phone.help()
    note_with_number(phone, "#met", f"Căn cước {NUMBER}, chiều quay lại")
    phone.save()
    [entry] = phone.outbox()
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was refused")
    assert Visit.select().count() == 0
    assert NUMBER not in InboxItem.get().body, "the number is kept on the server"

    page.wait_for_selector('[data-entries="attention"] li')
    said = page.inner_text('[data-entries="attention"]')
    assert book.head(1) in said and "9 hoặc 12 số" in said
    assert phone.number("attention") == 1 and phone.number("waiting") == 0

    page.click('[data-entries="attention"] [data-do="mend"]')
    page.wait_for_selector("#met [data-refused]:not([hidden])")
    assert "9 hoặc 12 số" in page.inner_text("#met [data-refused]")
    assert page.input_value("#met [name=note]").startswith("Căn cước")
    assert page.is_checked('[name="people-0-steps-0-state"][value="helped"]')
    assert page.get_attribute("#met [name=note]", "aria-invalid") == "true"
    page.fill("#met [name=note]", "Chiều quay lại")
    phone.save()

    phone.send_now()
    phone.until(lambda: not phone.outbox("waiting", "sending", "attention"), "not settled")
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    [visit] = Visit.select()
    assert visit.note == "Chiều quay lại" and str(visit.id) != entry["id"]
    assert {row.status for row in Receipt.select()} == {"kept", "settled"}
    assert InboxItem.select().where(InboxItem.settled_at.is_null()).count() == 0


def test_one_that_waits_is_opened_and_changed_before_it_goes(lans_phone, line, book):
    phone = lans_phone
    line.cut()
    phone.other(book.house(1), "declined")
    [entry] = phone.outbox()
    phone.go("/outbox")
    phone.page.click('[data-entries="waiting"] [data-do="mend"]')
    phone.page.wait_for_selector('section:target [name="outcome"][value="declined"]:checked',
                                 state="attached")
    phone.choose("outcome", "moved")
    phone.save()
    [changed] = phone.outbox()
    assert changed["id"] == entry["id"] and "outcome=moved" in changed["body"]
    line.mend()
    phone.send_now()
    phone.until_kept(1)
    assert [visit.outcome for visit in Visit.select()] == ["moved"]


def test_a_refused_one_does_not_hold_up_the_others(lans_phone, line, book):
    phone = lans_phone
    line.cut()
    phone.open_sheet(book.house(1), "other")
    phone.choose("outcome", "declined")
    note_with_number(phone, "#otherwise", f"Số {NUMBER}")
    phone.save()
    phone.absent(book.house(2))
    phone.absent(book.house(3))
    line.mend()
    phone.send_now()
    phone.until_kept(2)
    assert len(phone.outbox("attention")) == 1
    assert Visit.select().count() == 2
