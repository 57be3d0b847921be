"""A household's page: people and next steps, open matters, last visits, forms."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.db import proxy
from teamapp.models import AccountKind, Household, Obstacle, Resident, Visit
from teamapp.models.household_summary import last_calls
from teamapp.models.ladder import usual_rest
from teamapp.sqlite import Sqlite

from ..cast import uuid_of
from ..deeds import step, visit
from ..queries import counted


def show(client, house):
    """Return a household's page."""
    return unescape(client.get(f"/households/{house.id}").get_data(as_text=True))


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's browser."""
    return sign_in(cast.lan)


def parts(html, number):
    """Return the slots of the steps in a person's form; grouped ones by name."""
    found = [line.split('"')[0] for line in html.split('data-part="')[1:]
             if f'data-prefix="people-{number}-steps-' in line.split(">")[0]]
    kinds = AccountKind.in_use()
    return [code for slot in found for code in (
        [kind.code for kind in usual_rest(one(kinds, slot[6:]), kinds)]
        if slot.startswith("after-") else [slot])]


def one(kinds, code):
    return next(kind for kind in kinds if kind.code == code)


def test_foreign_household_equals_a_missing_one(cast, sign_in):
    lan = sign_in(cast.lan)
    missing = lan.get(f"/households/{uuid4()}")
    assert missing.status_code == 404
    for house in (cast.kin, cast.hlan):
        foreign = lan.get(f"/households/{house.id}")
        assert (foreign.status_code, foreign.data) == (404, missing.data)
    hanh = sign_in(cast.hanh)
    assert hanh.get(f"/households/{cast.hlan.id}").status_code == 200
    assert hanh.get(f"/households/{cast.kin.id}").status_code == 404


@pytest.mark.parametrize("path", ["x", "1", "00000000", "' OR 1=1"])
def test_malformed_id_is_404(lan, path):
    assert lan.get(f"/households/{path}").status_code == 404


def test_each_adult_has_a_next_step_and_children_none(cast, lan):
    html = show(lan, cast.bre)
    assert parts(html, 0)[0] == "VNEID_2_KH" and "VNEID_2_DK" in parts(html, 0)[1:]
    assert "Điểu Lơi, 2015" in html and not parts(html, 2)
    visit(cast.lan, cast.bre, people=[(cast.resident("Điểu Bré"), "helped")])
    html = show(lan, cast.bre)
    assert parts(html, 0)[0] == "DVCQG" and "VNEID_2_KH" not in parts(html, 0)
    assert parts(html, 1)[0] == "VNEID_2_KH"
    assert "Đã kích hoạt" in html and "Chưa hỏi" in html


def test_unregistered_person_registers_first(cast, lan):
    rin = cast.resident("Thị Rin")
    visit(cast.lan, cast.bre, people=[(rin, "not_yet", "VNEID_2_DK")])
    assert parts(show(lan, cast.bre), 1)[:2] == ["VNEID_2_DK", "VNEID_2_KH"]
    visit(cast.lan, cast.bre, people=[(rin, "had", "VNEID_2_DK")])
    html = show(lan, cast.bre)
    assert parts(html, 1)[0] == "VNEID_2_KH" and "VNEID_2_DK" not in parts(html, 1)
    assert "Chưa kích hoạt" in html


def test_account_kind_respects_its_minimum_age(cast, lan):
    young = Resident.get_by_id(uuid_of("Thị Rin"))
    young.birth_year = clock.today().year - 14
    young.save()
    asked = parts(show(lan, cast.bre), 1)
    assert "VNEID_2_KH" in asked and "TKNH" not in asked and "CKSCN" not in asked


def test_consent_is_asked_once(cast, lan):
    def slots(html):
        return html.count('data-part="consent"')

    assert slots(show(lan, cast.bre)) == 2
    visit(cast.lan, cast.bre, people=[(cast.resident("Thị Rin"), "helped")])
    assert slots(show(lan, cast.bre)) == 1
    rejected = step(cast.resident("Điểu Bré"), "had", consent="no")
    visit(cast.lan, cast.bre, people=[], dossiers=[])
    visit(cast.lan, cast.bre, people=[(cast.resident("Điểu Bré"), "had", "SIM", "no")])
    html = show(lan, cast.bre)
    assert rejected["consent"] == "no" and slots(html) == 0
    assert "Bà con không muốn ghi tên" in html
    assert 'name="people-0-consent" value="yes"' in html and 'consent" value="no"' not in html


def test_page_shows_the_households_facts(cast, lan):
    assert 'href="tel:0900000123"' in show(lan, cast.van)
    Household.update(language="sti", poverty="poor", elderly_alone=True, no_smartphone=True).where(
        Household.id == cast.bre.id).execute()
    html = show(lan, cast.bre)
    for words in ("tiếng S'tiêng", "Hộ nghèo", "Người già ở một mình", "Không có máy thông minh",
                  "Số 1, Cụm 1, cổng xanh"):
        assert words in html
    assert "tel:" not in html


def test_page_shows_open_matters_and_last_visits(cast, lan):
    today = clock.today()
    visit(cast.lan, cast.bre, days_ago=3, dossiers=[{"due_on": today - timedelta(days=1)}])
    visit(cast.binh, cast.bre, "unreached", days_ago=2, why_unreached="nước lên")
    visit(cast.tu, cast.bre, "absent", days_ago=2)
    visit(cast.lan, cast.bre, "later", days_ago=1, return_on=today, return_part="afternoon")
    html = show(lan, cast.bre)
    assert "Đăng ký khai sinh" in html and f'data-from="{today}"' in html
    assert f"Hẹn lại {today.day}/{today.month}, chiều" in html
    overdue = f'data-from="{today + timedelta(days=1)}" hidden>Quá hẹn'
    assert overdue in html and overdue in lan.get("/households").text
    assert html.index("Lê Thị Lan") < html.index("Nguyễn Văn Tư") < html.index("nước lên")
    assert html.count("data-has=") == 1, "Lan's own two newest, of which one is among the last"


def test_last_visit_opens_to_everything_recorded_at_it(cast, lan):
    """Also to the reason of a “not yet” and to the note, which nothing else shows."""
    bre, rin = cast.resident("Điểu Bré"), cast.resident("Thị Rin")
    not_yet = step(rin, "not_yet")
    not_yet["steps"][0]["obstacle"] = "O01"
    helped = step(bre, "helped")
    helped["steps"][0]["mode"] = "for"
    nameless = {"id": None, "consent": "",
                "steps": [{"kind": "DVCQG", "state": "had", "obstacle": "", "mode": ""}]}
    id = visit(cast.lan, cast.bre, note="Chiều <quay> lại", companions=[cast.binh.id],
               people=[helped, not_yet, nameless],
               dossiers=[{"resident": bre.id, "code": "H12.34-260101-0001"}])
    html = " ".join(show(lan, cast.bre).split("Lần trước")[1].split("</section>")[0].split())
    why = Obstacle.get_by_id("O01").short_name
    for words in ("Gặp được", "Lê Thị Lan",
                  "Điểu Bré</b> <br>Kích hoạt VNeID: xong hôm đó, làm giúp",
                  f"Thị Rin</b> <br>Kích hoạt VNeID: chưa ({why})",
                  "Người không ghi tên</b>", "Đăng ký khai sinh, Điểu Bré, H12.34-260101-0001",
                  f"Đi cùng</b>: {cast.binh.name}", "Ghi chú</b>: Chiều <quay> lại",
                  f"số {Visit.get_by_id(id).receipt}"):
        assert words in html, words


def test_commune_sees_no_visit_form(cast, sign_in):
    html = show(sign_in(cast.son), cast.bre)
    assert "Thị Rin" in html and "data-outbox" not in html and "data-part" not in html


def test_commune_page_links_to_the_households_village(cast, sign_in):
    back = '<a class="back" href="/households?village={}">'
    html = show(sign_in(cast.hanh), cast.hlan)
    assert "Bon Đá Xanh" in html.split(back.format(cast.da_xanh.id))[1].split("</a>")[0]
    assert "/households?village=" not in show(sign_in(cast.mai), cast.hlan)


def test_page_needs_few_queries(cast, lan):
    visit(cast.lan, cast.bre, people=[(cast.resident("Thị Rin"), "helped")], dossiers=[{}])
    with counted() as queries:
        show(lan, cast.bre)
    assert len(queries) <= 17


def test_title_holds_no_name(cast, lan):
    for path in ("/", "/households", f"/households/{cast.bre.id}"):
        title = lan.get(path).get_data(as_text=True).split("<title>")[1].split("</title>")[0]
        assert "Bré" not in title and "Lan" not in title


def test_address_has_one_spelling_of_the_id(cast, lan):
    id = str(cast.bre.id)
    assert lan.get(f"/households/{id}").status_code == 200
    for spelling in (id.upper(), id.replace("-", ""), f"{{{id}}}"):
        assert lan.get(f"/households/{spelling}").status_code == 404


def test_last_visits_are_ranked_in_one_pass(cast):
    """A subquery for each household took PostgreSQL 3 s for the 412 houses of a pack."""
    for days in (1, 3, 2, 2):
        visit(cast.lan, cast.bre, "absent", days_ago=days)
        visit(cast.lan, cast.van, days_ago=days + 1)
    query = last_calls([cast.bre.id, cast.van.id, cast.hoa.id], 3)
    found = list(query)
    numbers = dict(Visit.select(Visit.id, Visit.receipt).tuples())
    assert [numbers[id] for household, id, *_ in found if household == cast.bre.id] == [1, 7, 5]
    assert len(found) == 6 and {row[0] for row in found} == {cast.bre.id, cast.van.id}
    sql, values = query.sql()
    plan = proxy.execute_sql(f"EXPLAIN {'' if is_postgresql() else 'QUERY PLAN '}{sql}", values)
    told = " ".join(str(row[-1]) for row in plan.fetchall())
    assert "visit" in told and "SubPlan" not in told and "CORRELATED" not in told, told


def is_postgresql():
    return not isinstance(proxy.obj, Sqlite)
