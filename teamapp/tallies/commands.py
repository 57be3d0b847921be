"""`flask --app app tallies check`: count everything again from the facts and compare."""

import click


def register(app):
    """Register the commands of the tallies."""
    app.cli.add_command(tallies)


@click.group()
def tallies():
    """The counts the board is made of."""
