"""The seal's certificates and keys, read from their files. Knows PEM and X.509, no signing
library.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import keys, pem, x509

from records.documents.certificates import read_or_create_demo_seal
from records.documents.errors import SealNotConfigured
from records.documents.seals import SealSettings


def certificate_and_key(
    seal: SealSettings, now: datetime
) -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
    """Return the certificate and the key that seal; the demonstration's are made at first use."""
    if seal.provider == "demo":
        text = read_or_create_demo_seal(Path(seal.demo_file), now=now)
        return _parse_certificates(text)[0], _parse_key(text, "the demo seal")
    if seal.provider != "file":
        raise SealNotConfigured(setting="VARUH_SEAL_PROVIDER")
    certificate = read_certificates(seal.certificate_file, "VARUH_SEAL_CERTIFICATE_FILE")[0]
    return certificate, _parse_key(
        _read(seal.key_file, "VARUH_SEAL_KEY_FILE"), "VARUH_SEAL_KEY_FILE"
    )


def trusted_certificates(seal: SealSettings) -> list[x509.Certificate]:
    """Return the certificates whose seals are known here: the configured one and the trust
    roots.
    """
    own = seal.demo_file if seal.provider == "demo" else seal.certificate_file
    known = _parse_certificates(Path(own).read_bytes())[:1] if Path(own).is_file() else []
    if seal.trust_roots_file:
        known += read_certificates(seal.trust_roots_file, "VARUH_TRUST_ROOTS_FILE")
    return known


def extra_certificates(seal: SealSettings) -> Iterable[x509.Certificate]:
    """Return the chain behind the signer's certificate (after the first in the file)."""
    if seal.provider == "demo":
        return []
    return read_certificates(seal.certificate_file, "VARUH_SEAL_CERTIFICATE_FILE")[1:]


def _read(path: str, setting: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        raise SealNotConfigured(setting=setting) from None


def read_certificates(path: str, setting: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, at least one; raise SealNotConfigured naming the
    setting.
    """
    found = _parse_certificates(_read(path, setting))
    if not found:
        raise SealNotConfigured(setting=setting)
    return found


@lru_cache(maxsize=16)
def _pem_blocks(text: bytes) -> tuple[tuple[str, bytes], ...]:
    try:
        return tuple((kind, der) for kind, _, der in pem.unarmor(text, multiple=True))
    except ValueError:
        return ()


def _parse_certificates(text: bytes) -> list[x509.Certificate]:
    return [x509.Certificate.load(der) for kind, der in _pem_blocks(text) if kind == "CERTIFICATE"]


def _parse_key(text: bytes, setting: str) -> keys.PrivateKeyInfo:
    blocks = [der for kind, der in _pem_blocks(text) if kind == "PRIVATE KEY"]
    if len(blocks) != 1:
        raise SealNotConfigured(setting=setting, expected="one unencrypted PKCS#8 key in PEM")
    return keys.PrivateKeyInfo.load(blocks[0])
