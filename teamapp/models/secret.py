"""PINs and passwords: how they are kept, and which are rejected."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .. import text

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_secret(secret):
    """Return the argon2id hash of a PIN or password, the same however its accents are typed."""
    return hasher.hash(unicodedata.normalize("NFC", secret))


def is_secret_of(secret_hash, secret):
    """Tell whether this is the PIN or password that was hashed."""
    try:
        return hasher.verify(secret_hash, unicodedata.normalize("NFC", secret))
    except (VerificationError, InvalidHashError):
        return False


def check_pin(pin):
    """Refuse what is no PIN, or one of the first a stranger would try."""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise ValueError("Mã PIN gồm đúng 6 chữ số.")
    if len(set(pin)) < 3 or pin in "01234567890" or pin in "09876543210":
        raise ValueError("Mã PIN này dễ đoán quá, chọn số khác.")


def check_password(password):
    """Refuse a password that is short, without end, or not text."""
    if not 10 <= len(password) <= 200:
        raise ValueError("Mật khẩu dài từ 10 đến 200 ký tự.")
    if not text.is_clean(password):
        raise ValueError("Mật khẩu có ký tự không gõ được.")
