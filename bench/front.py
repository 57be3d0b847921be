"""TLS and HTTP/2 before the server, as a proxy gives them in production: nghttpx of Debian."""

import base64
import datetime
import hashlib
import ipaddress
import shutil
import socket
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser import waiting

from .dataset import scratch
from .server import free_port

HOST = "127.0.0.1"


class Front:
    """A proxy with a certificate of its own, for the time of a `with`.

    `requests` counts what it passed on; RuntimeError without the package `nghttp2-proxy`.
    """

    def __init__(self, target):
        if shutil.which("nghttpx") is None:
            raise RuntimeError("no nghttpx: install the package nghttp2-proxy")
        self.target, self.folder, self.port = target, scratch("front"), free_port()
        self.address = HOST, self.port

    def __enter__(self):
        self.log = self.folder / "access.log"
        self.arguments = [f"--ignore-certificate-errors-spki-list={self._certify()}"]
        host, port = self.target
        self.process = subprocess.Popen([
            "nghttpx", f"--frontend={HOST},{self.port}", f"--backend={host},{port}", "--workers=1",
            f"--accesslog-file={self.log}", f"--errorlog-file={self.folder / 'errors.log'}",
            "--conf=/dev/null", str(self.folder / "key.pem"), str(self.folder / "certificate.pem")])
        waiting.until(self._listens, "nghttpx does not listen")
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(10)

    @property
    def requests(self):
        """Return how many requests it has answered."""
        return len(self.log.read_text().splitlines())

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    def _certify(self):
        """Write a key and its certificate; return the fingerprint that the browser is to trust."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=7))
            .add_extension(x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
            .sign(key, hashes.SHA256()))
        (self.folder / "key.pem").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        (self.folder / "certificate.pem").write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(public).digest()).decode()
