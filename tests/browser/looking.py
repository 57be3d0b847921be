"""Checks a screen in every mode: small and large, light and dark, with large text."""

from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT

from .phone import SCREEN

LAPTOP = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # no other rule depends on colours
SCHEMES = {"light": ALL_RULES, "dark": OF_COLOUR}
AXE = """async (runOnly) => {
  const { violations } = await axe.run({ preload: false, runOnly, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}"""
LENGTH = "() => document.documentElement.scrollHeight"
WIDTH = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest("svg, .unseen, .skip, thead");
  const name = (element) => element.outerHTML.slice(0, 90);
  const all = [...document.querySelectorAll("body *")].filter(seen);
  const wide = scrollWidth > clientWidth
    ? all.filter((element) => element.getBoundingClientRect().right > clientWidth + 1) : [];
  const cut = all.filter((element) => element.scrollWidth > element.clientWidth + 1
    && getComputedStyle(element).overflowX !== "visible" && element.tagName !== "INPUT"
    && !element.matches(".in-a-row")); // a row of chips scrolls
  const squeezed = all.filter((element) => {
    const { fontSize, lineHeight } = getComputedStyle(element);
    return !element.childElementCount && element.clientWidth
      && element.clientWidth < 2 * parseFloat(fontSize)
      && element.clientHeight > 2.5 * parseFloat(lineHeight);
  });
  return [...wide.slice(-3).map((element) => `sideways: ${name(element)}`),
    ...cut.slice(0, 3).map((element) => `cut off: ${name(element)}`),
    ...squeezed.slice(0, 3).map((element) => `a letter a line: ${name(element)}`)];
}"""


class Looker:
    """Collects the accessibility errors of screens, each under its name."""

    def __init__(self, page):
        self.page, self.wrong, self.looked, self.paths = page, [], 0, set()
        self.browser = page.context.new_cdp_session(page)

    def go(self, path, name=None):
        """Open an address and check it."""
        self.page.goto(path)
        self.look(name or path)

    def look(self, name):
        """Run axe in every mode and check that large text fits a narrow screen."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        self.paths.add(urlsplit(self.page.url).path)
        for size in (SCREEN, LAPTOP):
            for scheme, rules in SCHEMES.items():
                self.page.emulate_media(color_scheme=scheme)
                self.note(f"{name}, {size['width']} px, {scheme}", self.axe(size, rules))
        self.page.set_viewport_size(NARROW)
        self.letters(32)
        self.note(f"{name}, letters of 200 %", self.page.evaluate(WIDTH))
        self.letters(16)
        self.page.set_viewport_size(SCREEN)

    def axe(self, size, rules):
        """Return the violations axe finds while the viewport shows the whole page.

        So no sticky element covers another. A page that grew is checked again.
        """
        self.page.set_viewport_size(size)
        shown = size["height"]
        while True:
            length = self.page.evaluate(LENGTH)
            if length > shown:
                shown = length
                self.page.set_viewport_size(size | {"height": shown})
            found = self.page.evaluate(AXE, rules)
            if self.page.evaluate(LENGTH) <= shown:
                return found

    def letters(self, size):
        """Set the text size as a person does, in the browser's settings."""
        self.browser.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})

    def note(self, where, found):
        """Store the violations found."""
        self.looked += 1
        self.wrong += [f"{where}: {flaw}" for flaw in found]
