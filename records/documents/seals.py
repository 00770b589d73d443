"""What a seal is and how it is configured: values only, no library."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

BASIC = "B-B"
ARCHIVAL = "B-LTA"


@dataclass(frozen=True, slots=True)
class SealSettings:
    """Who seals (demo, file or pkcs11) and which timestamp authority makes the seal last."""

    provider: str
    demo_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    pkcs11_module: str = ""
    pkcs11_token: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    pkcs11_label: str = ""
    timestamp_url: str = ""
    trust_roots_file: str = ""

    @property
    def level(self) -> str:
        """The PAdES level that these settings give."""
        return ARCHIVAL if self.timestamp_url else BASIC

    @classmethod
    def configured(cls) -> "SealSettings":
        """Return the seal settings of this installation."""
        return cls(
            provider=settings.SEAL_PROVIDER,
            demo_file=str(Path(settings.VAR_DIR) / "demo-seal.pem"),
            certificate_file=str(settings.SEAL_CERTIFICATE_FILE),
            key_file=str(settings.SEAL_KEY_FILE),
            pkcs11_module=settings.PKCS11_MODULE,
            pkcs11_token=settings.PKCS11_TOKEN,
            pkcs11_pin=settings.PKCS11_PIN or "",
            pkcs11_label=settings.SEAL_PKCS11_LABEL,
            timestamp_url=settings.TIMESTAMP_URL,
            trust_roots_file=settings.TRUST_ROOTS_FILE,
        )

    def as_dict(self) -> dict[str, str]:
        """Return the settings for the child process that holds the token's session."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A sealed document and the PAdES level of its seal."""

    data: bytes = field(repr=False)
    level: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the seal found; `ok` is the bottom line, `problems` say why not."""

    intact: bool
    trusted: bool
    level: str = ""
    signer: str = ""
    sealed_at: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the seal is intact, covers the whole file and is that of a certificate known
        here.
        """
        return self.intact and self.trusted and not self.problems
