"""Envelopes: entries a phone encrypts to this server, and the proof of their author.

HPKE (RFC 9180), base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The phone's half
is `seal` in static/js/outbox/sealing.js.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from .config import Config, ConfigurationError, read_or_create

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
INFO = b"tungnha-envelope-1"
WRITTEN = re.compile(r"([A-Za-z0-9_-]{1,16}):([A-Za-z0-9_-]{43}=?)")


class UnknownKey(LookupError):
    """The server has no key of this name; the operator may still add it."""


class Claim(NamedTuple):
    """What a proof states: a sign-in, its user, and when it began."""

    session_id: str
    user_id: int
    signed_in_at: datetime


class Key:
    """A private key of the server and its id."""

    def __init__(self, kid: str, scalar: bytes) -> None:
        self.kid = kid
        self._prover = hashlib.sha256(b"tungnha-proof-1 " + scalar).digest()  # HMAC only
        self._private = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())

    @classmethod
    def read(cls, written: str) -> Self:
        """Parse “kid:base64”; raise ValueError for any other text."""
        found = WRITTEN.fullmatch(written)
        if not found:
            raise ValueError("not kid:base64")
        return cls(found[1], base64.urlsafe_b64decode(f"{found[2].rstrip('=')}="))

    @property
    def public(self) -> str:
        """Return the public key as the uncompressed point in base64url."""
        point = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    def open(self, sealed: bytes) -> bytes:
        """Decrypt an envelope; raise ValueError if it is not sealed to this key."""
        try:
            return SUITE.decrypt(sealed, self._private, info=INFO)
        except InvalidTag:
            raise ValueError("not sealed to this key") from None

    def proof(self, claim: Claim) -> str:
        """Return a claim with its authentication code, to be verified by `proven`."""
        said = f"{claim.session_id}.{claim.user_id}.{int(claim.signed_in_at.timestamp())}"
        return f"{said}.{self._code(said)}"

    def proven(self, proof: str) -> Claim | None:
        """Return the claim of a proof issued by this server, else None."""
        said, _, code = proof.rpartition(".")
        if not proof.isascii() or not hmac.compare_digest(self._code(said), code):
            return None
        session_id, user_id, *rest = said.split(".")
        if not rest:  # of a server that did not state when the sign-in began
            return None
        return Claim(session_id, int(user_id), datetime.fromtimestamp(int(rest[0]), UTC))

    def _code(self, said: str) -> str:
        return hmac.digest(self._prover, said.encode(), "sha256").hex()


class Keys:
    """All keys of the server: phones get the first, the others still decrypt."""

    def __init__(self, written: str) -> None:
        keys = [Key.read(one) for one in written.split()]
        self.current, self._known = keys[0], {key.kid: key for key in keys}
        if len(self._known) < len(keys):
            raise ValueError("a name stands twice")

    def named(self, kid: str) -> Key:
        """Return the key with this id; raise UnknownKey."""
        if kid not in self._known:
            raise UnknownKey(kid)
        return self._known[kid]


def new_key() -> str:
    """Generate a key in the format of SEALING_KEYS."""
    scalar = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    kid = secrets.token_hex(4)
    return f"{kid}:{base64.urlsafe_b64encode(scalar.to_bytes(32)).decode().rstrip('=')}"


def init_app(app: Flask, config: Config) -> None:
    """Read SEALING_KEYS; without the setting, generate a key in var/ at the first start."""
    written = config.sealing_keys or read_or_create(config.var / "sealing_key", new_key)
    try:
        app.extensions["sealing"] = Keys(written)
    except (ValueError, IndexError):
        raise ConfigurationError("SEALING_KEYS is not understood: set “kid:key kid:key …” as "
                                 "`flask --app app sealing-key` prints them.") from None


def register(app: Flask) -> None:

    @app.cli.command("sealing-key")
    def sealing_key() -> None:
        """Print a new key, to be put first in SEALING_KEYS."""
        print(new_key())
