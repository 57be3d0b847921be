"""A rejected entry returns with its reason, is corrected and resubmitted."""

from datetime import timedelta
from uuid import UUID

from teamapp import clock
from teamapp.models import Household, Receipt, RejectedEntry, VillageStay, Visit

TOO_FAR = "hai năm"  # from the reason that rejects an appointment in three years


def test_rejected_visit_shows_its_reason_and_its_resubmission_counts_once(lans_phone, register):
    phone = lans_phone
    page = phone.page
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Chiều quay lại")
    phone.unfold("Hẹn lại")
    phone.appoint_too_late()
    phone.save()
    [entry] = phone.outbox()
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    assert Visit.select().count() == 0
    assert RejectedEntry.get().entry == UUID(entry["id"])

    page.wait_for_selector('[data-entries="attention"] li')
    said = page.inner_text('[data-entries="attention"]')
    assert register.head(1) in said and TOO_FAR in said
    assert page.is_hidden('[data-do="resend"]'), "sending again cures nothing"
    phone.until(lambda: "/rejected-entries" in
                phone.pages_of(register.user("lan"))["pages"]["/outbox"], "no newer page")
    phone.go("/outbox")
    page.wait_for_selector('[data-entries="attention"] li')
    assert page.is_hidden('main a[href="/rejected-entries"]'), "the rejection is told twice"
    assert phone.number("attention") == 1 and phone.number("waiting") == 0

    page.click('[data-entries="attention"] [data-do="mend"]')
    page.wait_for_selector(f"#met .field:has([name=return_on]) .error:has-text('{TOO_FAR}')")
    assert page.is_hidden("#met [data-rejected]"), "the reason is told twice"
    assert page.input_value("#met [name=note]") == "Chiều quay lại"
    assert page.is_checked('[name="people-0-steps-0-state"][value="helped"]')
    assert page.is_visible('#met [name=return_on][aria-invalid="true"]')
    day = (clock.today() + timedelta(days=7)).isoformat()
    page.fill("#met [name=return_on]", day)
    phone.save()

    phone.send_now()
    phone.until(lambda: not phone.outbox("waiting", "sending", "attention"), "not settled")
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    [visit] = Visit.select()
    assert (visit.return_on.isoformat(), str(visit.id)) == (day, entry["record"])
    assert {row.status for row in Receipt.select()} == {"accepted", "settled"}
    assert RejectedEntry.select().where(RejectedEntry.settled_at.is_null()).count() == 0


def test_unchanged_visit_is_accepted_once_its_cause_of_rejection_is_gone(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    Household.update(village=register.user("mai").village, number=99).where(
        Household.id == register.house(1)).execute()
    VillageStay.delete().where(VillageStay.household == register.house(1)).execute()
    phone.absent(register.house(1))
    [entry] = phone.outbox()
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    Household.update(village=register.user("lan").village, number=1).where(
        Household.id == register.house(1)).execute()
    assert page.is_hidden('[data-entries="attention"] [data-do="mend"]'), "no change cures it"
    page.click('[data-entries="attention"] [data-do="resend"]')
    phone.until_accepted(1)
    assert [one["id"] for one in phone.outbox("accepted")] == [entry["id"]]
    assert phone.number("attention") == 0 and Visit.select().count() == 1
    page.wait_for_selector("text=Đã gửi hết", state="visible")


def test_rejected_visit_is_resubmitted_from_its_house_page_too(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.too_late(register.house(1))
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    phone.go(f"/households/{register.house(1)}")
    page.click('[data-do="mend"]:visible')
    page.wait_for_selector(f"#otherwise .field:has([name=return_on]) .error:has-text('{TOO_FAR}')")
    assert page.is_checked('#otherwise [name="outcome"][value="later"]')
    day = (clock.today() + timedelta(days=7)).isoformat()
    page.fill("#otherwise [name=return_on]", day)
    phone.save()
    phone.send_now()
    phone.until(lambda: not phone.outbox("waiting", "sending", "attention"), "not settled")
    assert [visit.return_on.isoformat() for visit in Visit.select()] == [day]


FOLLOW = """async (id) => {
  const app = document.querySelector('script[type="module"]').src;
  const { list } = await import(app.replace("app.js", "outbox.js"));
  const { add } = await import(app.replace("app.js", "outbox.js"));
  const entry = (await list(document.body.dataset.user)).find((one) => one.id === id);
  const record = crypto.randomUUID();
  const body = entry.body.replace(entry.record, record).replace(/return_on=[^&]*/, "")
    .replace("=later", "=absent");
  const follower = { ...entry, id: crypto.randomUUID(), record, body, after: [id], replaces: null };
  await add({ ...follower, state: "waiting", attempts: 0, not_before: 0 });
}"""


TAKE_BACK = """async (id) => {
  const app = document.querySelector('script[type="module"]').src;
  return (await import(app.replace("app.js", "outbox.js"))).takeBack(id);
}"""


def test_entry_after_a_rejected_visit_follows_its_resubmission(lans_phone, register):
    """So a restored database can get both: it has no record of the rejected entry."""
    phone, page = lans_phone, lans_phone.page
    phone.too_late(register.house(1))
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    [entry] = phone.outbox()
    page.evaluate(FOLLOW, entry["id"])
    page.wait_for_selector('[data-entries="attention"] li')
    page.click('[data-entries="attention"] [data-do="mend"]')
    page.wait_for_selector("section:target .field > .error")
    page.fill('section:target [name="return_on"]:visible',
              (clock.today() + timedelta(days=7)).isoformat())
    phone.save()
    phone.send_now()
    phone.until_accepted(2)
    follower, resubmission = sorted(phone.outbox(), key=lambda one: bool(one["replaces"]))
    assert resubmission["replaces"] == entry["id"]
    assert follower["after"] == [resubmission["id"]]


def test_two_tabs_resubmit_a_visit_one_after_the_other(lans_phone, line, register):
    phone = lans_phone
    phone.too_late(register.house(1))
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    [entry] = phone.outbox()
    line.cut()
    tabs = [phone.page, phone.context.new_page()]
    for tab in tabs:
        tab.goto(f"{line.url}/outbox")
        tab.click('[data-entries="attention"] [data-do="mend"]')
        tab.wait_for_selector("section:target .field > .error")
    for number, tab in enumerate(tabs):
        day = clock.today() + timedelta(days=7 + number)
        tab.fill('section:target [name="return_on"]:visible', day.isoformat())
        tab.click("section:target button.solid")
        phone.until(lambda n=number: len(phone.unsent()) == n + 1, "not saved")
    tabs[1].close()
    first, second = sorted(phone.unsent(), key=lambda one: one["recorded_at"])
    assert (first["replaces"], second["replaces"]) == (entry["id"], first["id"])
    assert phone.page.evaluate(TAKE_BACK, first["id"]) is False
    line.restore()
    phone.until(lambda: phone.outbox("accepted") and not phone.unsent(), "waits")
    assert Visit.live().count() == 1


def test_resubmission_and_typed_draft_of_one_house_stay_separate(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    phone.too_late(register.house(1))
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    [rejected] = phone.outbox()
    phone.open_sheet(register.house(1), "other")
    phone.choose("outcome", "unreached")
    page.fill('section:target [name="why_unreached"]:visible', "Nuoc len")
    phone.until(lambda: "Nuoc" in phone.everything()["tungnha/typed_drafts"], "no draft is stored")
    line.cut()

    phone.go("/outbox")
    page.click('[data-entries="attention"] [data-do="mend"]')
    page.wait_for_selector("section:target .field > .error")
    phone.appoint_too_late()
    phone.until_typing_is_stored()
    page.click("section:target [data-do=draft-open]")
    reason = page.locator('section:target [name="why_unreached"]:visible')
    phone.until(lambda: reason.input_value() == "Nuoc len", "it is not filled in")
    phone.save()
    [fresh] = phone.outbox("waiting")
    assert fresh["replaces"] is None, "the rejected visit counts as resubmitted"
    [still] = phone.outbox("attention")
    assert still["id"] == rejected["id"] and "replaced_by" not in still

    page.click('.action a[href="#other"]')
    phone.choose("outcome", "unreached")
    page.fill('section:target [name="why_unreached"]:visible', "Cong khoa")
    phone.until(lambda: "Cong" in phone.everything()["tungnha/typed_drafts"], "no draft is stored")
    phone.go("/outbox")
    page.click('[data-entries="attention"] [data-do="mend"]')
    page.wait_for_selector("section:target .field > .error")
    page.fill('section:target [name="return_on"]:visible', clock.today().isoformat())
    phone.save()
    assert phone.outbox("waiting")[-1]["replaces"] == rejected["id"]
    assert "Cong" in phone.everything()["tungnha/typed_drafts"], "resubmitting deleted the draft"


def test_waiting_entry_is_opened_and_changed_before_sending(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    phone.other(register.house(1), "declined")
    [entry] = phone.outbox()
    phone.go("/outbox")
    phone.page.click('[data-entries="waiting"] [data-do="mend"]')
    phone.page.wait_for_selector('section:target [name="outcome"][value="declined"]:checked',
                                 state="attached")
    phone.choose("outcome", "moved")
    phone.save()
    [changed] = phone.outbox()
    assert changed["id"] == entry["id"] and "outcome=moved" in changed["body"]
    line.restore()
    phone.send_now()
    phone.until_accepted(1)
    assert [visit.outcome for visit in Visit.select()] == ["moved"]


def test_rejected_entry_does_not_block_the_others(lans_phone, line, register):
    phone = lans_phone
    line.cut()
    phone.too_late(register.house(1))
    phone.absent(register.house(2))
    phone.absent(register.house(3))
    line.restore()
    phone.send_now()
    phone.until_accepted(2)
    assert len(phone.outbox("attention")) == 1
    assert Visit.select().count() == 2
