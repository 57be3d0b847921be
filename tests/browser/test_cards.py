"""A sign-in card on a phone: from its link to a day's page in few taps; no token stays."""

import pytest

from teamapp.models import Session, SignInCard, User

from ..cast import PIN
from .phone import LAPTOP

NEW = "493817"
HERE = """async () => (await import(new URL("outbox.js", document.querySelector(
  'script[src*="/card.js"]').src.replace("page/", "")))).here()"""
ZALO = "Mozilla/5.0 (Linux; Android 12; wv) AppleWebKit/537.36 Chrome/120 Mobile Zalo android/1200"


@pytest.fixture
def issue(register):
    """Return a function that issues a card and returns its token."""

    def issue(username):
        user = register.user(username)
        return SignInCard.issue([user], None)[user.id]

    return issue


class Finger:
    """Taps on a page, counted."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, selector):
        """Tap an element."""
        self.taps += 1
        self.page.tap(selector)

    def type(self, selector, text):
        """Tap a field and type: the keyboard is no tap."""
        self.tap(selector)
        self.page.keyboard.type(text)


def open_card(phone, token, path="/card"):
    """Open a card's link and wait for its answer."""
    phone.page.goto("about:blank")
    phone.go(f"{path}#{token}")
    phone.page.wait_for_selector("[name=new_secret], main > [role=alert]")


def choose(phone, secret=NEW, repeated=None):
    phone.page.fill("[name=new_secret]", secret)
    phone.page.fill("[name=repeated]", secret if repeated is None else repeated)
    phone.page.click("main form button")


def until_day(phone, line):
    phone.page.wait_for_url(f"{line.url}/")


def test_new_phone_is_at_the_days_page_after_five_taps(take_phone, line, register, issue):
    phone, token = take_phone(), issue("lan")
    finger = Finger(phone.page)
    finger.taps += 1  # the link itself, or the camera's
    phone.go(f"/card#{token}")
    phone.page.wait_for_selector("text=Lê Thị Lan")
    phone.page.wait_for_selector("text=Ấp Cầu Ván")
    assert phone.page.url == f"{line.url}/card"
    finger.type("[name=new_secret]", NEW)
    finger.type("[name=repeated]", NEW)
    finger.tap("main form button")
    until_day(phone, line)
    phone.page.wait_for_selector("text=Còn 20 nhà")
    assert finger.taps <= 5
    phone.until_ready(register.user("lan"))
    assert len(phone.pages_of(register.user("lan"))["pages"]) > 25, "it works without signal"


def test_token_is_nowhere_on_the_phone_or_on_the_line(take_phone, line, server, issue):
    phone, token = take_phone(), issue("lan")
    referers = []
    phone.page.on("request", lambda request: referers.append(request.headers.get("referer", "")))
    open_card(phone, token)
    asked = phone.context.new_cdp_session(phone.page)
    for act in (lambda: None, lambda: choose(phone), lambda: until_day(phone, line)):
        act()
        entries = asked.send("Page.getNavigationHistory")["entries"]
        assert not [one["url"] for one in entries if "#" in one["url"] or token in one["url"]]
    assert not [one for one in referers if token in one]
    assert not [one for one in line.requests if token in str(one)]
    assert token not in server.log.read_text()
    assert not [place for place, text in phone.everything().items() if token in text]

    # back leads past the card, and its page asks for the card again
    phone.page.go_back(wait_until="commit")
    assert "/card" not in phone.page.url
    phone.go("/card")
    phone.page.wait_for_selector("[data-no-fragment]:visible")


def test_unfit_pins_are_refused_and_lost_signal_keeps_what_was_typed(take_phone, line, issue):
    phone, token = take_phone(), issue("lan")
    page = phone.page
    open_card(phone, token)
    choose(phone, "111111")
    page.wait_for_selector("text=dễ đoán")
    choose(phone, NEW, "602817")
    page.wait_for_selector("text=Hai lần gõ khác nhau")
    page.click("text=Hiện mã")
    assert page.get_attribute("[name=repeated]", "type") == "text"
    phone.context.set_offline(True)
    choose(phone)
    page.wait_for_selector("[data-failed]:visible")
    assert page.input_value("[name=new_secret]") == page.input_value("[name=repeated]") == NEW
    assert SignInCard.find(token).state == "open"
    phone.context.set_offline(False)
    page.click("main form button")
    until_day(phone, line)


def test_card_opened_without_signal_is_opened_once_there_is_one(take_phone, line, issue):
    phone, token = take_phone(), issue("lan")
    phone.page.route("**/card", lambda route: route.abort()
                     if route.request.method == "POST" else route.continue_())
    phone.go(f"/card#{token}")
    phone.page.wait_for_selector("[data-failed]:visible")
    phone.page.unroute("**/card")
    phone.page.click("[data-retry]")
    phone.page.wait_for_selector("[name=new_secret]")


def test_second_card_opened_in_the_same_tab_is_shown(take_phone, line, register, issue):
    phone = take_phone()
    open_card(phone, issue("lan"))
    phone.page.evaluate("(token) => { location.hash = token; }", issue("binh"))
    phone.page.wait_for_selector("text=Trần Bình")
    assert phone.page.url == f"{line.url}/card"


@pytest.mark.parametrize("agent", [ZALO, None])
def test_browser_that_keeps_no_pages_shows_the_address_and_opens_nothing(seat, line, issue, agent):
    token = issue("lan")
    more = {"user_agent": agent} if agent else {}
    page = seat(viewport=LAPTOP, **more)
    if not agent:
        page.add_init_script("delete Navigator.prototype.serviceWorker")
    page.goto(f"/card#{token}")
    page.wait_for_selector("[data-elsewhere]:visible")
    assert page.text_content("[data-link]") == f"{line.url}/card#{token}"
    assert page.url.endswith(token), "the app's own menu opens this address elsewhere"
    if agent:
        link = page.get_attribute("[data-chrome]", "href")
        host = line.url.partition("://")[2]
        assert link == (f"intent://{host}/card#{token}#Intent;scheme=http;"
                        "package=com.android.chrome;end")
    assert SignInCard.find(token).state == "open"
    assert not [one for one in line.requests if "POST" in str(one)]


def test_card_of_another_person_seals_the_work_of_who_was_here(lans_phone, line, register, issue):
    phone, token = lans_phone, issue("binh")
    line.cut()
    phone.absent(register.house(1))
    line.restore()
    phone.context.set_offline(False)
    phone.page.route("**/sync", lambda route: route.abort())
    open_card(phone, token)
    phone.page.wait_for_selector("text=Máy này đang đăng nhập: Lê Thị Lan")
    choose(phone, "111111")
    phone.page.wait_for_selector("text=dễ đoán")
    assert phone.ask(HERE) == str(register.user("lan").id), "a refused PIN signs nobody out"
    choose(phone)
    until_day(phone, line)
    phone.page.wait_for_selector("text=Còn 5 nhà")
    lan = register.user("lan")
    phone.until(lambda: str(lan.id) not in phone.kept_pages(), "her pages are still there")
    assert not phone.outbox("waiting")
    assert Session.select().where(Session.user == lan, Session.ended_at.is_null()).count() == 0


def test_own_pin_is_changed_and_asked_for_at_the_next_sign_in(lans_phone, line, register):
    phone, page = lans_phone, lans_phone.page
    phone.go("/me")
    page.click("text=Đổi mã PIN")
    page.fill("[name=old_secret]", PIN)
    choose(phone)
    page.wait_for_selector("text=Đã đổi")
    assert User.get(User.username == "lan").knows(NEW)
    phone.sign_out()
    page.wait_for_selector("h1:text('Lê Thị Lan')")
    page.fill("[name=secret]", NEW)
    page.click("main form button")
    until_day(phone, line)


def test_page_of_the_person_says_offline_that_a_new_pin_needs_signal(lans_phone):
    lans_phone.go("/me")
    lans_phone.context.set_offline(True)
    lans_phone.page.reload()
    lans_phone.page.wait_for_selector("text=Đổi mã PIN thì cần có sóng.", state="visible")
