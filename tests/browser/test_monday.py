"""Monday: from an empty database to three members on three phones, a visit of each on the board."""

import re
from types import SimpleNamespace

import pytest

from teamapp import clock
from teamapp.models import Household, User, Village, Visit

from ..conftest import make_app
from .phone import LAPTOP
from .waiting import until

PASSWORD, PIN = "mot-mat-khau-rat-dai", "493817"
VILLAGES = ("Tên\tMã\tSố người từ 14 tuổi\nẤp Sen Hồng\tV01\t412\nẤp Bàu Ngựa\tV02\t388\n"
            "Thôn 3\tV03\t97")
PEOPLE = ("Họ và tên\tThôn/ấp\tChức vụ\tSĐT\nLê Thị Mận\tẤp Sen Hồng\tTổ trưởng\t0300000001\n"
          "Điểu Hai\tBàu Ngựa\tthành viên\t0300 000 002\nTrần Văn Sáu\tthôn 03\t\t300000003")
LIST = "STT,Chủ hộ,Năm sinh\n1,Nguyễn Thị Lụa,1960\n2,Điểu Tơm,1971\n"
MOST_ACTIONS = 45  # of the chair and the three members together


@pytest.fixture
def register(databases, template_database, var, gate):
    """Return the test's own connection to a database that has the catalogues and nothing else."""
    url = databases.new(like=template_database)
    app = make_app(url, var, SITE_URL=f"http://127.0.0.1:{gate}")
    app.extensions["database"].connect()
    yield SimpleNamespace(url=url, var=var, run=lambda *words: app.test_cli_runner().invoke(
        args=list(words)))
    app.extensions["database"].close_all()


@pytest.fixture
def server(register, server, gate):
    """Return the running server, which knows its address."""
    server.stop()
    server.environment["SITE_URL"] = f"http://127.0.0.1:{gate}"
    return server.start()


class Hand:
    """Clicks and typing of all people, counted."""

    def __init__(self):
        self.actions, self.began = 0, clock.now()

    def click(self, page, selector):
        """Click or tap an element."""
        self.actions += 1
        page.click(selector)

    def type(self, page, selector, text):
        """Fill a field."""
        self.actions += 1
        page.fill(selector, text)

    def open_card(self, page, link, secret):
        """Open a card's link and choose a secret; return on the first page."""
        self.actions += 1
        page.goto(link)
        page.wait_for_selector("[name=new_secret]")
        self.type(page, "[name=new_secret]", secret)
        self.type(page, "[name=repeated]", secret)
        self.click(page, "main form button")
        page.wait_for_url(lambda url: "/card" not in url and "/arrival" not in url)


def links_of(text):
    return re.findall(r"http://[\d.:]+/card#[\w-]{43}", text)


def test_a_commune_starts_on_monday(register, server, line, seat, take_phone, tmp_path):
    hand = Hand()
    made = register.run("commune", "create", "--province-code", "98", "--province", "Tỉnh Thử",
                        "--code", "98001", "--name", "xã Mới", "--chair", "Trần Thị Mẫu")
    assert made.exit_code == 0, made.output
    chair = seat(viewport=LAPTOP, service_workers="block")
    hand.open_card(chair, links_of(made.output)[0], PASSWORD)

    chair.wait_for_selector("#checklist")
    hand.click(chair, ".checklist >> text=Thêm thôn, ấp")
    hand.click(chair, "main >> text=Dán từ Excel >> nth=0")
    hand.type(chair, "textarea", VILLAGES)
    hand.click(chair, ".action button.solid")
    hand.click(chair, ".action >> text=Thêm 3 nơi")
    chair.wait_for_url("**/villages")

    hand.click(chair, ".nav >> text=Tiến độ")
    hand.click(chair, ".checklist >> text=Nhân sự")
    hand.click(chair, "main >> text=Thêm theo danh sách")
    hand.type(chair, "textarea", PEOPLE)
    hand.click(chair, ".action button.solid")
    hand.click(chair, ".action >> text=Ghi 3 người")
    chair.wait_for_selector("main >> text=Đã thêm 3 người")
    villages = dict(User.select(User.name, Village.code).join(Village).tuples())
    assert villages == {"Lê Thị Mận": "V01", "Điểu Hai": "V02", "Trần Văn Sáu": "V03"}

    hand.click(chair, "main >> text=Chưa vào lần nào")
    hand.click(chair, "text=In thẻ cho người đã đánh dấu")
    chair.wait_for_selector(".paper >> nth=2")  # on paper; here each gets a new one as a message
    cards = {name: message(hand, chair, name) for name in villages}

    (tmp_path / "ho.csv").write_text(LIST, "utf-8")
    for code in ("V01", "V02", "V03"):
        done = register.run("households", "import", str(tmp_path / "ho.csv"), "--commune", "98001",
                            "--village", code)
        assert done.exit_code == 0, done.output

    for name, link in cards.items():
        phone = take_phone(f"phone of {villages[name]}")
        hand.open_card(phone.page, link, PIN)
        phone.until_ready(User.get(User.name == name))
        phone.go(f"/households/{first_house(villages[name])}")
        hand.click(phone.page, "#absent button")
        phone.until_saved()
    until(lambda: Visit.select().count() == 3, "not 3 visits at the commune")

    hand.click(chair, ".nav >> text=Tiến độ")
    chair.wait_for_selector("table.board")
    seen = [chair.inner_text(f"table.board tr:has-text('{place}')") for place in (
        "Sen Hồng", "Bàu Ngựa", "Thôn 3")]
    assert all(re.search(r"\b1\b", row) for row in seen), seen
    minutes = (clock.now() - hand.began).total_seconds() / 60
    print(f"Monday: {hand.actions} actions, {minutes:.1f} minutes")
    assert hand.actions <= MOST_ACTIONS


def message(hand, page, name):
    """Give a person a new card, and return the link of its message."""
    hand.click(page, ".nav >> text=Nhân sự")
    hand.click(page, f"main table >> text={name}")
    hand.click(page, "text=Cấp thẻ mới")
    hand.click(page, "form[action$='/cards'] button")
    page.wait_for_selector(".paper .qr")
    [link] = links_of(page.content())
    return link


def first_house(code):
    return Household.get(Household.village == Village.get(Village.code == code), number=1).id
