"""The keys of a backup, and its compressed and encrypted form."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
from flask_babel import gettext as _

from .files import BackupError


def new_key() -> tuple[str, str]:
    """Return a new (public, private) pair of keys in age's notation."""
    private = pyrage.x25519.Identity.generate()
    return str(private.to_public()), str(private)


def read_key(reader: Callable[[str], Any], spelled: str) -> Any:
    try:
        return reader(spelled.strip())
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise BackupError(_("Khóa không đúng. Chép lại nguyên dòng khóa.")) from None


def key_line(content: bytes) -> str:
    """Return the key's line of a key file in UTF-8 or UTF-16, or ""."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = map(str.strip, content.decode(coding, "replace").splitlines())
    return next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")


def pack(plain: Path, packed: Path) -> None:
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def encrypt(packed: Path, draft: Path, key: Any) -> None:
    """Encrypt a file; raise one of IO_ERRORS if any of its bytes cannot be written.

    pyrage's encrypt_file is not used: it ignores an error on writing the last bytes.
    """
    with packed.open("rb") as source, draft.open("wb") as target:
        pyrage.encrypt_io(source, target, [key])


def unpack(file: Path, key: Any, packed: Path, plain: Path) -> None:
    try:
        pyrage.decrypt_file(str(file), str(packed), [key])
        with gzip.open(packed, "rb") as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (pyrage.DecryptError, OSError, EOFError) as error:
        raise BackupError(_("Không mở được bản sao: sai khóa, tệp hỏng, hoặc đĩa đầy (%(why)s).",
                            why=error)) from error
