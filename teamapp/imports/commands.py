"""`flask --app app catalog` and `… households import`: lists brought in from the command line."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from .. import clock, text
from ..models import Commune, Language, UnitType, Village
from ..models.village_names import Villages
from ..spreadsheet import UnreadableFile
from .catalog import load_catalogues
from .households import Plan, import_households
from .parsed import Sheet
from .sheet import read_sheet

households = AppGroup("households", help="The households of a commune.")


def register(app: Flask) -> None:
    app.cli.command("catalog")(catalog)
    app.cli.add_command(households)


def catalog() -> None:
    """Load the catalogues that ship with the program; loading again changes nothing."""
    for file, rows in load_catalogues().items():
        click.echo(f"{file}: {rows}")


@households.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commune", required=True, help="Five-digit code of the commune.")
@click.option("--village", required=True, help="Code of the village in the commune.")
def import_file(file: Path, commune: str, village: str) -> None:
    """Add a village head's list (CSV, XLSX, XLS, ODS) to a village, in one transaction."""
    place = find_village(commune, village)
    villages = Villages(Village.select(Village, UnitType).join(UnitType).where(
        Village.commune == place.commune_id))
    try:
        sheet = read_sheet(file, clock.today().year, known_languages(), villages, place.id)
    except UnreadableFile as error:
        raise click.ClickException(str(error)) from error
    for remark in sheet.remarks:
        click.echo(remark)
    plan = import_households(sheet, place)
    print_lines(sheet, plan.outcomes)
    print_sums(plan, place)
    if sheet.refused:
        click.echo(_("%(n)s dòng chưa ghi, lý do ở trên: sửa trong tệp rồi nhập lại cả tệp.",
                     n=len(sheet.refused)))


def find_village(commune_code: str, village_code: str) -> Village:
    """Return the village; raise ClickException for an unknown or closed one."""
    commune = Commune.get_or_none(Commune.code == commune_code)
    if commune is None:
        raise click.ClickException(_("Không có xã mang mã %(code)s.", code=commune_code))
    village = Village.get_or_none(Village.commune == commune, Village.code == village_code)
    if village is None:
        raise click.ClickException(_("%(commune)s không có thôn, ấp mang mã %(code)s.",
                                     commune=commune.name, code=village_code))
    if village.closed_on:
        raise click.ClickException(_("%(village)s đã đóng.", village=village.label))
    return village


def known_languages() -> dict[str, str]:
    """Return the languages' codes by their folded names, without “tiếng” and spaces."""
    return {text.fold(name).removeprefix("tieng ").replace(" ", ""): code
            for code, name in Language.select(Language.code, Language.name).tuples()}


def print_lines(sheet: Sheet, outcomes: dict[int, str]) -> None:
    """Print the outcome of every line of the file, in its order."""
    refused = {line: _("chưa ghi: %(why)s", why=why) for line, why in sheet.refused.items()}
    fates = sheet.skipped | outcomes | refused
    for line in sorted(fates.keys() | sheet.notes.keys()):
        words = "; ".join(filter(None, (fates.get(line), sheet.notes.get(line))))
        click.echo(_("dòng %(line)s: %(fate)s", line=line, fate=words))


def print_sums(plan: Plan, village: Village) -> None:
    new_people = sum(map(len, plan.new_people.values())) + sum(
        len(listed.people) for listed, _number in plan.new_households)
    if plan.is_empty:
        click.echo(_("%(village)s đã có đủ danh sách này: không thay đổi gì.",
                     village=village.label))
        return
    click.echo(_("%(village)s: thêm %(houses)s hộ, %(people)s người; đã có %(known_houses)s hộ, "
                 "%(known_people)s người.", village=village.label,
                 houses=len(plan.new_households), people=new_people,
                 known_houses=plan.known_households, known_people=plan.known_people))
