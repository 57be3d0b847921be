"""The command line: `flask --app app …`, each subject's commands registered here."""

from importlib import import_module

SUBJECTS = ("teamapp.backup.commands", "teamapp.demo", "teamapp.imports.commands",
            "teamapp.sealing", "teamapp.tallies.commands")


def init_app(app):
    """Register every subject's commands; each runs with the database open."""
    for subject in SUBJECTS:
        import_module(subject).register(app)
