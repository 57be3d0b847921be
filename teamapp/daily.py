"""`flask --app app daily`: what time makes due; cron runs it once a day."""

import click
from flask import Flask
from flask_babel import gettext as _

from .db import transaction
from .models import RejectedEntry


def register(app: Flask) -> None:

    @app.cli.command("daily")
    def daily() -> None:
        """Delete what is kept for a time only; a repeat changes nothing."""
        with transaction():
            count = RejectedEntry.delete_settled()
        click.echo(_("Đã xóa %(n)s lượt xã chưa nhận, xem xong quá 90 ngày.", n=count))
