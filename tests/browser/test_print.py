"""The board, a round's village and a list of houses go onto paper: black on white, A4."""

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


def test_pages_print_black_on_white_without_controls(keys, register):  # noqa: F811
    sign_in(keys)
    village = register.user("lan").village_id
    keys.page.set_viewport_size(PAPER)
    keys.page.emulate_media(media="print", color_scheme="dark")
    for screen, words in (("/tallies", "Cầu Ván"), ("/people", "Lê Thị Lan"),
                          (f"/households?village={village}", register.head(1)),
                          (f"/rounds/{Round.get().id}/villages/{village}", register.head(1))):
        keys.page.goto(screen)
        paper = keys.page.evaluate(SEEN)
        assert paper["pressed"] == [] and paper["underlined"] == [], screen
        assert paper["colours"] == ["rgb(0, 0, 0)"], screen
        assert paper["ground"] == "rgb(255, 255, 255)" and paper["wide"] <= 0, screen
        assert words in keys.page.inner_text("main"), screen
