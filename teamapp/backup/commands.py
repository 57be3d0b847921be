"""`flask --app app backup`, `restore`, `backup-key`, `new-epoch`."""

from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask_babel import gettext as _

from .. import clock
from ..db import transaction
from ..models import Installation
from .copies import BROKEN_OFF, Unfit, fresh_key, restore_from, write_copy

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(app):
    """Register the commands of the backup."""
    for name, command in (("backup", backup), ("restore", restore), ("backup-key", backup_key),
                          ("new-epoch", new_epoch)):
        app.cli.command(name)(command)


def backup_key():
    """Print a new pair of keys, as a file that age and `restore` read: to lock, and to open."""
    public, private = fresh_key()
    click.echo("# " + _("BACKUP_KEY (khóa để niêm, đặt trên máy chủ): %(key)s", key=public))
    click.echo("# " + _("Khóa để mở, cất ở nơi khác, đừng để trên máy chủ:"))
    click.echo(private)


@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def backup(folder):
    """Write a checked and encrypted copy of the database into FOLDER, while it is being used."""
    target = folder / f"tungnha-{clock.local(clock.now()):%Y-%m-%dT%H%M%S}.db.gz.age"
    with said():
        visits = write_copy(current_app.extensions["config"], target)
    click.echo(_("%(file)s: %(visits)s lượt, đã kiểm, đã mã hóa.", file=target, visits=visits))


@click.argument("file", type=A_FILE)
@click.option("--key", "key_file", required=True, type=A_FILE,
              help="A file with the key that opens backups.")
@click.option("--replace", is_flag=True, help="Put the database that is there aside.")
def restore(file, key_file, replace):
    """Put a backup in the place of the database that is not being served."""
    with said():
        visits, aside = restore_from(current_app.extensions["config"], file, key_file, replace)
    if aside:
        click.echo(_("Sổ cũ để ở %(file)s.", file=aside))
    click.echo(_("Đã lấy lại %(visits)s lượt. Điện thoại sẽ tự gửi lại phần còn thiếu.",
                 visits=visits))


def new_epoch():
    """Let every phone send again what it sent in the last 30 days: after a restore."""
    with transaction():
        epoch = Installation.renew_epoch()
    click.echo(epoch)


@contextmanager
def said():
    """Turn a reason why a backup cannot be made or used into the command's own words."""
    try:
        yield
    except Unfit as error:
        raise click.ClickException(str(error)) from None
    except BROKEN_OFF as error:
        raise click.ClickException(_("Bỏ dở: %(why)s.", why=error)) from error
