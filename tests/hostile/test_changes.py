"""Visits, corrections, voids and settlements in any order and any cut leave every count right."""

from collections import defaultdict
from datetime import timedelta
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as some

from teamapp import clock
from teamapp.counting import counts_from_facts
from teamapp.counting.reconciliation import differences, stored
from teamapp.models import (
    Change,
    Consent,
    Counter,
    DistinctMark,
    Filing,
    LivePeriod,
    Receipt,
    Resident,
    Step,
    Tally,
    Visit,
)
from teamapp.models.consent import minute
from teamapp.recording import changes
from teamapp.recording.settlements import settle
from tests.cast import uuid_of
from tests.sync.phone import batch, body, entry, record_of

from .often import often
from .test_cuts import facts

DAY = clock.now().replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(days=3)
PEOPLE = ("Thị Rin", "Điểu Bré", "")
FAMILIES = {"bre": PEOPLE, "van": ("Lê Văn An", "Lê Thị Hà", ""), "hoa": ("Nguyễn Thị Hòa", "")}
STEP = some.tuples(some.sampled_from(["VNEID_2_KH", "VNEID_2_KH", "DVCQG"]),
                   some.sampled_from(["helped", "helped", "helped", "had", "not_yet"]))
PERSON = some.tuples(some.sampled_from(PEOPLE), some.sampled_from(["yes", "yes", "yes", "no", ""]),
                     some.lists(STEP, min_size=1, max_size=2))


def contents(houses, person):
    """Return the strategy of what a visit says."""
    return some.fixed_dictionaries({
        "house": houses, "outcome": some.sampled_from(["met", "met", "met", "met", "absent"]),
        "minutes": some.sampled_from([0, 1, 1, 24 * 60, 40 * 24 * 60]),
        "people": some.lists(person, min_size=1, max_size=2), "files": some.booleans()})


def of_a_family(house):
    """Return the strategy of a visit to a house, nearly always with people who live there."""
    names = some.sampled_from([*3 * FAMILIES[house], "Thị Rin"])
    return contents(some.just(house), some.tuples(
        names, some.sampled_from(["yes", "yes", "yes", "no", ""]),
        some.lists(STEP, min_size=1, max_size=2)))


CONTENT = contents(some.sampled_from(["bre", "bre", "van"]), PERSON)
SPREAD = some.sampled_from([*FAMILIES]).flatmap(of_a_family)
WHO, TARGET = some.sampled_from(["lan", "lan", "lan", "tu", "hanh"]), some.integers(0, 9)
IS_LATE = some.sampled_from([False, False, False, True])


def act(deed, who=WHO, content=CONTENT, target=TARGET):
    """Return a strategy for (deed, who, target, content, is late, or whether to make effective)."""
    return some.tuples(some.just(deed), who, target, content, IS_LATE)


VISIT = act("visit", some.sampled_from(["lan", "lan", "binh"]))
ACTS = some.builds(lambda first, then: first + then, some.lists(VISIT, min_size=2, max_size=3),
                   some.lists(some.one_of(VISIT, act("correct"), act("correct"), act("void"),
                                          act("resubmit", some.just("lan")),
                                          act("settle", some.just("tu"))),
                              min_size=2, max_size=7))


def of_each_house(*deeds):
    """Return the strategy of acts of Lan, one for each house, with the house's visit as target."""
    return some.tuples(*(some.one_of(*(
        act(deed, some.just("lan"), of_a_family(house), some.just(place)) for deed in deeds))
        for place, house in enumerate(FAMILIES)))


SPREAD_ACTS = some.builds(
    lambda first, changed, then: [*first, *changed, *then], of_each_house("visit"),
    of_each_house("correct", "void").flatmap(some.permutations),
    some.lists(some.one_of(*(act(deed, some.just("lan"), SPREAD) for deed in (
        "visit", "correct", "correct", "void"))), max_size=5))


def written(cast, act, number, earlier):
    """Return the entry of an act, the same in every run, or None; `earlier` lists (who, entry)."""
    deed, who, target, content, is_late = act
    id = str(uuid5(uuid_of("change"), str(number)))
    targets = [one for author, one in earlier if one["kind"] != "visits.void"
               and (deed != "resubmit" or author == who)]
    if deed != "visit" and not targets:
        return None
    old = targets[target % len(targets)] if deed != "visit" else None
    late = timedelta(days=8 + 40 * (target % 2) if is_late else 0)
    more = {"id": id, "recorded_at": (clock.now() + late).isoformat()}
    if old and target % 3:
        more["after"] = [old["id"]]
    if deed == "void":
        return entry(f"visit={record_of(old)}&reason=not_real", kind="visits.void", **more)
    said = form(cast, content, uuid5(uuid_of("record"), str(number)), number, old)
    if deed == "visit":
        return entry(said, **more)
    if deed == "resubmit":
        said = said.replace(f"id={uuid5(uuid_of('record'), str(number))}", f"id={record_of(old)}")
        return entry(said, **more, replaces=old["id"])
    return entry(f"{said}&visit={record_of(old)}&reason=mistake&asked_by=self",
                 kind="visits.correct", **more)


def form(cast, content, id, number, old):
    """Return the body of a visit; a change may name the dossier of what it changes again."""
    is_met = content["outcome"] == "met"
    people = [(cast.resident(name).id if name else "", answer if name else "",
               [(kind, state, {"mode": "self"}) for kind, state in dict(steps).items()])
              for name, answer, steps in content["people"]] if is_met else []
    more = {}
    if content["files"] and is_met:
        kept = dict(part.split("=", 1) for part in old["body"].split("&")) if old else {}
        more = {"dossiers-0-id": kept.get("dossiers-0-id") or uuid5(uuid_of("filed"), str(number)),
                "dossiers-0-resident": people[0][0] if people else "",
                "dossiers-0-procedure": "1.001193", "dossiers-0-channel": "online"}
    return body(getattr(cast, content["house"]), *people, id=id, outcome=content["outcome"],
                at=DAY - timedelta(minutes=content["minutes"]), **more)


@pytest.fixture
def run(cast, sign_in, undone, monkeypatch):
    """Return a function that performs acts, cut into batches, and returns results and rows."""
    browsers = {who: sign_in(getattr(cast, who)) for who in ("lan", "binh", "tu", "hanh")}
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)

    def send(who, entries):
        if not entries:
            return []
        answer = browsers[who].post("/sync", json=batch(getattr(cast, who), entries))
        lines = answer.json["results"]
        assert "internal" not in {line.get("code") for line in lines}, lines
        perform.checks["each"](cast)
        return [(line["id"], line["status"], line.get("code"), line.get("receipt"),
                 line.get("flag")) for line in lines]

    def decide(act):
        waiting = list(Change.waiting(Change.select()))
        if waiting:
            with cast.an_phu.write() as tx:
                settle(tx, waiting[act[2] % len(waiting)], cast.tu, is_effective=not act[4])
            perform.checks["each"](cast)

    def perform(acts, cuts, again=()):
        with undone():
            earlier, results, open_batch, author = [], [], [], None
            for number, act in enumerate(acts):
                if act[0] == "settle" or act[1] != author or number in cuts:
                    results += send(author, open_batch)
                    open_batch = []
                author = act[1]
                if act[0] == "settle":
                    decide(act)
                elif one := written(cast, act, number, earlier):
                    earlier.append((author, one))
                    open_batch.append(one)
            results += send(author, open_batch)
            accepted = {id for id, status, *_ in results if status == "accepted"}
            kept = [sent for sent in earlier if sent[1]["id"] in accepted]
            for place in again if kept else ():  # a rejected one would be validated again
                who, one = kept[place % len(kept)]
                send(who, [one])
            return results, facts() | rows()

    def shuffled(acts, order):
        with undone():
            earlier = []
            for number, act in enumerate(acts):
                if act[0] != "settle" and (one := written(cast, act, number, earlier)):
                    earlier.append((act[1], one))
            order.shuffle(earlier)
            for who, one in earlier * 2:  # what waited for another comes again
                send(who, [one])
            for act in acts:
                if act[0] == "settle":
                    decide(act)

    perform.shuffled, perform.checks = shuffled, {"each": check}
    return perform


def rows():
    """Return the rows of what is changed, without serial numbers."""
    return {table: sorted(repr(row) for row in table.select(*columns).tuples())
            for table, columns in ((Change, (Change.id, Change.state, Change.flag, Change.receipt)),
                                   (LivePeriod, (LivePeriod.visit, LivePeriod.since,
                                                 LivePeriod.until)),
                                   (Receipt, (Receipt.id, Receipt.status, Receipt.number)))}


def check(cast):
    """Assert that the counts equal the facts, and the live versions the definition."""
    assert differences(cast.an_phu) == []
    live = live_versions()
    assert {visit.id for visit in Visit.live()} == live
    for table in (Step, Filing, Consent):
        assert {(row.visit_id in live, row.is_live) for row in table.select()
                if row.visit_id} <= {(True, True), (False, False)}
    periods = {row.visit_id: row.until for row in LivePeriod.select().order_by(LivePeriod.id)}
    assert {id for id, until in periods.items() if until is None} == live & periods.keys()
    assert_names_have_consent()


def live_versions():
    """Return the live versions (ids), read literally from the definition."""
    changes = list(Change.select())
    maker = {change.correction_id: change for change in changes if change.correction_id}

    def before(id):
        while id in maker:
            id = maker[id].visit_id
            yield id

    def counts(id):
        return all(maker[one].state == "effective" for one in (id, *before(id)) if one in maker)

    def is_struck(id):
        return any(change.state == "effective" and (
            change.visit_id == id or not change.correction_id and id in before(change.visit_id))
            for change in changes)

    return {id for id, in Visit.select(Visit.id).tuples() if counts(id) and not is_struck(id)}


def assert_names_have_consent():
    """Assert that every step and filing by name has a live answer that allows it."""
    answers = defaultdict(list)
    for one in Consent.select().where(Consent.is_live).order_by(
            Consent.asked_at, Consent.receipt, Consent.id):
        answers[one.resident_id].append((one.asked_at, one.given))
    for table in (Step, Filing):
        for row in table.select(table, Visit).join(Visit).where(
                table.resident.is_null(False), table.is_live):
            said = [given for asked_at, given in answers[row.resident_id]
                    if minute(asked_at) <= minute(row.visit.happened_at)]
            assert said and said[-1], (table, row.resident_id)


def test_changes_leave_every_count_equal_to_its_facts_however_they_are_cut(run):
    @often(40, 2000)
    @given(acts=ACTS, cuts=some.sets(some.integers(1, 9)), again=some.lists(TARGET, max_size=2))
    def property(acts, cuts, again):
        alone = run(acts, range(len(acts)))
        assert_equal(run(acts, ()), alone)
        assert_equal(run(acts, cuts), alone)
        assert_equal(run(acts, cuts, again=again), alone)

    property()


def test_changes_of_several_visits_in_one_run_equal_those_one_by_one(run, monkeypatch):
    sizes = []
    write = changes.write
    monkeypatch.setattr(changes, "write", lambda tx, pendings: (
        sizes.append(len(pendings)), write(tx, pendings)))

    @often(40, 2000)
    @given(acts=SPREAD_ACTS, cuts=some.sets(some.integers(1, 12)))
    def property(acts, cuts):
        alone = run(acts, range(len(acts)))
        assert_equal(run(acts, {len(FAMILIES)}), alone)
        assert_equal(run(acts, cuts), alone)

    property()
    assert sum(size > 1 for size in sizes) > 20  # so many runs had several changes


def test_changes_in_any_order_leave_every_count_equal_to_its_facts(run):
    @often(25, 1500)
    @given(acts=ACTS, order=some.randoms(use_true_random=False))
    def property(acts, order):
        run.shuffled(acts, order)

    property()


def test_counts_as_of_each_receipt_are_what_they_were(cast, run, monkeypatch):
    history = {}

    def remember(cast, check=check):
        check(cast)
        receipt = Counter.get_by_id(cast.an_phu.id).receipt
        history[receipt] = stored(Tally, cast.an_phu.id), marks()

    def compare(cast):
        remember(cast)
        if Resident.select().where(Resident.lost_name).exists():
            return  # they count without a name since
        for receipt, (tallies, marked) in history.items():
            found = counts_from_facts.distinct_marks(cast.an_phu.id, receipt)
            assert {*found.items()} == marked, receipt
            assert counts_from_facts.tallies(cast.an_phu.id, found, receipt) == tallies, receipt

    monkeypatch.setitem(run.checks, "each", compare)

    @often(40, 2000)
    @given(acts=ACTS, cuts=some.sets(some.integers(1, 9)))
    def property(acts, cuts):
        history.clear()
        run(acts, cuts)

    property()


def marks():
    """Return the stored marks of all communes, each with its village."""
    return {((period, indicator, bytes(entity)), village) for period, indicator, entity, village in
            DistinctMark.select(DistinctMark.period, DistinctMark.indicator, DistinctMark.entity,
                                DistinctMark.village_id).tuples()}


def assert_equal(found, wanted):
    """Assert equal results, then equal rows of each table."""
    assert found[0] == wanted[0]
    for table, of_table in wanted[1].items():
        assert found[1][table] == of_table, table
