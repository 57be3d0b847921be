"""The demo fills an empty database: always the same, in proportion, and counted right."""

import json
from collections import Counter
from datetime import timedelta
from time import process_time

import pytest
from peewee import fn

from teamapp import clock, text
from teamapp.counting.reconciliation import differences
from teamapp.demo.facts import FACTS, Draw
from teamapp.members import device_list
from teamapp.models import (
    TABLES,
    AccountKind,
    AccountStatus,
    Assignment,
    Change,
    Commune,
    Dossier,
    Filing,
    Household,
    Installation,
    LostPhone,
    Province,
    Resident,
    Round,
    Speaks,
    Step,
    Target,
    User,
    Village,
    VillageStay,
    Visit,
)

from ..conftest import make_app

NOON = clock.moment_of(clock.today()) + timedelta(hours=12)


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["demo", *arguments])


@pytest.fixture(scope="module")
def filled(databases, template_database, var):
    """Return the app on a database that the demo has filled, with what that took and said."""
    url = databases.new(like=template_database)
    app = make_app(url, var)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOON)
        started = process_time()
        result = run(app)
        app.cost = process_time() - started
    assert result.exit_code == 0, result.output
    app.output, app.url = result.output, url
    return app


@pytest.fixture
def demo(filled, var):
    """Return the filled app with its database bound and open."""
    app = make_app(filled.url, var)
    app.extensions["database"].connect()
    yield app
    app.extensions["database"].close_all()


@pytest.fixture
def commune(demo):
    return Commune.get(Commune.code == "99001")


def shares(rows):
    """Return {key: percent} of rows of one column."""
    counts = Counter(key for key, in rows)
    return {key: 100 * n / counts.total() for key, n in counts.items()}


def everything():
    """Return all rows but the hashes and the epoch, which are random on purpose."""
    found = {}
    for table in set(TABLES) - {Installation}:
        fields = [f for f in table._meta.sorted_fields if f is not User.secret_hash]
        found[table.__name__] = list(table.select(*fields).order_by(
            *table._meta.get_primary_keys()).tuples())
    return found


def test_it_takes_less_than_twenty_seconds(filled):
    assert filled.cost < 20


def test_every_count_agrees_with_its_reconciliation(demo):
    for each in Commune.select():
        assert differences(each) == []


@pytest.mark.once
def test_the_same_day_gives_the_same_demo(demo, databases, template_database, var, monkeypatch):
    first = everything()
    other = make_app(databases.new(like=template_database), var)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    assert run(other).exit_code == 0
    assert everything() == first
    other.extensions["database"].close_all()


def test_a_second_run_changes_nothing_and_prints_the_same(demo, filled):
    before = everything()
    again = run(demo)
    assert (again.exit_code, again.output) == (0, filled.output)
    assert everything() == before


def test_json_prints_the_array_alone_and_its_secrets_sign_in(demo):
    result = run(demo, "--json")
    entries = json.loads(result.stdout)
    assert {key for entry in entries for key in entry} == {
        "username", "secret", "role", "commune", "village"}
    assert Counter((entry["commune"], entry["role"]) for entry in entries) == {
        ("99001", "member"): 89, ("99001", "leader"): 15, ("99001", "officer"): 1,
        ("99001", "chair"): 1, ("99002", "member"): 2, ("99002", "leader"): 1,
        ("99002", "officer"): 1, ("99002", "chair"): 1}
    for entry in entries[:4] + entries[-2:]:
        user = User.get(User.username == entry["username"])
        assert user.knows(entry["secret"]) and user.role == entry["role"]
        assert (user.village.code if user.village else None) == entry["village"]


def test_pins_have_six_digits_passwords_ten_characters_and_few_are_alike(demo):
    entries = json.loads(run(demo, "--json").stdout)
    for entry in entries:
        if entry["role"] in User.FIELD:
            assert len(entry["secret"]) == 6 and entry["secret"].isdigit()
        else:
            assert len(entry["secret"]) >= 10
    assert len({entry["secret"] for entry in entries}) > len(entries) * 0.95


def test_places_and_teams_are_those_of_the_facts(commune):
    villages = list(Village.visible_to(User(role="chair", commune=commune)))
    assert [(v.code, v.name, v.signal) for v in villages] == [
        (v["code"], v["name"], v["signal"]) for v in FACTS["communes"][0]["villages"]]
    for village, given in zip(villages, FACTS["communes"][0]["villages"]):
        team = User.select().where(User.village == village)
        assert Counter(user.role for user in team) == {
            "leader": 1, "member": given["team_size"] - 1}
        assert Household.select().where(
            Household.village == village).count() == given["households"]
        assert village.declared_14plus > 100


def test_members_and_leaders_can_give_some_days_and_minutes(commune):
    team = User.select().where(User.commune == commune, User.role.in_(User.FIELD))
    assert {len(user.days) for user in team} == {2, 3, 4}
    assert {user.minutes for user in team} == {60, 90, 120}


def test_a_second_commune_is_small_and_apart(demo):
    other = Commune.get(Commune.code == "99002")
    assert Household.select().where(Household.commune == other).count() == 40
    assert Visit.select().where(Visit.commune == other).count() > 20
    assert Round.select().where(Round.commune == other).count() == 1


def test_households_and_ages_are_in_proportion(commune):
    sizes = [n for n, in Resident.select(fn.COUNT(Resident.id)).where(
        Resident.commune == commune).group_by(Resident.household).tuples()]
    assert len(sizes) == 3500
    assert sum(sizes) / len(sizes) == pytest.approx(3.9, abs=0.05)
    years = Resident.select(Resident.birth_year).where(Resident.commune == commune).tuples()
    this_year = clock.today().year
    bands = shares(("0-13" if age < 14 else "14-17" if age < 18 else "18-59" if age < 60
                    else "60+",) for age in (this_year - year for year, in years))
    assert bands == pytest.approx(FACTS["age_percent"], abs=0.3)


def test_sixty_days_of_visits_are_in_proportion(commune):
    since = clock.today() - timedelta(days=60)
    recent = Visit.select().where(Visit.commune == commune, Visit.day > since)
    outcomes = shares(recent.select(Visit.outcome).tuples())
    given = FACTS["outcome_percent"]
    expected = {key: given[key] for key in ("absent", "later", "declined", "moved")}
    assert outcomes == pytest.approx(expected | {"met": given["done"] + given["undone"]}, abs=1.5)
    per_month = sorted(n / 2 for n, in recent.select(fn.COUNT(Visit.id)).group_by(
        Visit.member).tuples())
    tenth = len(per_month) // 10
    assert 2.5 <= per_month[tenth] <= 6
    assert 7 <= per_month[len(per_month) // 2] <= 11
    assert 15 <= per_month[-tenth - 1] <= 27
    assert recent.where(Visit.received_at > NOON).count() == 0
    assert recent.where(Visit.visited_at > Visit.recorded_at).count() == 0


def test_helped_steps_come_in_the_given_numbers(commune):
    helped = Counter(kind for kind, in Step.select(Step.kind).where(
        Step.commune == commune, Step.state == "helped").tuples())
    for kind, monthly in FACTS["helped_per_100_households_per_month"].items():
        assert helped[kind] / 70 == pytest.approx(monthly, rel=0.2), kind


def test_obstacles_are_in_proportion(commune):
    found = shares(Step.select(Step.obstacle).where(
        Step.commune == commune, Step.obstacle.is_null(False)).tuples())
    given = FACTS["obstacle_percent"]
    for code in ("O16", "O04", "O01", "O11", "O08", "O12", "O26"):
        assert found[code] == pytest.approx(given[code], abs=4), code


def test_each_village_begins_where_the_facts_say_and_help_adds_to_it(commune):
    adults = Counter(village for village, in Resident.select(Household.village).join(Household)
                     .where(Resident.is_adult_in(clock.today().year)).tuples())
    done = Counter(village for village, in AccountStatus.select(Household.village).join(Resident)
                   .join(Household).where(AccountStatus.kind == AccountKind.HEADLINE,
                                          AccountStatus.state == "done").tuples())
    for village in Village.select().where(Village.commune == commune):
        given = next(v["activated_percent"] for v in FACTS["communes"][0]["villages"]
                     if v["code"] == village.code)
        share = 100 * done[village.id] / adults[village.id]
        assert given - 1.5 <= share <= given + 9, village.code


def test_dossiers_have_old_and_short_codes_and_one_is_overdue(commune):
    dossiers = list(Filing.select(Filing, Dossier).join(Dossier).where(Filing.commune == commune))
    assert 40 <= len(dossiers) <= 160
    codes = [dossier.code for dossier in dossiers]
    assert any(code.startswith("000.00.22.H99-") for code in codes)
    assert any(code.startswith("H99.21-") for code in codes) and "" in codes
    assert any(dossier.dossier.status not in Dossier.CLOSED and dossier.due_on < clock.today()
               for dossier in dossiers)
    channels = shares((dossier.channel,) for dossier in dossiers)
    assert channels == pytest.approx(FACTS["dossier_channel_percent"], abs=6)


def test_a_published_round_is_running_with_houses_for_everybody(commune):
    wave = Round.get(Round.commune == commune)
    assert wave.starts_on <= clock.today() <= wave.ends_on and not wave.is_draft
    given = Counter(member for member, in Assignment.select(Assignment.member).where(
        Assignment.round == wave).tuples())
    assert len(given) == 104 and max(given.values()) <= 20
    own = Assignment.select().join(User).where(User.village != Assignment.village)
    assert own.count() == 0


def test_every_language_needed_has_a_speaker_in_the_team(commune):
    needed = {(village, language) for village, language in Household.select(
        Household.village, Household.language).where(
        Household.language.is_null(False)).distinct().tuples()}
    spoken = {(village, language) for village, language in Speaks.select(
        User.village, Speaks.language).join(User).tuples()}
    assert all(Household.select().where(Household.village == village,
                                        Household.language == language).count() < 15
               for village, language in needed - spoken)


def test_hard_cases_are_in_it(commune):
    names = Counter((village, name) for village, name in Resident.select(
        Household.village, Resident.name).join(Household).tuples())
    assert max(names.values()) > 1
    keys = " | ".join(key for key, in Household.select(Household.search_key).tuples())
    assert "dieu bre" in keys and "h lan" in keys and "le van an" in keys
    assert Household.select().where(Household.head == "An").count() == 1
    assert all(name == text.name(name) for name, in Household.select(Household.head).tuples())
    assert VillageStay.select().where(VillageStay.until_cursor.is_null(False)).count() == 1
    assert Visit.select().where(Visit.flag == "possible_duplicate").count() == 2
    registered = AccountStatus.alias()
    same = AccountStatus.resident == registered.resident
    assert (AccountStatus.select().join(registered, on=same)
            .where(AccountStatus.kind == AccountKind.HEADLINE, AccountStatus.state == "not_yet",
                   registered.kind == "VNEID_2_DK", registered.state == "done")).count() > 0
    changed = Target.select(Target.village, fn.COUNT(Target.id)).where(
        Target.indicator == "activations").group_by(Target.village).tuples()
    assert 2 in dict(changed).values()
    assert Household.select().where(Household.phone == "").count() > 100


def test_no_real_phone_number_can_be_in_it(demo):
    assert Household.select().where(Household.phone != "",
                                    ~Household.phone.startswith("030")).count() == 0
    assert User.select().where(~User.phone.startswith("030")).count() == 0


def test_other_data_is_left_alone(app, cast):
    before = User.select().count()
    result = run(app)
    assert result.exit_code == 1 and "dữ liệu khác" in result.output
    assert User.select().count() == before


def test_production_is_never_filled(databases, template_database, var):
    app = make_app(databases.new(like=template_database), var, APP_ENV="production",
                   SECRET_KEY="uPq7-5vXbn3Zr8sLw0TyK2mHc9GdFj4a6QeR")
    result = run(app)
    assert result.exit_code == 1
    assert Province.select().count() == 0
    app.extensions["database"].close_all()


def test_shares_are_exact_and_draws_repeat():
    assert Counter(Draw("x").shares(100, {"a": 52, "b": 48})) == {"a": 52, "b": 48}
    assert Counter(Draw("x").shares(7, {"a": 1, "b": 1})).total() == 7
    assert Draw("x", 1).random() == Draw("x", 1).random() != Draw("x", 2).random()


def test_visits_are_corrected_taken_back_and_disputed(commune):
    changes = list(Change.select().where(Change.commune == commune))
    assert {(change.correction_id is None, change.state) for change in changes} == {
        (False, "effective"), (True, "effective"), (False, "waiting")}


def test_phones_have_every_problem_and_one_is_lost(demo, commune):
    chair = User.get(User.commune == commune, User.role == "chair")
    version = demo.extensions["static_version"]
    found = device_list.numbers(device_list.visible_to(chair, version))
    assert min(found[name] for name in ("lost", "old", "fragile", "never")) >= 1
    lost = LostPhone.get(LostPhone.commune == commune)
    assert lost.households > 20 and not lost.decision and lost.reported_at < NOON
