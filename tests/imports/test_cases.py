"""Lists as village heads really keep them; `expected.json` beside them says what is right."""

import json
from pathlib import Path

import pytest

from teamapp import text
from teamapp.models import Household, Resident, Village

pytestmark = pytest.mark.once  # the result does not depend on the database

CASES = Path("tests/data/imports")
EXPECTED = json.loads((CASES / "expected.json").read_text("utf-8"))
NAMES = {"BA": ("thon", "Bình An"), "BH": ("thon", "Bình Hòa"), "T2": ("thon", "2")}


@pytest.fixture
def bring_in(app, cast):
    """Return a function that imports a file of the cases and returns the exit code and output."""
    for position, (code, (unit, name)) in enumerate(NAMES.items(), 10):
        cast.village(cast.an_phu, code, unit, name, position)

    def run(file, village):
        result = app.test_cli_runner().invoke(args=[
            "households", "import", str(CASES / file), "--commune", "99001", "--village", village])
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return result.exit_code, result.output

    return run


def stored(code):
    """Return the households of a village, each with its people, as `expected.json` names them."""
    village = Village.get(Village.code == code, Village.name == NAMES[code][1])
    return [{"head": one.head, "number": one.number, "phone": one.phone, "cluster": one.cluster,
             "poverty": one.poverty, "language": one.language_id,
             "people": list(one.residents.order_by(Resident.position).select(
                 Resident.name, Resident.birth_year, Resident.sex).dicts())}
            for one in Household.select().where(Household.village == village)]


def is_as(found, wanted):
    """Compare a value with what is named of it; lists in any order."""
    if isinstance(wanted, list):
        left = list(found)
        for one in wanted:
            match = next((other for other in left if is_as(other, one)), None)
            if match is None:
                return False
            left.remove(match)
        return not left
    if isinstance(wanted, dict):
        return all(one in found.get("cluster", "") if key == "cluster" else is_as(found[key], one)
                   for key, one in wanted.items())
    return found == wanted


def says(output, groups):
    folded = text.fold(output)
    return all(any(text.fold(word) in folded for word in words) for words in groups)


def is_met(right, code, output, households):
    if "households" in right:
        return code == 0 and is_as(households, right["households"]) and says(
            output, right.get("says", ()))
    return not households and says(output, right["words"])


@pytest.mark.parametrize("case", [case for case in EXPECTED["files"] if not case.get("part")],
                         ids=lambda case: case["file"])
def test_list_is_read_as_a_person_reads_it(bring_in, case):
    for earlier in case.get("before", ()):
        assert bring_in(earlier, case["village"])[0] == 0
    before = stored(case["village"])
    code, output = bring_in(case["file"], case["village"])
    after = stored(case["village"])
    if code and before == after:
        after = []  # nothing was written
    assert any(is_met(right, code, output, after) for right in case["right"]), (output, after)
