"""The official order of villages: dragged, or moved by buttons; stored at once."""

import pytest

from teamapp.models import Village

from .waiting import until


@pytest.fixture
def order(line, laptop, register):
    """Return the page of the order, with four villages, and a function that reads the database."""
    commune = register.user("son").commune
    for number in range(Village.select().where(Village.commune == commune).count(), 4):
        Village.append(commune, unit_type="ap", name=f"Ấp Số {number}", code=f"X{number}")
    laptop.goto("/villages/order")
    return laptop, lambda: [str(village.id) for village in Village.select().where(
        Village.commune == commune).order_by(Village.position)]


def shown(page):
    return page.eval_on_selector_all(".order input", "(all) => all.map(({ value }) => value)")


def test_buttons_move_a_row_at_once_and_store_it(order):
    page, stored = order
    a, b, c, d = stored()
    page.focus(f"#move-{a}-2")
    for _ in range(3):
        page.keyboard.press("Enter")
    assert shown(page) == [b, c, d, a], "before any answer"
    assert page.evaluate("() => document.activeElement.id") == f"move-{a}-2"
    until(lambda: stored() == [b, c, d, a], lambda: f"{stored()} is stored")
    page.wait_for_selector("[data-order-saved]:not([hidden])", state="attached")
    page.click(f"#move-{d}-1")
    until(lambda: stored() == [b, d, c, a], lambda: f"{stored()} is stored")


def test_row_is_dragged(order):
    page, stored = order
    a, b, c, d = stored()
    grip, last = page.locator("[data-handle]").first, page.locator(".order li").last
    grip.hover()
    page.mouse.down()
    box = last.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] - 2, steps=8)
    assert shown(page) == [b, c, d, a]
    page.mouse.up()
    until(lambda: stored() == [b, c, d, a], lambda: f"{stored()} is stored")


def test_order_that_is_not_stored_goes_back(order, line):
    page, stored = order
    before = stored()
    line.cut()
    page.click(f"#move-{before[0]}-2")
    page.wait_for_selector("[data-order-failed]:visible")
    assert shown(page) == before == stored()
    line.restore()


def test_order_that_another_person_changed_is_told(order, register):
    page, stored = order
    a, b, c, d = stored()
    Village.arrange(register.user("son").commune, [int(id) for id in (d, c, b, a)])
    page.click(f"#move-{a}-2")
    page.wait_for_selector("#order .banner")
    assert shown(page) == stored() == [d, c, b, a]
    page.click(f"#move-{d}-2")
    until(lambda: stored() == [c, d, b, a], lambda: f"{stored()} is stored")
