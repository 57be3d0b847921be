"""`flask --app app tallies check`: recount from the facts, compare and repair."""

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from ..counting import reconciliation
from ..db import snapshot
from ..models import Commune

tallies = AppGroup("tallies", help="The counts the board is made of.")


def register(app: Flask) -> None:
    app.cli.add_command(tallies)


@tallies.command()
@click.option("--repair", is_flag=True, help="Also write what was counted.")
def check(repair: bool) -> None:
    """Recount every commune, print the differences and exit with 1 if there are any."""
    wrong = 0
    communes = list(Commune.select().order_by(Commune.code))
    for commune in communes:
        with snapshot():  # other processes continue to write
            differences = reconciliation.differences(commune)
        wrong += len(differences)
        for difference in differences:
            click.echo(f"{commune.code} {difference}")
        if differences and repair:
            with commune.write():
                reconciliation.rebuild(commune)
            click.echo(_("%(code)s: đã đếm lại.", code=commune.code))
    if wrong and not repair:
        raise click.exceptions.Exit(1)
    if wrong:
        return
    click.echo(_("%(n)s xã: mọi con số đúng với sổ.", n=len(communes)))


@tallies.command()
def rebuild() -> None:
    """Replace every commune's counts by a recount of its facts."""
    for commune in Commune.select().order_by(Commune.code):
        with commune.write():
            reconciliation.rebuild(commune)
        click.echo(_("%(code)s: đã đếm lại.", code=commune.code))
