"""A seal holds for every judge, and one changed byte breaks it for every judge."""

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from records.documents import signing
from records.documents.errors import SealFailed, SealNotConfigured
from records.documents.seals import SealSettings
from records.documents.signing import seal_pdf, verify_pdf
from tests.records.documents.conftest import CREATED
from tests.records.documents.pki import Pki
from tests.records.documents.tools import (
    attachments_of,
    changed,
    metadata_of,
    pdfsig,
    qpdf_is_clean,
    reader_of,
)

REASON = "Odgovor na zahtevo"


@pytest.fixture
def sealed(plain_pdf: bytes, demo: SealSettings) -> bytes:
    """The report under the demonstration seal."""
    return seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=demo).data


def test_a_sealed_document_is_valid_for_pyhanko_poppler_and_qpdf(
    sealed: bytes, demo: SealSettings
) -> None:
    verdict = verify_pdf(sealed, now=CREATED, seal=demo)

    assert verdict.ok
    assert verdict.level == "B-B"
    assert verdict.sealed_at == CREATED
    assert "Signature is Valid" in pdfsig(sealed)
    assert "Total document signed" in pdfsig(sealed)
    assert "ETSI.CAdES.detached" in pdfsig(sealed)
    assert qpdf_is_clean(sealed)


def test_the_demonstration_seal_says_that_it_is_one(sealed: bytes, demo: SealSettings) -> None:
    assert "DEMO" in verify_pdf(sealed, seal=demo).signer
    assert "DEMO" in pdfsig(sealed)


def test_the_demonstration_key_is_for_its_owner_only_and_is_made_once(
    plain_pdf: bytes, demo: SealSettings
) -> None:
    seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=demo)
    first = Path(demo.demo_file).read_bytes()

    seal_pdf(plain_pdf, reason=REASON, now=CREATED + timedelta(days=1), seal=demo)

    assert stat.S_IMODE(Path(demo.demo_file).stat().st_mode) == 0o600
    assert Path(demo.demo_file).read_bytes() == first
    assert [path.name for path in Path(demo.demo_file).parent.iterdir()] == ["demo-seal.pem"]


def test_a_flipped_byte_anywhere_in_the_content_is_rejected_by_all(
    sealed: bytes, demo: SealSettings
) -> None:
    assert verify_pdf(sealed, seal=demo).intact

    for position in (1_000, sealed.index(b"/Metadata") + 30, sealed.index(b"/Reason") + 12):
        broken = changed(sealed, position)
        assert not verify_pdf(broken, seal=demo).ok
        assert "Signature is Valid" not in pdfsig(broken)


def test_bytes_hidden_in_the_room_behind_the_seal_are_rejected(
    sealed: bytes, demo: SealSettings
) -> None:
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", start)
    assert sealed[end - 20 : end] == b"0" * 20

    hidden = sealed[: end - 10] + b"abcdef" + sealed[end - 4 :]

    assert not verify_pdf(hidden, seal=demo).ok


def test_something_added_after_the_seal_is_rejected(sealed: bytes, demo: SealSettings) -> None:
    verdict = verify_pdf(sealed + b"\n% and one more thing\n", seal=demo)

    assert not verdict.ok
    assert "something was added after the seal" in verdict.problems


@pytest.mark.parametrize("garbage", [b"", b"abc", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_sealed_pdf_is_rejected(garbage: bytes, demo: SealSettings) -> None:
    assert not verify_pdf(garbage, seal=demo).ok


def test_a_document_without_a_seal_is_rejected(plain_pdf: bytes, demo: SealSettings) -> None:
    verdict = verify_pdf(plain_pdf, seal=demo)

    assert verdict.problems == ("expected one seal, found 0",)


def test_the_seal_of_another_certificate_is_intact_but_not_trusted(
    plain_pdf: bytes, demo: SealSettings, tmp_path: Path
) -> None:
    stranger = replace(demo, demo_file=str(tmp_path / "stranger" / "seal.pem"))
    forged = seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=stranger).data
    seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=demo)

    verdict = verify_pdf(forged, seal=demo)

    assert verdict.intact
    assert not verdict.trusted
    assert verify_pdf(forged, seal=stranger).ok


def test_sealing_keeps_pdf_a_the_tags_and_the_attachments(plain_pdf: bytes, sealed: bytes) -> None:
    assert attachments_of(sealed) == attachments_of(plain_pdf)
    for entry in ("/Metadata", "/StructTreeRoot", "/MarkInfo", "/AF", "/Lang"):
        assert entry in reader_of(sealed).root_object
    assert metadata_of(sealed) == metadata_of(plain_pdf)
    widget = next(
        item.get_object()
        for page in reader_of(sealed).pages
        for item in page.get("/Annots", [])
        if item.get_object().get("/FT") == "/Sig"
    )
    left, bottom, right, top = (float(number) for number in widget["/Rect"])
    assert (right, top) <= (0, 0)
    assert left == right
    assert bottom == top
    assert widget["/F"] & 4  # printed, as PDF/A asks


def test_a_seal_from_a_file_leads_to_the_configured_roots(plain_pdf: bytes, pki: Pki) -> None:
    settings = pki.settings(timestamp_url="")

    sealed = seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=settings)

    assert sealed.level == "B-B"
    assert verify_pdf(sealed.data, seal=settings).ok
    elsewhere = pki.settings(
        timestamp_url="",
        certificate_file=str(pki.folder / "other.crt"),
        trust_roots_file=str(pki.folder / "other.crt"),
    )
    assert not verify_pdf(sealed.data, seal=elsewhere).trusted


def test_with_a_timestamp_authority_the_seal_is_b_lta_and_holds_offline(
    plain_pdf: bytes, pki: Pki
) -> None:
    sealed = seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=pki.settings())

    verdict = verify_pdf(sealed.data, seal=pki.settings(timestamp_url="http://127.0.0.1:1/"))

    assert (sealed.level, verdict.level) == ("B-LTA", "B-LTA")
    assert verdict.ok, verdict.problems
    assert qpdf_is_clean(sealed.data)
    assert metadata_of(sealed.data) == metadata_of(plain_pdf)
    assert pdfsig(sealed.data).count("Signature is Valid") == 1  # poppler 22 skips timestamps


def test_a_flipped_byte_breaks_a_b_lta_seal_too(plain_pdf: bytes, pki: Pki) -> None:
    sealed = seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=pki.settings()).data
    assert verify_pdf(sealed, seal=pki.settings()).ok

    in_content = changed(sealed, 1_000)
    in_evidence = changed(sealed, sealed.rindex(b"/DSS") + 1)

    assert not verify_pdf(in_content, seal=pki.settings()).ok
    assert not verify_pdf(in_evidence, seal=pki.settings()).ok
    assert pdfsig(in_content).count("Signature is Valid") == 0


def test_a_silent_timestamp_authority_gives_no_seal_rather_than_a_weaker_one(
    plain_pdf: bytes, pki: Pki
) -> None:
    with pytest.raises(SealFailed) as refused:
        seal_pdf(
            plain_pdf,
            reason=REASON,
            now=CREATED,
            seal=pki.settings(timestamp_url="http://127.0.0.1:9/tsa"),
        )

    assert refused.value.facts["level"] == "B-LTA"


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"certificate_file": "/nowhere"}, "VARUH_SEAL_CERTIFICATE_FILE"),
        ({"key_file": "/nowhere"}, "VARUH_SEAL_KEY_FILE"),
        ({"trust_roots_file": ""}, "VARUH_TRUST_ROOTS_FILE"),
        ({"provider": "wax"}, "VARUH_SEAL_PROVIDER"),
    ],
)
def test_a_missing_setting_is_named(
    plain_pdf: bytes, pki: Pki, changes: dict[str, str], setting: str
) -> None:
    with pytest.raises(SealNotConfigured) as refused:
        seal_pdf(plain_pdf, reason=REASON, now=CREATED, seal=pki.settings(**changes))

    assert refused.value.facts["setting"] == setting


def test_a_key_that_is_not_a_key_is_named_and_not_shown(
    plain_pdf: bytes, pki: Pki, tmp_path: Path
) -> None:
    (tmp_path / "bad.key").write_text("secret-that-is-no-key")

    with pytest.raises(SealNotConfigured) as refused:
        seal_pdf(
            plain_pdf,
            reason=REASON,
            now=CREATED,
            seal=pki.settings(key_file=str(tmp_path / "bad.key")),
        )

    assert "secret" not in str(refused.value)


def test_the_settings_do_not_print_the_pin() -> None:
    assert "1234" not in repr(SealSettings(provider="pkcs11", pkcs11_pin="1234"))


def test_the_configured_settings_are_read(settings: object, tmp_path: Path) -> None:
    settings.SEAL_PROVIDER = "file"  # type: ignore[attr-defined]
    settings.TIMESTAMP_URL = "http://127.0.0.1:1/"  # type: ignore[attr-defined]

    found = SealSettings.configured()

    assert (found.provider, found.level) == ("file", "B-LTA")


def test_this_is_the_only_module_that_knows_pyhanko() -> None:
    root = Path(signing.__file__).parents[2]
    users = {
        path.relative_to(root).as_posix()
        for floor in ("records", "consent", "retention", "dsar", "portal")
        for path in (root / floor).rglob("*.py")
        if "pyhanko" in path.read_text()
    }

    assert users == {"records/documents/signing.py"}
