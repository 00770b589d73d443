"""The demonstration certificate: made at first use, self-signed, and called what it is."""

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEMO_NAME = "DEMO seal of Varuh, self-signed, proves no identity"
LIFE = timedelta(days=5 * 365)


def read_or_create_demo_seal(path: Path, *, now: datetime) -> bytes:
    """Return the PEM text of the demonstration key and certificate in `path`, making the file
    (0600) at first use.

    Two processes that start together end with the same file: the first link wins, the other reads
    it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".demo-seal-") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(_make(now))
            file.flush()
            os.fsync(file.fileno())
            # Another process may have been first: then its file counts.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes()


def is_demo(common_name: str) -> bool:
    """Return whether the certificate's common name is the demonstration's."""
    return common_name == DEMO_NAME


def _make(now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Demonstration only"),
            x509.NameAttribute(NameOID.COMMON_NAME, DEMO_NAME),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
