"""The pack contains the pages of the user's own field work, or the changed ones."""

import json
import re
from datetime import date, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import brotli
import pytest

from teamapp import clock
from teamapp.id_numbers import IN_HTML
from teamapp.models import (
    Counter,
    Household,
    Installation,
    Receipt,
    RejectedEntry,
    Round,
    User,
    VillageStay,
    Visit,
)
from teamapp.offline import pack

from ..cast import PIN
from ..deeds import round_for, visit
from ..queries import counted
from ..sync.phone import body, entry, helped, result

FOREIGN = ("Giàng", "Kín", "Suối Lá", "Bình Lộc", "Vũ Kiên", "Đỗ Châu")


class Phone:
    """A phone that fetches packs and stores the state their headers give."""

    def __init__(self, browser):
        self.browser, self.known = browser, {}

    def pull(self, **other):
        """Return (header, lines) of the next pack."""
        answer = self.browser.get("/pack", query_string={**self.known, **other})
        assert answer.status_code == 200 and answer.mimetype == "application/x-ndjson"
        text = answer.get_data(as_text=True)
        assert text.endswith("\n")
        header, *lines = (json.loads(line) for line in text.splitlines())
        self.known = {"since": header["cursor"], "epoch": header["epoch"],
                      "scope": header["scope"]}
        return header, lines


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return Phone(sign_in(cast.lan))


def urls(lines):
    """Return the addresses of the lines."""
    return {line["url"] for line in lines if "url" in line}


def page(lines, url):
    """Return the line of an address."""
    return next(line for line in lines if line.get("url") == url)


def of(*houses):
    """Return the addresses of houses."""
    return {f"/households/{house.id}" for house in houses}


FRAME = {"/", "/households", "/visits/parts", "/outbox", "/me", "/no-network"}


def test_first_pack_contains_exactly_the_members_village(cast, lan):
    header, lines = lan.pull()
    assert header["reset"] is True and header["user"] == cast.lan.id
    assert header["cursor"] == Counter.cursor_of(cast.an_phu.id)
    assert header["headers"]["Content-Security-Policy"].startswith("default-src 'none'")
    assert urls(lines) == FRAME | of(cast.bre, cast.van, cast.hoa)
    assert {line["url"] for line in lines if line.get("blank")} == {
        "/visits/parts", "/outbox", "/me", "/no-network"}


def test_pages_have_the_doctype_and_markers_the_worker_expects(lan):
    _, lines = lan.pull()
    for line in lines:
        assert line["html"].startswith("<!doctype html>\n<html ")
        assert ("<!--generated-->" in line["html"]) is not line.get("blank", False)
    assert page(lines, "/households")["html"].count("<!--rows-->") == 1


def test_household_lines_carry_list_rows_in_walking_order(cast, lan):
    _, lines = lan.pull()
    rows = sorted((line["row"] for line in lines if "row" in line), key=lambda row: row["order"])
    names = [re.search(r"<b[^>]*>([^<]+)", row["html"])[1] for row in rows]
    assert names == ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]
    assert all(row["html"].strip().startswith("<li ") for row in rows)
    assert "Thị Rin, 1960" in rows[0]["html"]
    assert page(lines, "/households")["rows"] == {
        "open": '<ul class="group">', "close": "</ul>", "every": 50}


def test_packed_pages_contain_no_session_data_and_no_token(cast, lan, sign_in):
    def drawn(phone):
        return [line for line in phone.pull()[1] if "url" in line]

    first = drawn(lan)
    assert first == drawn(Phone(sign_in(cast.lan))), "another session, the same bytes"
    text = json.dumps(first)
    assert "csrf" not in text and PIN not in text and "$argon2" not in text


def test_offline_page_names_nobody(cast, lan):
    html = page(lan.pull()[1], "/no-network")["html"]
    assert 'data-user=""' in html
    assert not any(word in html for word in ("Lan", "Cầu Ván", "An Phú", "Cả ấp"))


def test_pack_without_changes_is_only_a_header(lan):
    lan.pull()
    with counted() as queries:
        header, lines = lan.pull()
    assert lines == [] and header["reset"] is False and "headers" not in header
    assert len(json.dumps(header)) < 400 and len(queries) <= 10


def test_visit_renews_the_household_page_and_the_visitors_day(cast, lan):
    lan.pull()
    visit(cast.binh, cast.hoa)
    _, lines = lan.pull()
    assert urls(lines) == of(cast.hoa), "Lan's day does not list the household"
    assert "Trần Bình" in page(lines, f"/households/{cast.hoa.id}")["html"]
    assert lan.pull()[1] == []
    visit(cast.lan, cast.hoa)
    assert urls([line for line in lan.pull()[1] if "url" in line]) == {"/"} | of(cast.hoa)
    visit(cast.binh, cast.hoa)
    assert urls(lan.pull()[1]) == {"/"} | of(cast.hoa), "Lan was there before"


def test_colleagues_visit_to_an_assigned_household_renews_the_day(cast, lan):
    round_for(cast.lan, [cast.hoa])
    lan.pull()
    visit(cast.binh, cast.hoa)
    assert urls(lan.pull()[1]) == {"/"} | of(cast.hoa)


def test_help_for_a_resident_renews_their_current_household(
        cast, lan, sign_in):
    mai = Phone(sign_in(cast.mai))
    move(cast.van, cast.da_xanh)
    mai.pull()
    result(lan.browser, cast.lan, entry(body(cast.bre, helped(cast.resident("Lê Thị Hà")))))
    _, lines = mai.pull()
    assert urls(lines) == of(cast.van)


def test_visits_in_other_villages_renew_nothing(cast, lan):
    lan.pull()
    visit(cast.mai, cast.hlan)
    visit(cast.kien, cast.kin)
    assert lan.pull()[1] == []


def test_round_renews_only_the_day_page(cast, lan):
    lan.pull()
    round_for(cast.mai, [cast.hlan])
    assert lan.pull()[1] == []
    round_for(cast.lan, [cast.hoa])
    _, lines = lan.pull()
    assert urls(lines) == {"/"} and "Nguyễn Thị Hòa" in lines[0]["html"]


def move(house, village):
    """Move a household to another village, as an officer does."""
    with house.commune.write() as tx:
        VillageStay.update(until_cursor=tx.cursor).where(
            VillageStay.household == house.id, VillageStay.until_cursor.is_null()).execute()
        VillageStay.create(household=house.id, village=village, since_cursor=tx.cursor)
        Household.update(village=village, number=77, cursor=tx.cursor).where(
            Household.id == house.id).execute()


def test_moved_household_is_removed_from_one_pack_and_added_to_the_other(cast, lan, sign_in):
    mai = Phone(sign_in(cast.mai))
    lan.pull()
    mai.pull()
    move(cast.hoa, cast.da_xanh)
    _, lines = lan.pull()
    assert {"url": f"/households/{cast.hoa.id}", "gone": True} in lines
    assert urls(mai.pull()[1]) == of(cast.hoa)
    move(cast.hoa, cast.cau_van)
    assert not any(line.get("gone") for line in lan.pull()[1])
    assert {"url": f"/households/{cast.hoa.id}", "gone": True} in mai.pull()[1]


@pytest.mark.parametrize("other", [
    {"since": ""}, {"since": "x"}, {"since": "-1"}, {"since": "999999"}, {"since": "1e3"},
    {"since": "٣"}, {"since": "9" * 40}, {"epoch": "other"}, {"epoch": ""}, {"scope": ""},
    {"scope": "x.y"}, {"scope": "." * 999}])
def test_unknown_state_resets_the_pack(lan, other):
    lan.pull()
    header, lines = lan.pull(**other)
    assert header["reset"] is True and urls(lines) >= FRAME


def test_restored_database_resets_the_pack(lan):
    lan.pull()
    Installation.update(epoch=str(uuid4())).execute()
    assert lan.pull()[0]["reset"] is True


def test_moved_member_gets_the_pack_of_the_new_village(cast, lan):
    lan.pull()
    cast.lan.move_to(cast.da_xanh, clock.today())
    header, lines = lan.pull()
    assert header["reset"] is True and urls(lines) == FRAME | of(cast.hlan)
    assert "Bré" not in json.dumps(lines, ensure_ascii=False)


def test_scope_of_another_person_resets_the_pack(cast, lan, sign_in):
    lan.pull()
    binh = Phone(sign_in(cast.binh))
    binh.known = lan.known
    header, _ = binh.pull()
    assert header["reset"] is True and header["user"] == cast.binh.id


def test_new_team_member_renews_only_the_blank_forms(cast, lan):
    _, lines = lan.pull()
    assert "Trần Bình" in page(lines, "/visits/parts")["html"]
    cast.person("new", "member", "Cao Thị Mới", cast.cau_van)
    header, lines = lan.pull()
    assert header["reset"] is False and urls(lines) == {"/visits/parts"}
    assert "Cao Thị Mới" in lines[0]["html"]
    User.update(active=False).where(User.username == "new").execute()
    assert "Cao Thị Mới" not in lan.pull()[1][0]["html"]


def test_pattern_of_id_numbers_stands_once_in_a_pack(lan):
    _, lines = lan.pull()
    html = unescape("".join(line.get("html", "") for line in lines))
    assert html.count(IN_HTML) == 1, "12 kB"
    assert len(page(lines, "/visits/parts")["html"]) < 100_000


@pytest.fixture
def release(monkeypatch):
    """Return a function that gives kinds another content version, as a release does."""
    own = pack.content_version

    def renew(*names):
        monkeypatch.setattr(pack, "content_version", lambda kind, language: (
            "new" if kind.name in names else own(kind, language)))

    return renew


@pytest.mark.parametrize(("kind", "url"), [
    ("day", "/"), ("list", "/households"), ("parts", "/visits/parts"), ("outbox", "/outbox"),
    ("no-network", "/no-network")])
def test_release_renews_only_the_changed_page_kind(lan, release, kind, url):
    lan.pull()
    release(kind)
    header, lines = lan.pull()
    assert header["reset"] is False and urls(lines) == {url} and "headers" not in header
    assert lan.pull()[1] == []


def test_release_of_household_pages_renews_all_of_them_with_rows(cast, lan, release):
    lan.pull()
    move(cast.hoa, cast.da_xanh)
    release("household")
    header, lines = lan.pull()
    assert header["reset"] is False
    assert {line["url"] for line in lines if "row" in line} == of(cast.bre, cast.van)
    assert {"url": f"/households/{cast.hoa.id}", "gone": True} in lines
    assert urls(lines) == {"/"} | of(cast.bre, cast.van, cast.hoa)


def test_changed_security_headers_are_sent_without_a_reset(lan, monkeypatch):
    lan.pull()
    monkeypatch.setitem(pack.HEADERS, "X-New", "1")
    header, lines = lan.pull()
    assert header["headers"]["X-New"] == "1" and header["reset"] is False and lines == []
    assert "headers" not in lan.pull()[0]


def test_rejected_entry_renews_outbox_and_day(cast, lan):
    lan.pull()
    RejectedEntry.create(entry=uuid4(), user=cast.lan, commune=cast.an_phu, village=cast.cau_van,
                         kind="visits.create", form=1, hash=b"x", body="", code="not_yours",
                         reason="…", received_at=clock.now())
    header, lines = lan.pull()
    assert header["reset"] is False and urls(lines) == {"/", "/outbox"}
    assert lan.pull()[1] == []


def receipt(user, status, cursor, number=None, days_ago=0):
    """Write a receipt and return its id."""
    return Receipt.create(
        id=uuid4(), user=user, commune=user.commune_id, kind="visits.create", hash=b"x",
        status=status, number=number, cursor=cursor,
        received_at=clock.now() - timedelta(days=days_ago)).id


def test_pack_reports_receipts_of_own_entries(cast, lan):
    lan.pull()
    with cast.an_phu.write() as tx:
        accepted, settled = (receipt(cast.lan, status, tx.cursor, number)
                         for status, number in (("accepted", 41), ("settled", 42)))
        receipt(cast.lan, "rejected", tx.cursor)
        receipt(cast.binh, "accepted", tx.cursor, 43)
    _, lines = lan.pull()
    assert sorted(lines, key=lambda line: line["receipt"]) == [
        {"entry": str(accepted), "status": "accepted", "receipt": 41},
        {"entry": str(settled), "status": "accepted", "receipt": 42}]


def test_first_pack_reports_recently_settled_entries(cast, lan):
    old, new = (receipt(cast.lan, "settled", 1, 9, days) for days in (31, 3))
    receipt(cast.lan, "accepted", 1, 8)
    entries = [line["entry"] for line in lan.pull()[1] if "entry" in line]
    assert entries == [str(new)] and str(old) not in entries


def test_pack_lists_what_the_commune_has_of_ones_own(cast, lan):
    """A phone that forgot its entries at a sign-out shows those of the last 30 days again."""
    sent = entry(body(cast.bre))
    number = result(lan.browser, cast.lan, sent)["receipt"]
    result(lan.browser, cast.lan, entry(body(cast.van, outcome="absent")))
    Receipt.update(received_at=clock.now() - timedelta(days=31)).where(
        Receipt.id != UUID(sent["id"])).execute()
    [line] = [line for line in lan.pull()[1] if "entry" in line]
    assert line["label"] == "Điểu Bré · Gặp được" and "body" not in line
    assert (line["entry"], line["receipt"]) == (sent["id"], number)
    assert datetime.fromisoformat(line["settled_at"]) - clock.now() < timedelta(minutes=1)
    assert lan.pull()[1] == []


def test_pack_names_no_house_of_a_former_village(cast, lan):
    result(lan.browser, cast.lan, entry(body(cast.bre)))
    Visit.update(village=cast.suoi_la).execute()
    assert not any("entry" in line for line in lan.pull()[1])


def test_signed_out_pack_request_gets_401_json(client):
    answer = client.get("/pack")
    assert answer.status_code == 401 and answer.get_json()["v"] == 1


@pytest.mark.parametrize("who", ["hanh", "son"])
def test_pack_of_commune_staff_contains_no_household(cast, sign_in, who):
    phone = Phone(sign_in(getattr(cast, who)))
    assert urls(phone.pull()[1]) == {"/no-network"}
    visit(cast.lan, cast.bre)
    assert phone.pull()[1] == []


@pytest.mark.parametrize("who", ["lan", "tu", "mai", "hanh", "son"])
def test_pack_contains_nothing_of_another_commune(cast, sign_in, who):
    visit(cast.kien, cast.kin)
    round_for(cast.kien, [cast.kin])
    text = json.dumps(Phone(sign_in(getattr(cast, who))).pull(), ensure_ascii=False)
    for word in (*FOREIGN, str(cast.kin.id)):
        assert word not in text


def test_pack_contains_no_body_of_a_rejected_entry(cast, lan):
    RejectedEntry.create(entry=uuid4(), user=cast.lan, commune=cast.an_phu, village=cast.cau_van,
                     kind="visits.create", form=1, hash=b"x", body="note=khỉ+đột", code="not_yours",
                     reason="…", received_at=clock.now())
    assert "khỉ" not in json.dumps(lan.pull(), ensure_ascii=False)


def test_pack_of_three_hundred_households_fits_its_budget(cast, lan):
    with cast.an_phu.write() as tx:
        for n in range(10, 307):
            cast.house(tx, f"many {n}", cast.cau_van, n, f"Cụm {n // 20}", f"Lý Văn {n}", [
                (f"{name} {n}", 1950 + n % 60, "m") for name in ("Lý Văn", "Thị", "Lý Thị", "Y")],
                landmark=f"cạnh cây số {n}", phone=f"09{n:08}")
    lan.browser.environ_base["HTTP_ACCEPT_ENCODING"] = "br"
    with counted() as queries:
        answer = lan.browser.get("/pack")
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) <= 115_000, f"{len(answer.data)} bytes"
    assert len(queries) <= 45
    header = json.loads(brotli.decompress(answer.data).split(b"\n")[0])
    visit(cast.lan, cast.bre)
    more = lan.browser.get("/pack", query_string={
        "since": header["cursor"], "epoch": header["epoch"], "scope": header["scope"]})
    assert len(more.data) <= 5_000, f"{len(more.data)} bytes"


@pytest.mark.parametrize("last", [date.max, date.max - timedelta(days=3)])
def test_last_day_of_the_calendar_breaks_no_page(cast, lan, last):
    """Forms reject such a day, but a row written by an older release may contain it."""
    end = clock.moment_of(last)
    visit(cast.lan, cast.bre, dossiers=[{"due_on": last}])
    visit(cast.lan, cast.van, outcome="later", return_on=last, visited_at=end)
    round_for(cast.lan, [cast.bre, cast.van], starts=0)
    Round.update(ends_on=last).execute()
    _, lines = lan.pull()
    assert {"/", f"/households/{cast.bre.id}", f"/households/{cast.van.id}"} <= urls(lines)
    for url in ("/", f"/households/{cast.bre.id}", f"/households/{cast.van.id}", "/households"):
        assert lan.browser.get(url).status_code == 200
