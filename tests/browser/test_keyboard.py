"""The chair works without a mouse: Tab, Enter, Space and the arrows lead through every task."""

from datetime import date
from types import SimpleNamespace

import pytest

from teamapp import clock
from teamapp.models import Assignment, Round, Session, Target, User, Visit
from teamapp.rostering.selection import candidates

from ..cast import PASSWORD
from ..sync.phone import body, entry
from ..sync.test_outbox_files import saved
from .looking import LAPTOP
from .phone import SIGN_IN_PAGE

MOST = 120  # presses of Tab within which the target must get the focus
FOCUS = """() => {
  const here = document.activeElement;
  if (here === document.body) return "the page's end";
  const face = here.closest(".choice")?.querySelector("span") ?? here;
  const { outlineStyle, outlineWidth } = getComputedStyle(face);
  const { top, bottom, left, right } = face.getBoundingClientRect();
  const name = here.outerHTML.slice(0, 80);
  if (outlineStyle === "none" || !parseFloat(outlineWidth)) return `the focus is not seen: ${name}`;
  if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth)
    return `the focus is outside: ${name}`;
  const spot = [(left + right) / 2, Math.min(Math.max((top + bottom) / 2, 0), innerHeight - 1)];
  const above = document.elementFromPoint(...spot);
  const whole = here.closest("label") ?? here;
  const mine = above && (whole.contains(above) || above.contains(whole));
  return mine ? "" : `the focus is hidden: ${name} behind ${above?.outerHTML.slice(0, 60)}`;
}"""


class Keys:
    """Drives a page by keyboard and checks that the focus is visible."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab(self):
        """Move the focus by one, from the last to the first, and check that it is visible."""
        self.press("Tab")
        if (wrong := self.page.evaluate(FOCUS)) == "the page's end":
            self.press("Tab")
            wrong = self.page.evaluate(FOCUS)
        assert not wrong, wrong

    def to(self, selector):
        """Press Tab until the focus is on the element."""
        for _ in range(MOST):
            self.tab()
            if self.is_on(selector):
                return self
        raise AssertionError(f"{selector} is not to be reached")

    def is_on(self, selector):
        """Return whether the focus is on the element."""
        return self.page.evaluate("(what) => document.activeElement.matches(what)", selector)

    def follow(self, selector):
        """Move to a link or a button, press Enter and wait for the next page."""
        self.to(selector)
        with self.page.expect_navigation():
            self.press("Enter")

    def unfold(self, inside):
        """Open the folded part that contains the element, and follow it."""
        self.to(f"details:has({inside}) > summary").press("Enter")
        self.follow(inside)

    def write(self, selector, text):
        """Move to a field and type."""
        self.to(selector)
        self.page.keyboard.type(text)


@pytest.fixture
def keys(seat):
    """Return the keyboard of the office's laptop, at the sign-in page."""
    page = seat(viewport=LAPTOP, service_workers="block")
    page.goto("/sign-in")
    return Keys(page)


def sign_in(keys):
    """Sign the chair in."""
    keys.write("[name=username]", "son")
    keys.write("[name=secret]", PASSWORD)
    keys.press("Enter")
    keys.page.wait_for_url(lambda url: url.endswith("/tallies") and "arrival" not in url)


def test_chair_drafts_assigns_and_publishes_a_round(keys, register):
    sign_in(keys)
    keys.follow(".nav a[href='/rounds']")
    keys.follow("main a[href='/rounds/new']")
    keys.write("[name=name]", "Đợt bàn phím")
    with keys.page.expect_response("**/rounds/proposal"):
        keys.to("[name=villages]").press("Space")
    keys.page.wait_for_selector("#proposal .figure")
    assert keys.is_on("[name=villages]"), "what htmx brought took the focus away"
    keys.to("[name=choice]").press("ArrowDown", "ArrowDown", "ArrowDown")
    assert keys.is_on("[name=choice][value=all]:checked")
    keys.follow("button[form=round]")
    made = Round.get(Round.name == "Đợt bàn phím")

    keys.follow("main th a")
    keys.to("[name=houses]").press("Space")
    keys.to("[name=member]").press("ArrowDown")
    keys.to("button.solid[form=giving]").press("Enter")
    keys.page.wait_for_selector(".said")
    assert keys.is_on("button.solid[form=giving]")
    assert given(made) == 1
    said = keys.page.text_content(".said")

    keys.to("#cluster-1").press("Enter")
    keys.page.wait_for_function("(said) => document.querySelector('.said').textContent !== said",
                                arg=said)
    assert keys.is_on("#cluster-1") and given(made) > 1

    keys.to("#share").press("Enter")
    keys.page.wait_for_selector("#share[aria-disabled]")
    assert keys.is_on("#share") and given(made) == 25
    keys.follow(".back")
    keys.follow("button[form=publication]")
    assert not Round.get_by_id(made.id).is_draft


def given(made):
    """Return how many houses of a round have an assignee."""
    return Assignment.select().where(Assignment.round == made.id,
                                     Assignment.member.is_null(False)).count()


def test_chair_reads_the_board_and_opens_and_closes_a_figure(keys):
    sign_in(keys)
    keys.tab()
    assert keys.is_on(".skip")
    keys.press("Enter")
    keys.tab()
    assert keys.page.evaluate("() => document.activeElement.closest('main') !== null")
    keys.to("[href^='/tallies/0/coverage?state=unasked']").press("Enter")
    keys.page.wait_for_selector("#drawer-title")
    assert keys.is_on("#drawer-title"), "the drawer's heading has the focus"
    keys.tab()
    assert keys.page.evaluate("() => document.activeElement.closest('.drawer') !== null")
    keys.press("Shift+Tab")
    keys.follow(".drawer .head a")
    assert not keys.page.is_visible("#drawer")
    keys.tab()


def test_chair_sets_a_target_and_changes_the_language(keys):
    sign_in(keys)
    keys.follow("main a[href='/targets']")
    keys.write("[name$=-activations]", "24")
    keys.follow(".action .solid")
    assert Target.get().amount == 24
    keys.to(".account summary").press("Enter")
    keys.follow(".account [value=en]")
    keys.page.wait_for_url(lambda url: url.endswith("/tallies") and "arrival" not in url)
    assert keys.page.get_attribute("html", "lang") == "en"


def test_chair_finds_people_ends_sign_ins_closes_accounts_and_records_a_leaver(
        keys, register, tmp_path):
    lan = register.user("lan")
    old, lost = (Session.digest(Session.begin(lan)) for _ in range(2))
    sign_in(keys)
    keys.follow(".nav a[href='/people']")
    keys.write("[data-filter]", "le thi lan")
    keys.page.wait_for_selector(f"a[href='/people/{register.user('binh').id}']", state="hidden")
    keys.follow(f"main a[href='/people/{lan.id}']")

    keys.unfold(f"form[action$='/{old}/termination'] button")
    assert Session.get_by_id(old).ended_at
    keys.unfold(f"form[action$='/{lost}/loss'] button")
    assert Session.get_by_id(lost).lost_at

    keys.unfold("form[action$='/deactivation'] button")
    assert not User.get_by_id(lan.id).active
    keys.follow("form[action$='/reactivation'] button")
    assert User.get_by_id(lan.id).active

    file = tmp_path / "saved.json"
    house = SimpleNamespace(id=register.house(1))
    file.write_bytes(saved(lan, entry(body(house, outcome="absent"))))
    keys.follow(".back")
    keys.follow("main a[href='/outbox-files']")
    with keys.page.expect_file_chooser() as asked:
        keys.to("[type=file]").press("Enter")
    asked.value.set_files(file)  # the operating system's dialog is out of reach
    keys.follow(".fields .solid")
    assert Visit.get().member_id == lan.id

    keys.to(".account summary").press("Enter")
    keys.to("[data-do=sign-out]").press("Enter")
    keys.page.wait_for_url(SIGN_IN_PAGE)
    assert not Session.select().where(Session.user == register.user("son").id,
                                      Session.ended_at.is_null()).exists()


def test_chair_chooses_days_and_searches_a_list(keys):
    sign_in(keys)
    keys.follow("main a[href$='period=days']")
    first, last = days_of_two_like_numbers()
    keys.write("[name=first]", f"{first:%d%m%Y}")
    keys.write("[name=last]", f"{last:%d%m%Y}")
    keys.follow(".period button")
    assert f"first={first}&last={last}" in keys.page.url
    assert not keys.page.query_selector(".period [role=alert]")

    keys.page.goto("/households")
    keys.write("[name=q]", "hoa")
    keys.follow(".asking button")
    assert keys.page.locator("#list li").count() == 1
    keys.follow("#list a")
    assert "Nguyễn Thị Hòa" in keys.page.inner_text("main")


def days_of_two_like_numbers():
    """Return the last two dates with equal day and month: browsers differ in field order."""
    today = clock.today()
    alike = [date(year, n, n) for year in (today.year - 1, today.year) for n in range(1, 13)]
    return [day for day in alike if day <= today][-2:]


def test_chair_edits_a_published_round_and_deletes_a_draft(keys, register):
    made, village = Round.get(), register.user("lan").village_id
    with made.commune.write() as tx:
        draft = Round.create_draft(tx, register.user("son"), [village],
                                   candidates([village], "all", 2026), name="Đợt bỏ",
                                   starts_on=clock.today(), ends_on=clock.today())
    sign_in(keys)
    keys.follow(".nav a[href='/rounds']")
    keys.follow(f"main a[href='/rounds/{draft.id}']")
    keys.unfold("form[action$='/removal'] button")
    assert [one.id for one in Round.select()] == [made.id]

    keys.follow(f"main a[href='/rounds/{made.id}']")
    keys.follow(".head a[href$='/edit']")
    keys.to("[name=name]").press("End")
    keys.page.keyboard.type(" (sửa)")
    keys.follow("button[form=round]")
    assert Round.get_by_id(made.id).name == "Đợt tháng này (sửa)"

    keys.follow("main th a")
    house = f"[name=houses][value='{register.house(1)}']"
    keys.to(house).press("Space")
    keys.to("[formaction$='/removals']").press("Enter")
    keys.page.wait_for_selector(house, state="detached")
    assert given(made) == 24
    keys.follow("main a[href$='/houses']")
    keys.write("[data-filter]", "bre")
    keys.to(house).press("Space")
    keys.follow("button[form=adding]")
    keys.to(house).press("Space")
    keys.to("[name=member]").press("ArrowDown")
    keys.to("button.solid[form=giving]").press("Enter")
    keys.page.wait_for_selector(".said")
    assert given(made) == 25


def test_pin_has_numbers_and_can_be_shown(seat):
    page = seat()
    page.goto("/sign-in")
    page.wait_for_selector("[data-secret-choices]", state="visible")
    secret = page.locator("[name=secret]")
    assert secret.get_attribute("inputmode") == "numeric"
    page.click("text=Gõ chữ")
    assert secret.get_attribute("inputmode") == "text"
    page.click("text=Hiện mã")
    assert secret.get_attribute("type") == "text"
    page.click("text=Hiện mã")
    assert secret.get_attribute("type") == "password"
