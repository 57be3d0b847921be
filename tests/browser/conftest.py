"""Real browsers on a real server: each test has its own database, line and browsers."""

import shutil
import signal
from datetime import timedelta
from types import SimpleNamespace

import pytest

from teamapp import clock
from teamapp.models import Assignment, Household, Resident, Round, User
from teamapp.rostering.selection import candidates

from ..cast import PASSWORD, PIN, Cast, uuid_of
from ..conftest import make_app
from . import chrome
from .line import Line
from .phone import LAPTOP, PATIENCE, Phone
from .server import Server, free_port

LONGEST = 300  # seconds a test may take
PHONES = []  # those of the running test
FAMILY, GIVEN = ("Nguyễn", "Trần", "Lê", "Phạm", "Điểu"), ("Hai", "Sáu", "Lụa", "Mận", "Thơm")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark every test of this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("/conftest.py")):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Add the screens and requests of the phones to a failure report."""
    report = yield
    if report.failed:
        report.sections += [(f"phone {phone.folder.name}", phone.story()) for phone in PHONES]
    return report


@pytest.fixture(scope="session")
def playwright():
    """Return the Playwright driver."""
    if chrome.find() is None:
        pytest.fail("There is no Chromium: run `sh tests/browser/install.sh`.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(autouse=True)
def bounded():
    """Abort a test that hangs."""

    def ring(_number, _frame):
        raise TimeoutError(f"the journey took longer than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True, scope="session")
def orderly_end():
    """Stop servers and browsers when the test run receives SIGTERM."""

    def end(_number, _frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def peopled(databases, template_database, var):
    """Return the URL of a database with the cast, 25 houses in Cầu Ván and a published round."""
    url = databases.new(like=template_database)
    app = make_app(url, var)
    with app.extensions["database"].connection_context():
        cast = Cast()
        settle(cast)
        give_out(cast)
    app.extensions["database"].close_all()
    return url


def settle(cast):
    """Add 22 houses to the three of Cầu Ván, each with two adults."""
    with cast.an_phu.write() as tx:
        for number in range(4, 26):
            head = f"{FAMILY[number % 5]} {GIVEN[number // 5 % 5]} {number}"
            people = [(head, 1950 + number, "m"), (f"Thị {GIVEN[number % 5]} {number}", 1960, "f")]
            cast.house(tx, house_name(number), cast.cau_van, number, f"Cụm {1 + number // 6}",
                       head, people)


def house_name(number):
    """Return the name by which `uuid_of` knows a house of Cầu Ván."""
    return ["bre", "van", "hoa"][number - 1] if number < 4 else f"house-{number}"


def give_out(cast):
    """Publish a round: Lan has houses 1 to 20, Bình the other five."""
    today = clock.today()
    village = cast.cau_van.id
    with cast.an_phu.write() as tx:
        made = Round.create_draft(tx, cast.son, [village], candidates([village], "all", 2026),
                                  name="Đợt tháng này", starts_on=today - timedelta(days=2),
                                  ends_on=today + timedelta(days=20))
        houses = [uuid_of(house_name(number)) for number in range(1, 26)]
        made.assign(tx, village, houses[:20], cast.lan.id)
        made.assign(tx, village, houses[20:], cast.binh.id)
        made.publish(tx, cast.son)


@pytest.fixture(scope="session")
def gate():
    """Return the port of every line: browser storage belongs to one origin."""
    return free_port()


@pytest.fixture(scope="session")
def ready(databases, peopled, var, playwright, gate, tmp_path_factory):
    """Return Lan's phone, ready and closed, and the URL of the database it was filled from."""
    folder, url = tmp_path_factory.mktemp("ready"), databases.new(like=peopled)
    server = Server(url, var, folder / "server.log").start()
    line = Line(server.port, gate)
    phone = Phone(playwright, folder / "phone", line).start()
    try:
        phone.sign_in("lan", PIN)
        lan = SimpleNamespace(id=phone.page.get_attribute("body", "data-user"))
        phone.until_ready(lan).close()
    finally:
        phone.end()
        line.end()
        server.stop()
    return SimpleNamespace(phone=phone.folder, url=url)


@pytest.fixture
def register(request, databases, peopled, var):
    """Return the test's own connection to the database that the server writes to."""
    is_known = "lans_phone" in request.fixturenames
    url = databases.new(like=request.getfixturevalue("ready").url if is_known else peopled)
    app = make_app(url, var)
    database = app.extensions["database"]
    database.connect()
    yield SimpleNamespace(
        url=url, var=var,
        uuid_of=uuid_of, user=lambda username: User.get(User.username == username),
        house=lambda number: uuid_of(house_name(number)),
        head=lambda number: Household.get_by_id(uuid_of(house_name(number))).head,
        people=lambda number: list(Resident.select().where(
            Resident.household == uuid_of(house_name(number))).order_by(Resident.position)),
        assigned=lambda user: Assignment.select().where(Assignment.member == user.id).count())
    database.close_all()


@pytest.fixture
def server(register, tmp_path):
    """Return the running server."""
    server = Server(register.url, register.var, tmp_path / "server.log")
    yield server.start()
    server.kill()


@pytest.fixture
def line(server, gate):
    """Return the line that every browser of the test uses."""
    line = Line(server.port, gate)
    yield line
    line.end()


@pytest.fixture
def take_phone(playwright, line, tmp_path):
    """Return a function that starts a new phone."""

    def take(name="phone", **more):
        PHONES.append(Phone(playwright, tmp_path / name, line, **more))
        return PHONES[-1].start()

    yield take
    while PHONES:
        PHONES.pop().end()


@pytest.fixture
def lans_phone(take_phone, ready, register, tmp_path):
    """Return Lan's phone, signed in and ready for offline use."""
    shutil.copytree(ready.phone, tmp_path / "phone")
    phone = take_phone()
    phone.go("/")
    return phone.until_ready(register.user("lan"))


@pytest.fixture(scope="session")
def office(playwright):
    """Return the browser of the commune's office; each user gets a fresh context."""
    browser = playwright.chromium.launch(executable_path=chrome.find(), args=chrome.ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def seat(office, line):
    """Return a function that opens a tab in a context with its own cookies."""
    taken = []

    def take(**more):
        taken.append(office.new_context(base_url=line.url, locale="vi-VN",
                                        timezone_id="Asia/Ho_Chi_Minh", **more))
        taken[-1].set_default_timeout(PATIENCE)
        return taken[-1].new_page()

    yield take
    for context in taken:
        context.close()


@pytest.fixture
def laptop(seat, line):
    """Return the laptop in the commune's office, signed in as the chair."""
    page = seat(viewport=LAPTOP)
    page.goto("/sign-in")
    page.fill("[name=username]", "son")
    page.fill("[name=secret]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{line.url}/tallies")
    return page
