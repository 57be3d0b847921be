"""A new sign-in card is sent as a message; many are printed, eight on a page."""

import re

import pytest

from teamapp.models import SignInCard, User

from ..cast import PASSWORD, set_secret
from .test_keyboard import keys, sign_in  # noqa: F401
from .test_print import PAPER, SEEN

SHARED = "navigator.share = async ({ text }) => { window.shared = text; };"
NO_SHARING = "delete Navigator.prototype.share; navigator.share = undefined;"


@pytest.fixture
def give(keys, register):  # noqa: F811
    """Return a function that gives Lan a new card and returns its page."""

    def press(script):
        keys.page.add_init_script(script)
        sign_in(keys)
        keys.page.goto(f"/people/{register.user('lan').id}")
        keys.page.click("text=Cấp thẻ mới")
        keys.page.click("form[action$='/cards'] button")
        keys.page.wait_for_selector(".paper .qr")
        return keys.page

    return press


def test_card_is_shared_as_a_message_and_leaves_no_address(give):
    page = give(SHARED)
    page.click("text=Gửi qua Zalo")
    page.wait_for_function("() => window.shared")
    said = page.evaluate("() => window.shared")
    token = re.search(r"/card#([\w-]{43})\nThẻ dùng một lần", said)[1]
    assert said.startswith("Chào Lê Thị Lan.") and SignInCard.find(token).state == "open"
    assert page.evaluate("() => document.querySelector('.qr').naturalWidth") > 0
    assert token not in page.url
    page.click(".back")
    page.wait_for_selector("text=Thẻ chờ quét, còn 14 ngày")
    assert token not in page.content()


def test_message_is_copied_where_nothing_can_be_shared(give):
    page = give(NO_SHARING)
    page.click("text=Gửi qua Zalo")
    page.wait_for_selector("[data-copied]")
    assert "/card#" in page.evaluate("() => getSelection().toString()")


def test_cards_are_for_people_on_the_screen_without_a_waiting_card(keys, register):  # noqa: F811
    SignInCard.issue([register.user("binh")], None)
    User.update(secret_hash="").execute()
    chair = register.user("son")
    set_secret(chair, PASSWORD)
    chair.save()
    sign_in(keys)
    keys.page.goto("/people?of=never-in")
    keys.page.fill("input[type=search]", "cau van")
    keys.page.wait_for_selector("tr[hidden]", state="attached")
    keys.page.click(".marking .button")
    keys.page.wait_for_selector(".a4")
    names = keys.page.locator(".paper h2").all_inner_texts()
    assert sorted(names) == ["Lê Thị Lan", "Nguyễn Văn Tư"], "not Bình, nor other villages"


def test_cards_print_eight_on_a_page(keys, register):  # noqa: F811
    chair = register.user("son")
    for number in range(12):
        User.create(commune=chair.commune, role="officer", username=f"cb{number}", secret_hash="",
                    name=f"H'Nguyễn Thị Hoàng Phương Thảo Niê Kđăm {number}")
    sign_in(keys)
    keys.page.goto("/people?of=never-in")
    keys.page.click(".marking .button")
    keys.page.wait_for_selector(".a4")
    cards = SignInCard.select().count()
    assert keys.page.locator(".paper").count() == cards == 17
    paper = keys.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 3
    assert {tuple(map(round, map(float, box.split()))) for box in re.findall(
        rb"/MediaBox \[([^]]*)\]", paper)} == {(0, 0, 595, 842)}, "A4"
    keys.page.set_viewport_size(PAPER)
    keys.page.emulate_media(media="print", color_scheme="dark")
    seen = keys.page.evaluate(SEEN)
    assert seen["pressed"] == [] and seen["wide"] <= 0 and seen["colours"] == ["rgb(0, 0, 0)"]
    assert keys.page.evaluate("""() => [...document.querySelectorAll(".paper")].filter((card) =>
      card.scrollHeight > card.clientHeight + 1).length""") == 0, "cut off"
