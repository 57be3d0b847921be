"""Twenty houses in a day without signal: every count agrees on the phone and at the commune."""

from datetime import timedelta

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import Commune, Dossier, Receipt, Visit

MET = (1, 2, 3, 4, 5, 6, 7, 8, 20)
ABSENT, LATER, DECLINED, MOVED, UNREACHED = (9, 10, 11, 12), (13, 14, 15), (16, 17), (18,), (19,)
DONE = (*MET, *DECLINED, *MOVED)
HELPED = (1, 2, 3, 4, 5)  # 6 has it, 7 does not want it yet, 8 gets no help, 20 files


def work(phone, number, register):
    """Record the planned outcome for the house on the screen."""
    page = phone.page
    if number in ABSENT:
        page.click("#absent button")
        phone.until_saved()
        return
    page.click(f'.action a[href="#{"record" if number in MET else "other"}"]')
    page.wait_for_selector("section:target .folds", state="visible")
    if number in HELPED:
        phone.help(consent="no" if number == 5 else "yes")
    elif number == 6:
        phone.help(state="had")
    elif number == 7:
        phone.help(state="not_yet", obstacle="O01")
    elif number == 20:
        file_dossier(phone)
    else:
        otherwise(phone, number)
    phone.save()


def otherwise(phone, number):
    """Fill in a visit that helps nobody."""
    if number in LATER:
        phone.choose("outcome", "later")
        day = clock.today() + timedelta(days=number)
        phone.page.fill('section:target [name="return_on"]:visible', day.isoformat())
    elif number in UNREACHED:
        phone.choose("outcome", "unreached")
        phone.page.fill('section:target [name="why_unreached"]:visible', "nước lên")
    elif number not in MET:
        phone.choose("outcome", "moved" if number in MOVED else "declined")


def file_dossier(phone):
    """Add a dossier filed online for an unnamed person."""
    phone.unfold("Hồ sơ")
    phone.page.click('section:target [data-add="dossier"]')
    phone.page.fill("section:target .picker [type=search]", "khai sinh")
    phone.page.click("section:target .picker .choice:visible >> nth=0")
    phone.page.click('section:target label:has([name$="channel"][value="online"])')


def day_figures(page):
    """Return the numbers of the day's page."""
    return {name: page.inner_text(f".count {selector}") for name, selector in {
        "left": '[data-left="done"]', "done": '[data-figure="done"]'}.items()}


def test_twenty_houses_without_signal_count_the_same_everywhere(
        lans_phone, laptop, line, register):
    phone, page, lan = lans_phone, lans_phone.page, register.user("lan")
    assert register.assigned(lan) == 20
    line.cut()
    phone.go(f"/households/{register.house(1)}")
    for number in range(1, 21):
        page.wait_for_url(f"**/households/{register.house(number)}")
        work(phone, number, register)
        page.click('[data-saved] a')
    page.wait_for_url(f"{line.url}/")

    # on the phone, before sending
    page.wait_for_selector("[data-if-plus=done]:not([hidden])")
    assert day_figures(page) == {"left": str(20 - len(DONE)), "done": "0"}
    assert page.inner_text('[data-plus="done"]') == f"+{len(DONE)}"
    assert page.locator("path[data-stroke].pending").count() == len(DONE)
    assert phone.number("waiting") == 20 and phone.number("attention") == 0
    phone.go("/outbox")
    page.wait_for_selector('[data-entries="waiting"] li')
    assert page.locator('[data-entries="waiting"] li').count() == 20
    assert Visit.select().count() == 0

    # the commune accepts them
    line.restore()
    phone.send_now()
    phone.until_accepted(20)
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    assert phone.number("waiting") == 0 and phone.number("accepted") == 20
    assert Receipt.select().count() == Visit.select().count() == 20
    assert {entry["receipt"] for entry in phone.outbox("accepted")} == {
        visit.receipt for visit in Visit.select()}

    # the phone's refreshed pages
    phone.until(lambda: came(phone, lan), "the pages of the day do not come")
    phone.go("/")
    page.wait_for_selector(f'[data-figure="done"]:text-is("{len(DONE)}")')
    assert day_figures(page) == {"left": str(20 - len(DONE)), "done": str(len(DONE))}
    assert not page.is_visible('[data-plus="done"]')
    assert page.locator("path[data-stroke].done").count() == len(DONE)
    assert page.locator("path[data-stroke].pending").count() == 0
    assert page.locator("[data-done]").count() == len(DONE)
    phone.go("/households")
    chips = {"todo": 5, "not": len({7}), "unasked": 25 - len({3}) - len(MOVED),
             "later": len(LATER)}
    for kind, count in chips.items():
        chip = f'[data-chip="{kind}"]'
        page.wait_for_selector(f"{chip} b:not(:empty)")
        assert page.inner_text(f"{chip} b") == str(count), kind
        page.click(chip)
        assert page.locator("[data-search]:visible").count() == count, kind
        page.click(chip)
    assert page.locator("[data-search]:visible").count() == 25

    # the board
    laptop.reload()
    row = laptop.locator("table.board tbody tr", has_text="Cầu Ván")
    for name, count in (("Lượt đến hộ", 20), ("Số hộ tiếp cận được", len(MET)),
                        ("Kích hoạt", len(HELPED)), ("Hồ sơ", 1)):
        assert row.locator(f'td[data-name="{name}"]').inner_text() == str(count), name
    assert Dossier.select().count() == 1
    commune = Commune.get(Commune.code == "99001")
    with commune.write():
        assert differences(commune) == []


def came(phone, user):
    """Return whether the pack after the sending is stored."""
    return "data-done" in phone.pages_of(user)["pages"]["/"]


def test_next_house_is_never_one_visited_today(lans_phone, register):
    phone, page, lan = lans_phone, lans_phone.page, register.user("lan")
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    phone.until(lambda: "data-day=" in phone.pages_of(lan)["pages"]["/"], "the call does not come")
    phone.absent(register.house(2))
    page.click("[data-saved] a")
    page.wait_for_url(f"**/households/{register.house(3)}")

    phone.go("/")
    page.wait_for_selector(".walk .row.is-today")
    weights = page.locator(".walk .row b").evaluate_all(
        "(names) => names.map((name) => parseFloat(getComputedStyle(name).fontSize))")
    assert weights.index(max(weights)) == 0, "another house is shown as the next"
    assert page.locator(".walk .row b").first.inner_text() == register.head(3)


def test_accepted_and_rejected_entries_are_not_shown_as_waiting(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.met(register.house(1))
    phone.go("/")
    page.wait_for_selector("[data-if-plus=done]:not([hidden])")
    assert day_figures(page) == {"left": "19", "done": "0"}
    page.evaluate("window.isStillHere = true")
    page.focus(".walk a >> nth=9")  # so that no newer page replaces it
    phone.until_accepted(1)
    page.wait_for_selector("text=Đã gửi hết", state="visible")
    page.wait_for_selector("[data-if-plus=done]", state="hidden")
    assert day_figures(page) == {"left": "19", "done": "1"}
    assert page.locator("path[data-stroke].done").count() == 1
    assert page.evaluate("window.isStillHere"), "it was drawn again"

    phone.open_sheet(register.house(2), "record")
    phone.help()
    phone.unfold("Hẹn lại")
    phone.appoint_too_late()
    phone.save()
    phone.send_now()
    phone.until(lambda: phone.outbox("attention"), "nothing was rejected")
    phone.go("/")
    page.wait_for_selector("text=1 cần sửa", state="visible")
    assert page.is_hidden("[data-if-plus=done]")
    assert page.inner_text('.count [data-left="done"]') == "19"
