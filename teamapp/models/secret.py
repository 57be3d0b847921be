"""PINs and passwords: how they are stored, and which are rejected."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .. import text

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_secret(secret: str) -> str:
    """Return the argon2id hash of a PIN or password, normalised to NFC."""
    return hasher.hash(unicodedata.normalize("NFC", secret))


def is_secret_of(secret_hash: str, secret: str) -> bool:
    """Verify a PIN or password against its hash."""
    try:
        return hasher.verify(secret_hash, unicodedata.normalize("NFC", secret))
    except (VerificationError, InvalidHashError):
        return False


def check_pin(pin: str) -> None:
    """Raise ValueError unless it is a PIN of 6 digits that is hard to guess."""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise ValueError("Mã PIN gồm đúng 6 chữ số.")
    if len(set(pin)) < 3 or pin in "01234567890" or pin in "09876543210":
        raise ValueError("Mã PIN này dễ đoán quá, chọn số khác.")


def check_password(password: str) -> None:
    """Raise ValueError unless it has 10 to 200 characters and no control character."""
    if not 10 <= len(password) <= 200:
        raise ValueError("Mật khẩu dài từ 10 đến 200 ký tự.")
    if not text.is_clean(password):
        raise ValueError("Mật khẩu có ký tự không gõ được.")
