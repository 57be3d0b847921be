"""Envelopes: what a phone seals for this server alone, and the proof of who sealed it.

HPKE (RFC 9180), base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The phone's half
is `seal` in static/js/outbox/sealing.js.
"""

import base64
import hashlib
import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .config import Refusal, own_file

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
INFO = b"tungnha-envelope-1"
WRITTEN = re.compile(r"([A-Za-z0-9_-]{1,16}):([A-Za-z0-9_-]{43}=?)")


class UnknownKey(LookupError):
    """This server has no such key: it may yet be given it."""


class Key:
    """One of the server's keys, with the name phones call it by."""

    def __init__(self, kid, scalar):
        self.kid = kid
        self._prover = hashlib.sha256(b"tungnha-proof-1 " + scalar).digest()  # a key of its own
        self._private = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())

    @classmethod
    def read(cls, written):
        """Return the key of “kid:base64”, or raise ValueError."""
        found = WRITTEN.fullmatch(written)
        if not found:
            raise ValueError("not kid:base64")
        return cls(found[1], base64.urlsafe_b64decode(f"{found[2].rstrip('=')}="))

    @property
    def public(self):
        """Return the public key as phones read it: the uncompressed point in base64url."""
        point = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    def open(self, sealed):
        """Return what was sealed to this key, or raise ValueError."""
        try:
            return SUITE.decrypt(sealed, self._private, info=INFO)
        except InvalidTag:
            raise ValueError("not sealed to this key") from None

    def proof(self, session_id, user_id):
        """Return what shows this server later that a phone was signed in as this person."""
        said = f"{session_id}.{user_id}"
        return f"{said}.{hmac.digest(self._prover, said.encode(), 'sha256').hex()}"

    def proven(self, proof):
        """Return (session id, user id) of a proof that this server gave, else None."""
        session_id, _, rest = proof.partition(".")
        user_id = rest.partition(".")[0]
        is_ours = proof.isascii() and user_id.isdecimal() and hmac.compare_digest(
            self.proof(session_id, user_id).encode(), proof.encode())
        return (session_id, int(user_id)) if is_ours else None


class Keys:
    """All keys of the server: the first is given to phones, the others still open."""

    def __init__(self, written):
        keys = [Key.read(one) for one in written.split()]
        self.current, self._known = keys[0], {key.kid: key for key in keys}
        if len(self._known) < len(keys):
            raise ValueError("a name stands twice")

    def named(self, kid):
        """Return the key of a name, or raise UnknownKey."""
        if kid not in self._known:
            raise UnknownKey(kid)
        return self._known[kid]


def new_key():
    """Return a new key, as it is written in the setting or the file."""
    scalar = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    kid = secrets.token_hex(4)
    return f"{kid}:{base64.urlsafe_b64encode(scalar.to_bytes(32)).decode().rstrip('=')}"


def init_app(app, config):
    """Read the server's keys, or make its own at the first start."""
    written = config.sealing_keys or own_file(config.var / "sealing_key", new_key)
    try:
        app.extensions["sealing"] = Keys(written)
    except (ValueError, IndexError):
        raise Refusal("SEALING_KEYS is not understood: set “kid:key kid:key …” as "
                      "`flask --app app sealing-key` prints them.") from None


def register(app):
    """Add the command to the app's command line."""

    @app.cli.command("sealing-key")
    def sealing_key():
        """Print a new key, to be put first in SEALING_KEYS."""
        print(new_key())
