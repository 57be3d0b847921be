"""The board, a round's village and a list of houses go onto paper: black on white, A4."""

import pytest

from teamapp.models import Round

from .test_keyboard import keys, sign_in  # noqa: F401

PAPER = {"width": 680, "height": 1000}  # A4 between its margins
SEEN = """() => {
  const seen = (element) => element.checkVisibility();
  const colour = (name) => getComputedStyle(document.querySelector("main"))[name];
  const pressed = ".button, .top, .foot, .nav, .back, .search, .chips, .asking, .skip";
  return {
    pressed: [...document.querySelectorAll(pressed)].filter(seen).map((one) => one.outerHTML),
    underlined: [...document.querySelectorAll("main a")].filter((link) => seen(link)
      && getComputedStyle(link).textDecorationLine !== "none").map((link) => link.outerHTML),
    colours: [...new Set([...document.querySelectorAll("main *")].filter(seen)
      .map((one) => getComputedStyle(one).color))],
    ground: getComputedStyle(document.documentElement).backgroundColor,
    wide: document.documentElement.scrollWidth - innerWidth,
  };
}"""


@pytest.mark.parametrize("screen", ["board", "village", "list"])
def test_it_prints_black_on_white_and_without_what_one_presses(keys, book, screen):  # noqa: F811
    sign_in(keys)
    village = book.user("lan").village_id
    keys.page.goto({"board": "/tallies", "list": f"/households?village={village}",
                    "village": f"/rounds/{Round.get().id}/villages/{village}"}[screen])
    keys.page.set_viewport_size(PAPER)
    keys.page.emulate_media(media="print", color_scheme="dark")
    paper = keys.page.evaluate(SEEN)
    assert paper["pressed"] == [] and paper["underlined"] == []
    assert paper["colours"] == ["rgb(0, 0, 0)"] and paper["ground"] == "rgb(255, 255, 255)"
    assert paper["wide"] <= 0
    assert book.head(1) in keys.page.inner_text("main") or screen == "board"
