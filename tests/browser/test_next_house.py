"""From house to house: the next one, the way back, the place in a list, whose toast and where."""

import pytest

from teamapp import clock

TOP = "() => Math.round(scrollY)"
LIT = ".nav [aria-current]"
BOXES = """() => ["[data-saved]", ".action .button", ".nav a"].map((name) =>
  [...document.querySelectorAll(name)].map((one) => one.getBoundingClientRect())
    .filter(({ width }) => width).map(({ top, bottom }) => ({ top, bottom })))"""
IS_ON_TOP = """() => [...document.querySelectorAll("[data-saved] > *")].every((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
})"""
IS_SEEN = "document.querySelector('#list').checkVisibility({ visibilityProperty: true })"


def next_from(phone, register, number):
    """Record nobody at home at a house, and return the number of the house that comes next."""
    phone.absent(register.house(number))
    phone.page.click("[data-saved] a")
    return shown(phone, register, other_than=number)


def shown(phone, register, other_than):
    """Wait for another house's page, and return its number."""
    phone.page.wait_for_url(lambda url: "/households/" in url
                            and str(register.house(other_than)) not in url)
    return next(number for number in range(1, 26) if str(register.house(number)) in phone.page.url)


def test_next_house_follows_the_one_just_visited_and_comes_round_to_those_left_behind(
        lans_phone, register):
    assert next_from(lans_phone, register, 18) == 19
    assert next_from(lans_phone, register, 25) == 19, "a house that is on another member's walk"
    assert next_from(lans_phone, register, 19) == 20
    assert next_from(lans_phone, register, 20) == 1
    lans_phone.go("/")
    lans_phone.page.wait_for_selector(f".walk .is-next a[href$='{register.house(1)}']")


def test_next_house_follows_one_that_the_commune_already_counts_as_done(lans_phone, register):
    phone, lan = lans_phone, register.user("lan")
    phone.met(register.house(7))
    phone.send_now()
    phone.until_accepted(1)
    phone.until(lambda: "data-done" in phone.pages_of(lan)["pages"]["/"], "the visit does not come")
    phone.go("/#next")
    assert shown(phone, register, other_than=7) == 8


def test_toast_stays_with_its_house(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    page.clock.install(time=clock.now())  # the ten seconds do not pass by themselves
    phone.absent(register.house(1))
    phone.go("/")
    page.wait_for_selector("[data-saved]", state="visible")
    phone.go(f"/households/{register.house(2)}")
    page.wait_for_selector("html[data-counted]", state="attached")
    assert page.is_hidden("[data-saved]"), "it stands on another family's page"
    phone.go(f"/households/{register.house(1)}")
    page.wait_for_selector("[data-saved]", state="visible")
    phone.go("/sign-in")
    assert not page.locator("[data-saved]").count()


@pytest.mark.parametrize("letters", [16, 24, 32])
def test_toast_covers_no_main_button(lans_phone, register, letters):
    phone, page = lans_phone, lans_phone.page
    page.context.new_cdp_session(page).send("Page.setFontSizes", {
        "fontSizes": {"standard": letters, "fixed": letters}})
    page.clock.install(time=clock.now())
    phone.absent(register.house(1))
    for place in (0, 10_000):
        page.evaluate("(place) => scrollTo(0, place)", place)
        [toast], buttons, links = page.evaluate(BOXES)
        assert 0 <= toast["top"] < toast["bottom"] <= page.viewport_size["height"]
        assert len(buttons) == 3 and len(links) == 3
        for box in (*buttons, *links):
            assert box["top"] >= toast["bottom"] or box["bottom"] <= toast["top"]
        assert page.evaluate(IS_ON_TOP)


def test_house_of_the_day_belongs_to_the_day_in_the_navigation(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    page.click(f".walk a[href$='{register.house(2)}']")
    page.wait_for_selector(f"{LIT}:has-text('Hôm nay')")
    phone.go("/households")
    assert page.inner_text(LIT) == "Cả ấp"
    page.click(f"#list a[href$='{register.house(3)}']")
    page.wait_for_selector(f"{LIT}:has-text('Hôm nay')")
    assert page.locator(LIT).count() == 1
    page.click(LIT)
    page.wait_for_selector("[data-follow]")
    phone.go(f"/households/{register.house(25)}")
    page.wait_for_selector("html[data-counted]", state="attached")
    assert page.inner_text(LIT) == "Cả ấp", "a house of another member's round"


def test_back_keeps_the_place_in_a_long_list(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    phone.go("/households")
    page.wait_for_selector("html[data-counted]", state="attached")
    page.evaluate("window.isStillHere = true")
    row = page.locator(f"#list a[href$='{register.house(22)}']")
    row.scroll_into_view_if_needed()
    top = page.evaluate(TOP)
    assert top > 0
    row.click()
    page.wait_for_url(f"**/households/{register.house(22)}")
    page.go_back(wait_until="commit")
    page.wait_for_function(f"() => location.pathname === '/households' && {IS_SEEN}")
    assert page.evaluate("window.isStillHere"), "it did not come from the back cache"
    assert page.evaluate(TOP) == top


def test_done_houses_fold_away_and_the_next_one_is_on_the_first_screen(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    line.cut()
    for number in (1, 2, 3):
        phone.met(register.house(number))
    phone.absent(register.house(4))
    phone.go("/")
    page.wait_for_selector("[data-folded]:text-is('3')", state="visible")
    heads = page.locator(".walk .row b")
    assert heads.all_inner_texts() == [register.head(n) for n in (5, 4, *range(6, 21))]
    assert heads.first.bounding_box()["y"] < 400
    page.click("[data-fold] summary")
    assert page.locator("[data-fold] .row b").all_inner_texts() == [
        register.head(n) for n in (1, 2, 3)]
    assert page.inner_text('.count [data-left="done"]') == "17"

    phone.go(f"/households/{register.house(20)}")
    phone.absent(register.house(20))
    phone.go("/")
    page.wait_for_selector(f".walk .row:first-child a[href$='{register.house(5)}']")
