"""The command line: `flask --app app …`, each subject's commands registered here."""

from importlib import import_module

from flask import Flask

SUBJECTS = ("teamapp.backup.commands", "teamapp.daily", "teamapp.demo",
            "teamapp.imports.commands", "teamapp.members.commands", "teamapp.sealing",
            "teamapp.tallies.commands")


def init_app(app: Flask) -> None:
    """Register the commands of every subject; each command runs with an open database."""
    for subject in SUBJECTS:
        import_module(subject).register(app)
