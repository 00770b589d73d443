"""A small public-key infrastructure on 127.0.0.1: root, seal authority with OCSP, CRL and a
timestamp authority.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.serving import make_server

from records.documents.seals import SealSettings

NAMES = ("root", "authority", "seal", "other", "stamps", "responder")

CONFIG = (Path(__file__).parent / "pki.yaml").read_text()


@dataclass(frozen=True)
class Pki:
    """Where the test infrastructure stands."""

    folder: Path
    timestamp_url: str

    def settings(self, **changes: str) -> SealSettings:
        """Return seal settings that use it, B-LTA by default."""
        chosen = {
            "provider": "file",
            "certificate_file": str(self.folder / "seal-chain.crt"),
            "key_file": str(self.folder / "seal.key"),
            "timestamp_url": self.timestamp_url,
            "trust_roots_file": str(self.folder / "root.crt"),
        }
        return SealSettings(**{**chosen, **changes})


def make_keys(folder: Path) -> None:
    """Write one P-256 key per name."""
    for name in NAMES:
        text = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.key").write_bytes(text)


@contextmanager
def running_pki(folder: Path) -> Iterator[Pki]:
    """Serve the infrastructure on a free port until the block ends."""
    make_keys(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = CertomancerConfig.from_yaml(
        CONFIG.format(port=port, folder=folder), key_search_dir=str(folder)
    )
    architecture = config.get_pki_arch(ArchLabel("city"))
    pems = {name: _pem(architecture.get_cert(CertLabel(name)).dump()) for name in NAMES}
    for name, text in pems.items():
        (folder / f"{name}.crt").write_bytes(text)
    (folder / "seal-chain.crt").write_bytes(pems["seal"] + pems["authority"])
    animator = Animator(
        AnimatorArchStore({ArchLabel("city"): architecture}),
        with_web_ui=False,
        allow_time_override=False,
    )
    server = make_server("127.0.0.1", port, animator, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Pki(folder, f"http://127.0.0.1:{port}/city/tsa/stamps")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pem(der: bytes) -> bytes:
    from asn1crypto import pem

    return pem.armor("CERTIFICATE", der)
