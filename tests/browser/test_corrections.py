"""A recorded visit is corrected or taken back, also without signal and after a cold start."""

from teamapp.counting.reconciliation import differences
from teamapp.models import AccountStatus, Change, Commune, Receipt, Step, Visit

from .test_a_days_work import came, day_figures


def recorded(phone, lan, register, number=1, **work):
    """Record a visit that the commune accepts, and fetch the pages that show it."""
    phone.met(register.house(number), **work)
    phone.send_now()
    phone.until_accepted(1)
    phone.until(lambda: came(phone, lan), "the pages after the visit do not come")


def open_visit(phone, house):
    """Open the correction of the newest visit of a house."""
    phone.go(f"/households/{house}")
    phone.page.click("[data-version] summary")
    phone.page.click('[data-version] [data-do="open-version"]')
    phone.page.wait_for_selector('section:target [name="asked_by"]', state="attached")
    phone.page.wait_for_selector('section:target [name="outcome"]:checked', state="attached")


def send_without_answer(phone, line, register):
    """Record a visit that the commune accepts and the phone does not hear of; open the outbox."""
    phone.met(register.house(1))
    line.lose_answers("POST /sync", times=99)
    phone.send_now()
    phone.until(lambda: Receipt.select().exists(), "the visit does not arrive")
    phone.go("/outbox")


def test_visit_is_corrected_without_signal_after_a_cold_start(lans_phone, line, register):
    phone, page, lan = lans_phone, lans_phone.page, register.user("lan")
    recorded(phone, lan, register)
    line.cut()
    phone.kill()
    phone.start()
    page = phone.page
    phone.go("/")
    page.wait_for_selector('[data-figure="done"]:text-is("1")')
    open_visit(phone, register.house(1))
    assert page.locator('section:target [name$="-kind"]').count() == 1
    assert page.input_value('section:target [name="people-0-steps-0-kind"]') == "VNEID_2_KH"
    assert page.is_checked('section:target [name="people-0-steps-0-state"][value="helped"]')
    phone.choose("outcome", "absent")
    phone.choose("reason", "wrong_household")
    phone.choose("asked_by", "self")
    phone.save()
    phone.go("/")
    page.wait_for_selector('[data-figure="done"]:text-is("0")')
    assert day_figures(page) == {"left": "20", "done": "0"}
    assert page.is_visible(f'.walk [data-key="{register.house(1)}"]')

    line.restore()
    phone.send_now()
    phone.until_accepted(2)
    assert [visit.outcome for visit in Visit.live()] == ["absent"]
    assert not AccountStatus.select().where(AccountStatus.resident.in_(
        Step.select(Step.resident))).exists()
    assert Change.get().asked_by == "self"
    commune = Commune.get(Commune.code == "99001")
    with commune.write():
        assert differences(commune) == []


def test_visit_that_never_was_is_taken_back(lans_phone, register):
    phone, page, lan = lans_phone, lans_phone.page, register.user("lan")
    recorded(phone, lan, register)
    open_visit(phone, register.house(1))
    page.click("section:target details.folds:has(#void) > summary")
    page.click('#void label:has([name="reason"][value="not_real"])')
    page.click("#void button")
    phone.until_saved()
    phone.send_now()
    phone.until_accepted(2)
    assert not Visit.live().exists()
    phone.until(lambda: "Lượt đã sửa, đã bỏ (1)" in phone.pages_of(lan)["pages"][
        f"/households/{register.house(1)}"], "the page does not show the void")


def test_visit_on_its_way_is_changed_by_a_resubmission(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    send_without_answer(phone, line, register)
    page.click('[data-entries="waiting"] [data-do="mend"]')
    page.wait_for_url(f"**/households/{register.house(1)}#record")
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "máy cũ")
    phone.save()
    line.lose_answers("POST /sync", times=0)
    phone.send_now()
    phone.until(lambda: not phone.unsent(), "the change does not arrive")
    assert [visit.note for visit in Visit.live()] == ["máy cũ"]
    assert Change.get().reason == "mistake" and Visit.select().count() == 2


def test_visit_on_its_way_is_taken_back(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    send_without_answer(phone, line, register)
    page.click('[data-entries="waiting"] summary:text-is("Bỏ lượt này"):visible')
    page.click('[data-entries="waiting"] [data-do="void"]:visible')
    phone.until(lambda: "visits.void" in {entry["kind"] for entry in phone.outbox()},
                "the void is not stored")  # the word “saved” may be the visit's
    line.lose_answers("POST /sync", times=0)
    phone.send_now()
    phone.until(lambda: not phone.unsent(), "the void does not arrive")
    assert Visit.select().count() == 1 and not Visit.live().exists()
    assert Change.get().correction_id is None


def test_note_alone_is_corrected_and_all_else_stays(lans_phone, register):
    phone, page, lan = lans_phone, lans_phone.page, register.user("lan")
    recorded(phone, lan, register)
    open_visit(phone, register.house(1))
    phone.unfold("Ghi chú")
    page.fill("#correction [name=note]", "máy cũ")
    phone.choose("reason", "mistake")
    phone.choose("asked_by", "self")
    phone.save()
    phone.send_now()
    phone.until_accepted(2)
    facts = (Step.resident, Step.kind, Step.state, Step.mode, Step.counted, Step.receipt)
    first, corrected = Visit.select().order_by(Visit.receipt)
    assert corrected.is_live and corrected.note == "máy cũ"
    steps = [Step.select(*facts).where(Step.visit == version.id).tuples()[:]
             for version in (first, corrected)]
    assert steps[1] and [step[:4] for step in steps[0]] == [step[:4] for step in steps[1]]
    assert [step[5] for step in steps[0]] == [step[5] for step in steps[1]]
    assert [step[4] for step in steps[1]] == [True]
