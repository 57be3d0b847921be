"""PINs and passwords: how they are stored, verified a few at a time, and which are rejected."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .. import text

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

AT_ONCE = 2  # hashes of one process: one computes, the others wait
COMMON = Path(__file__).with_name("common_secrets.txt")
LEAST_DIFFERENT = 5  # characters of a password

_places, _turn = BoundedSemaphore(AT_ONCE), Lock()


class UnfitSecret(ValueError):
    """A new PIN or password is not taken; the code says why: `session/forms.py` has the words."""


class TooManyAtOnce(Exception):
    """The process hashes as many secrets as it may; another waits on the client."""

    retry_after = 3  # seconds


def hash_secret(secret: str) -> str:
    """Return the argon2id hash of a PIN or password, normalised to NFC."""
    return hasher.hash(unicodedata.normalize("NFC", secret))


def is_secret_of(secret_hash: str, secret: str) -> bool:
    """Verify a PIN or password against its hash; raise TooManyAtOnce rather than wait long."""
    with queued():
        try:
            return hasher.verify(secret_hash, unicodedata.normalize("NFC", secret))
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def queued() -> Iterator[None]:
    """Wait for the processor in a queue so short that threads remain for phones that send."""
    if not _places.acquire(blocking=False):
        raise TooManyAtOnce
    try:
        with _turn:
            yield
    finally:
        _places.release()


@cache
def common_secrets() -> frozenset[str]:
    """Return the secrets that a guesser tries first; the file names its source."""
    lines = COMMON.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def is_run(secret: str) -> bool:
    """Return whether each character follows the one before at the same distance: 135791."""
    modulus = 10 if secret.isdigit() else 0x110000
    return len({(ord(b) - ord(a)) % modulus for a, b in zip(secret, secret[1:])}) == 1


def letters(words: str) -> str:
    """Return the letters and digits of a text, folded."""
    return re.sub(r"[^a-z0-9]", "", text.fold(words))


def check_pin(pin: str) -> None:
    """Raise UnfitSecret unless it is a PIN of 6 digits that is hard to guess."""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise UnfitSecret("pin_digits")
    is_pattern = (pin[:3] in (pin[3:], pin[:2:-1])  # 258258, 258852
                  or pin[::2] == pin[1::2])  # 225588
    if len(set(pin)) < 3 or is_pattern or is_run(pin) or pin in common_secrets():
        raise UnfitSecret("pin_guessable")


def check_password(password: str, known: Iterable[str] = ()) -> None:
    """Raise UnfitSecret unless it has 10 to 200 characters and is hard to guess.

    `known` are words that everybody knows of its person: the name alone is no password.
    """
    if not 10 <= len(password) <= 200:
        raise UnfitSecret("password_length")
    if not text.is_clean(password):
        raise UnfitSecret("password_characters")
    plain = password.lower()
    if letters(plain) in map(letters, known):
        raise UnfitSecret("password_guessable")
    if len(set(plain)) < LEAST_DIFFERENT or is_run(plain) or plain in common_secrets():
        raise UnfitSecret("password_guessable")
