"""`flask --app app backup`, `restore`, `backup-key`, `new-epoch`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask_babel import gettext as _

from .. import clock
from ..db import transaction
from ..models import Installation
from .copies import write_copy
from .encryption import new_key
from .files import IO_ERRORS, BackupError
from .restoration import restore_from

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(app: Flask) -> None:
    for name, command in (("backup", backup), ("restore", restore), ("backup-key", backup_key),
                          ("new-epoch", new_epoch)):
        app.cli.command(name)(command)


def backup_key() -> None:
    """Print a new pair of keys as a key file that age and `restore` read."""
    public, private = new_key()
    click.echo("# " + _("BACKUP_KEY (khóa để niêm, đặt trên máy chủ): %(key)s", key=public))
    click.echo("# " + _("Khóa để mở, cất ở nơi khác, đừng để trên máy chủ:"))
    click.echo(private)


@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Write a checked, encrypted copy of the database in use into FOLDER."""
    target = folder / f"tungnha-{clock.local(clock.now()):%Y-%m-%dT%H%M%S}.db.gz.age"
    config = current_app.extensions["config"]
    with errors_as_sentences():
        visits = write_copy(config.database_url, config.backup_key, target)
    click.echo(_("%(file)s: %(visits)s lượt, đã kiểm, đã mã hóa.", file=target, visits=visits))


@click.argument("file", type=A_FILE)
@click.option("--key", "key_file", required=True, type=A_FILE,
              help="A file with the key that opens backups.")
@click.option("--replace", is_flag=True, help="Move an existing database aside.")
def restore(file: Path, key_file: Path, replace: bool) -> None:
    """Put a backup in place of the database; no program may have that open."""
    url = current_app.extensions["config"].database_url
    with errors_as_sentences():
        visits, aside = restore_from(url, file, key_file, replace)
    if aside:
        click.echo(_("Sổ cũ để ở %(file)s.", file=aside))
    click.echo(_("Đã lấy lại %(visits)s lượt. Điện thoại sẽ tự gửi lại phần còn thiếu.",
                 visits=visits))


def new_epoch() -> None:
    """Renew the epoch after a restore: phones send the last 30 days' entries again."""
    with transaction():
        epoch = Installation.renew_epoch()
    click.echo(epoch)


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Raise ClickException in place of the errors of a backup."""
    try:
        yield
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    except IO_ERRORS as error:
        raise click.ClickException(_("Bỏ dở: %(why)s.", why=error)) from error
