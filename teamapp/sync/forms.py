"""Forms for an outbox file and for the settlement of a rejected entry."""

import json
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import UnprocessableEntity
from wtforms import HiddenField
from wtforms.validators import ValidationError

from .batch import MOST_BYTES
from .sent_entry import read_entry

MOST_LINES = 2000  # twice as many as phones write in MOST_BYTES; short lines cost as much time
NO_FILE_OF_OURS = _("Đây không phải tệp lưu từ sổ này, hoặc tệp đã hỏng. Trên máy, mở Gửi về xã, "
                    "bấm Lưu ra tệp rồi chọn lại.")
TOO_LARGE = _("Tệp lớn quá. Mỗi tệp nhiều nhất 512 KB và 2.000 lượt.")


class OutboxFileForm(FlaskForm):
    """The file a phone saves of its outbox: {v, user, entries}."""

    file = FileField(_("Tệp lưu từ máy"), [FileRequired(_("Chọn tệp đã lưu từ máy."))])

    def validate_file(self, field: FileField) -> None:
        """Set `author_id`, `entries` and `labels`, or raise ValidationError with the reason."""
        text = field.data.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValidationError(TOO_LARGE)
        try:
            sent = json.loads(text)
            if sent["v"] != 1 or type(sent["user"]) not in (str, int):
                raise ValueError
            lines = [line for line in sent["entries"] if not line.get("replaced_by")]
            self.author_id = int(sent["user"])
            self.entries = [read_entry(line) for line in lines]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError,
                UnprocessableEntity):
            raise ValidationError(NO_FILE_OF_OURS) from None
        if len(lines) > MOST_LINES:
            raise ValidationError(TOO_LARGE)
        self.labels = [label_of(line) for line in lines]
        if not lines:
            raise ValidationError(_("Tệp không có lượt nào chưa gửi."))


class SeenForm(FlaskForm):
    """The settlement of a rejected entry; `next` is the page to return to."""

    next = HiddenField()


def label_of(line: dict[str, Any]) -> str:
    """Return the label the phone gave an entry: at most 200 characters, valid UTF-8."""
    label = line.get("label")
    return label[:200].encode("utf-8", "replace").decode() if isinstance(label, str) else ""
