"""`flask --app app tallies check`: count everything again from the facts and compare."""

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from ..counting import reconciliation
from ..db import snapshot
from ..models import Commune

tallies = AppGroup("tallies", help="The counts the board is made of.")


def register(app):
    """Register the commands of the tallies."""
    app.cli.add_command(tallies)


@tallies.command()
def check():
    """Count every commune again; print what differs, and then end with 1."""
    wrong = 0
    communes = list(Commune.select().order_by(Commune.code))
    for commune in communes:
        with snapshot():  # others go on writing
            differences = reconciliation.differences(commune)
        wrong += len(differences)
        for difference in differences:
            click.echo(f"{commune.code} {difference}")
    if wrong:
        raise click.exceptions.Exit(1)
    click.echo(_("%(n)s xã: mọi con số đúng với sổ.", n=len(communes)))


@tallies.command()
def rebuild():
    """Make every commune's counts what its facts say."""
    for commune in Commune.select().order_by(Commune.code):
        with commune.write():
            reconciliation.rebuild(commune)
        click.echo(_("%(code)s: đã đếm lại.", code=commune.code))
