"""A leader, officer or chair gives a person a new sign-in card, and prints many on paper."""

import html
import re

import pytest

from teamapp.models import Deed, LostPhone, Session, SignInCard, User, personnel

from ..conftest import make_app
from ..queries import counted

LINK = re.compile(r"http://localhost:8000/card#([\w-]{43})")


@pytest.fixture
def give(browser_of):
    """Return a function by which a person presses “Cấp thẻ” on another's page."""
    return lambda by, to, **more: browser_of(by).press(f"/people/{to.id}/cards", **more)


@pytest.fixture
def print_for(browser_of):
    """Return a function by which a person prints the cards of marked people."""
    return lambda by, *people: browser_of(by).press(
        "/people/cards", page="/people", people=[getattr(one, "id", one) for one in people])


def names_on_paper(page):
    """Return the names on the cards of a page, in their order."""
    return [html.unescape(name) for name in re.findall(r"<h2>([^<]+)</h2>", page)]


def open_cards():
    """Return the people with an open card."""
    return {card.user.username for card in SignInCard.select() if card.state == "open"}


def test_card_is_shown_once_with_its_link_and_recorded(cast, give):
    answer = give(cast.tu, cast.lan)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    [token] = set(LINK.findall(answer.text))
    card = SignInCard.find(token)
    assert (card.user, card.created_by, card.state) == (cast.lan, cast.tu, "open")
    assert "Lê Thị Lan" in answer.text and "Ấp Cầu Ván" in answer.text
    assert 'src="data:image/svg+xml' in answer.text
    [deed] = Deed.select()
    assert (deed.kind, deed.by, deed.user) == ("card_issued", cast.tu, cast.lan)


def test_token_is_in_no_address_log_or_later_page(cast, browser_of, lines):
    leader = browser_of(cast.tu)
    answer = leader.press(f"/people/{cast.lan.id}/cards")
    [token] = set(LINK.findall(answer.text))
    later = [leader.get(path) for path in ("/people", f"/people/{cast.lan.id}")]
    assert lines and not [line for line in lines if token in line]
    assert not [page for page in later if token in page.text]
    assert token not in re.sub(r"<p class=\"message\".*?</p>", "", answer.text, flags=re.S)
    assert token not in str(list(SignInCard.select().tuples())) + str(list(Deed.select().tuples()))


def test_reload_issues_another_card_and_ends_the_first(cast, browser_of):
    leader, path = browser_of(cast.tu), f"/people/{cast.lan.id}/cards"
    first, second = (LINK.search(leader.press(path).text)[1] for _ in range(2))
    assert [SignInCard.find(one).state for one in (first, second)] == ["revoked", "open"]
    answer = leader.get(path)
    assert (answer.status_code, answer.location) == (302, f"/people/{cast.lan.id}")
    assert leader.get("/people/cards").location == "/people"


@pytest.mark.parametrize("by, to, status", [
    ("tu", "lan", 200), ("tu", "tu", 403), ("tu", "mai", 404), ("tu", "son", 404),
    ("hanh", "tu", 200), ("hanh", "hanh", 403), ("hanh", "son", 403), ("son", "hanh", 200),
    ("son", "son", 403), ("son", "kien", 404)])
def test_roles_that_may_give_a_card(cast, browser_of, print_for, by, to, status):
    giver, person = getattr(cast, by), getattr(cast, to)
    browser = browser_of(giver)
    assert browser.press(f"/people/{person.id}/cards", page="/people").status_code == status
    assert print_for(giver, person).status_code == status
    assert open_cards() == ({to} if status == 200 else set())
    if status != 404:
        assert ("Cấp thẻ mới" in browser.get(f"/people/{person.id}").text) == (status == 200)


def test_another_chair_gives_a_chair_a_card(cast, give):
    other = cast.person("son.2", "chair", "Hoàng Hai", None, cast.an_phu)
    assert give(other, cast.son).status_code == 200


def test_no_card_for_a_deactivated_person(cast, give, print_for, browser_of):
    token = SignInCard.issue([cast.lan], cast.tu)[cast.lan.id]
    personnel.deactivate(cast.tu, cast.lan)
    assert SignInCard.find(token).state == "revoked"
    for answer in (give(cast.tu, cast.lan, page="/people"),
                   print_for(cast.tu, cast.binh, cast.lan)):
        assert answer.status_code == 409 and "Lê Thị Lan" in answer.text
    assert not open_cards() and [deed.kind for deed in Deed.select()] == ["user_deactivated"]
    assert "Cấp thẻ mới" not in browser_of(cast.tu).get(f"/people/{cast.lan.id}").text
    cast.lan.reactivate()
    assert SignInCard.find(token).state == "revoked"


def test_last_chair_keeps_the_open_card(cast):
    SignInCard.issue([cast.son], None)
    assert not personnel.deactivate(cast.chau, cast.son) and open_cards() == {"son"}


def test_giving_a_card_ends_no_sign_in(cast, sign_in, give):
    phone = sign_in(cast.lan)
    give(cast.tu, cast.lan)
    assert phone.get("/").status_code == 200


def test_no_card_without_the_address_of_the_site(cast, app, monkeypatch, give, print_for):
    made = make_app(app.extensions["config"].database_url, app.extensions["config"].var,
                    APP_ENV="production", SECRET_KEY="8f3k2-Lq0zX7-mW9aT1-bN4cV6-eR5yU8-iO3pS2")
    monkeypatch.setitem(app.extensions, "config", made.extensions["config"])
    for answer in (give(cast.tu, cast.lan), print_for(cast.tu, cast.lan)):
        assert answer.status_code == 409 and "SITE_URL" in answer.text
    assert not SignInCard.select().exists()
    made.extensions["database"].close_all()


def test_prints_marked_people_by_village_leader_first_then_by_name(cast, print_for):
    answer = print_for(cast.son, cast.lan, cast.mai, cast.binh, cast.hanh, cast.tu)
    assert answer.status_code == 200
    assert names_on_paper(answer.text) == [
        "Phạm Thị Hạnh", "Nguyễn Văn Tư", "Trần Bình", "Lê Thị Lan", "H'Mai"]
    assert open_cards() == {"lan", "mai", "binh", "hanh", "tu"}
    assert Deed.select().where(Deed.kind == "card_issued", Deed.by == cast.son).count() == 5


def test_prints_eight_on_a_page(cast, print_for):
    people = [cast.person(f"m{n}", "member", f"Lê Văn {n}", cast.da_xanh) for n in range(17)]
    page = print_for(cast.hanh, *people).text
    assert page.count('class="a4"') == 3 and page.count('class="paper"') == 17
    assert "17 thẻ, 3 trang A4" in page


def test_paper_asks_members_for_a_pin_and_staff_for_a_password(cast, print_for):
    member, officer = (print_for(cast.son, one).text for one in (cast.lan, cast.hanh))
    assert "mã PIN 6 số" in member and "mã PIN 6 số" not in officer
    assert "mật khẩu" in officer and "xã An Phú" in officer


@pytest.mark.parametrize("marked, said", [
    ([], "Chưa đánh dấu ai."), (["9" * 5000], "role=\"alert\""), (["x"], "role=\"alert\""),
    (range(1, 202), "nhiều nhất 200 thẻ")])
def test_marks_that_cannot_be_printed(cast, print_for, marked, said):
    answer = print_for(cast.tu, *marked)
    assert answer.status_code == 422 and said in answer.text
    assert not SignInCard.select().exists()


def test_one_unknown_person_ends_the_whole_print(cast, print_for):
    for unknown in (cast.kien, 2_000_000_000, 10 ** 30):
        assert print_for(cast.son, cast.lan, unknown).status_code == 404
    assert not SignInCard.select().exists()


def test_needs_a_token_of_the_form(cast, sign_in):
    for path in (f"/people/{cast.lan.id}/cards", "/people/cards"):
        assert sign_in(cast.tu).post(path, data={"people": cast.lan.id}).status_code == 400
    assert not SignInCard.select().exists()


# --- The list --------------------------------------------------------------------------------

def row_of(page, person):
    """Return the row of a person in the list."""
    return next(row for row in re.findall(r"<tr data-search.*?</tr>", page, re.S)
                if f"/people/{person.id}\"" in row)


def marks(page):
    """Return {id: whether its box is marked} of the list."""
    return {int(id): "checked" in rest for id, rest in re.findall(
        r'name="people" value="(\d+)"([^>]*)>', page)}


def test_list_shows_each_persons_card(cast, sign_in, later):
    SignInCard.issue([cast.lan], cast.tu)
    later(days=13)
    SignInCard.find(SignInCard.issue([cast.binh], cast.tu)[cast.binh.id]).use("493817")
    SignInCard.issue([cast.tu], cast.son)
    cast.mai.deactivate()
    later(days=1, hours=1)
    page = sign_in(cast.son).get("/people").text
    for person, said in ((cast.lan, "Thẻ hết hạn"), (cast.binh, "Đã vào bằng thẻ"),
                         (cast.tu, "Thẻ chờ quét, còn 13 ngày"), (cast.hanh, "Chưa phát thẻ")):
        assert said in row_of(page, person), person.name
    assert "thẻ" not in row_of(page, cast.mai).lower()
    assert "Thẻ hết hạn" in sign_in(cast.son).get(f"/people/{cast.lan.id}").text


def test_list_of_those_never_in_is_marked_for_printing(cast, sign_in):
    cast.binh.deactivate()
    Session.get_by_id(Session.digest(Session.begin(cast.lan))).end()
    page = sign_in(cast.tu).get("/people?of=never-in").text
    assert "Lê Thị Lan" not in page and "Trần Bình" not in page
    assert "Chưa vào lần nào <b>0</b>" in page and "Ai cũng đã vào." in page
    page = sign_in(cast.hanh).get("/people?of=never-in").text
    assert "Chưa vào lần nào <b>2</b>" in page
    assert marks(page) == {cast.mai.id: True}, "not the chair's"
    assert "Hoàng Sơn" in page


def test_village_is_marked_whole(cast, sign_in):
    browser = sign_in(cast.son)
    assert marks(browser.get(f"/people?village={cast.cau_van.id}").text) == dict.fromkeys(
        (cast.tu.id, cast.binh.id, cast.lan.id), True)
    assert marks(browser.get("/people?village=0").text) == {cast.hanh.id: True}
    assert marks(browser.get("/people?village=2000000").text) == {}
    assert set(marks(browser.get("/people").text).values()) == {False}


def test_wrong_form_keeps_its_marks(cast, print_for):
    page = print_for(cast.son, *[cast.lan.id, *range(10_000, 10_200)]).text
    assert [id for id, is_marked in marks(page).items() if is_marked] == [cast.lan.id]


def test_members_card_ends_with_the_account_for_good(cast, browser_of):
    token = SignInCard.issue([cast.lan], cast.tu)[cast.lan.id]
    browser_of(cast.tu).press(f"/people/{cast.lan.id}/deactivation")
    assert not SignInCard.find(token).use("493817")
    assert User.get_by_id(cast.lan.id).knows("258036")


@pytest.mark.parametrize("change", ["promoted", "moved", "issuer closed", "lost"])
def test_open_card_ends_with_what_it_was_given_for(cast, change):
    """A kept link must not outlive the rights of the person who issued it, or a lost phone."""
    token = SignInCard.issue([cast.lan], cast.tu)[cast.lan.id]
    with cast.an_phu.write():
        if change == "promoted":
            personnel.place(cast.hanh, cast.lan, "leader", cast.cau_van)
        elif change == "moved":
            personnel.place(cast.hanh, cast.lan, "member", cast.da_xanh)
        elif change == "issuer closed":
            personnel.deactivate(cast.hanh, cast.tu)
        else:
            session = Session.resume(Session.begin(cast.lan)).sign_in
            LostPhone.report(cast.lan, [session], cast.tu)
    assert SignInCard.find(token).state == "revoked"


def test_sheets_take_the_same_queries_for_many_cards(cast, print_for):
    few, many = [cast.lan, cast.binh], [
        cast.person(f"m{number}", "member", f"Người {number}", cast.cau_van)
        for number in range(12)]
    counts = []
    for people in (few, many):
        with counted() as statements:
            assert print_for(cast.son, *people).status_code == 200
        counts.append(len([one for one in statements if one.startswith("SELECT")]))
    assert counts[0] == counts[1]
