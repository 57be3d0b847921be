"""`flask --app app catalog` and `… households import`: lists brought in from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from .. import clock, text
from ..models import Commune, Language, Village
from .catalog import load_catalogues
from .households import import_households
from .sheet import read_sheet
from .table import Unreadable

households = AppGroup("households", help="The households of a commune.")


def register(app):
    """Register the commands of the imports."""
    app.cli.command("catalog")(catalog)
    app.cli.add_command(households)


def catalog():
    """Load the catalogues that ship with the program; loading again changes nothing."""
    for file, rows in load_catalogues().items():
        click.echo(f"{file}: {rows}")


@households.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commune", required=True, help="Five-digit code of the commune.")
@click.option("--village", required=True, help="Code of the village in the commune.")
def import_file(file, commune, village):
    """Add a village head's list (CSV, XLSX) to a village: all of it, or nothing."""
    place = find_village(commune, village)
    try:
        sheet = read_sheet(file, clock.today().year, known_languages())
    except Unreadable as error:
        raise click.ClickException(str(error)) from error
    for remark in sheet.remarks:
        click.echo(remark)
    if sheet.errors:
        tell_lines(sheet, {house.line: _("đọc được") for house in sheet.houses})
        raise click.ClickException(_("Có %(n)s dòng lỗi. Chưa ghi gì cả: sửa tệp rồi nhập lại.",
                                     n=len(sheet.errors)))
    plan = import_households(sheet, place)
    tell_lines(sheet, plan.fates)
    tell_sum(plan, place)


def find_village(commune_code, village_code):
    """Return the village, or stop with a sentence."""
    commune = Commune.get_or_none(Commune.code == commune_code)
    if commune is None:
        raise click.ClickException(_("Không có xã mang mã %(code)s.", code=commune_code))
    village = Village.get_or_none(Village.commune == commune, Village.code == village_code)
    if village is None:
        raise click.ClickException(_("%(commune)s không có thôn, ấp mang mã %(code)s.",
                                     commune=commune.name, code=village_code))
    return village


def known_languages():
    """Return the languages' codes by their folded names, without “tiếng” and spaces."""
    return {text.fold(name).removeprefix("tieng ").replace(" ", ""): code
            for code, name in Language.select(Language.code, Language.name).tuples()}


def tell_lines(sheet, fates):
    """Print what becomes of every line of the file, in its order."""
    faults = {line: _("lỗi: %(why)s", why=why) for line, why in sheet.errors.items()}
    people = {person.line: _("đọc được") for house in sheet.houses for person in house.people}
    for line, fate in sorted((people | sheet.passed | fates | faults).items()):
        click.echo(_("dòng %(line)s: %(fate)s", line=line, fate=fate))


def tell_sum(plan, village):
    """Print what was added and what was there."""
    new_people = sum(map(len, plan.new_people.values())) + sum(
        len(house.people) for house, _number in plan.new_houses)
    if plan.is_empty:
        click.echo(_("%(village)s đã có đủ danh sách này: không thay đổi gì.",
                     village=village.label))
        return
    click.echo(_("%(village)s: thêm %(houses)s hộ, %(people)s người; đã có %(known_houses)s hộ, "
                 "%(known_people)s người.", village=village.label,
                 houses=len(plan.new_houses), people=new_people,
                 known_houses=plan.known_houses, known_people=plan.known_people))
