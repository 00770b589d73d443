"""Sealing and checking of PDF files: the one module that knows pyHanko.

PAdES B-B by default; B-LTA where a timestamp authority is configured. The seal has no visible field
and its widget lies outside the page, so that the document stays PDF/A-3 and PDF/UA-1.
"""

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager

from records.documents.errors import DocumentNotReadable, SealFailed, SealNotConfigured
from records.documents.material import (
    certificate_and_key,
    extra_certificates,
    read_certificates,
    trusted_certificates,
)
from records.documents.seals import ARCHIVAL, BASIC, SealedPdf, SealSettings, Verdict

FIELD_NAME = "VaruhSeal"
_TOKEN_CHILD_SECONDS = 60
# Without the (obsolete) VRI entries all evidence stands before the last timestamp, which then
# covers the whole file.
_DSS = DSSContentSettings(
    include_vri=False,
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
)
_INVISIBLE = fields.InvisSigSettings(box_out_of_bounds=True)
_BROKEN = (
    SigningError,
    TimestampRequestError,
    ValidationError,
    PathError,
    PdfError,
    OSError,
    ValueError,
    KeyError,
)


def _keep_metadata(_writer: BasePdfFileWriter) -> None:
    """Leave the document's metadata as it was typeset.

    pyHanko would rewrite the XMP with the clock's time and turn text into links in the PDF/A
    extension schema, at each of its updates (seal, evidence, document timestamp); the sealed file
    would no longer be what the typesetter vouched for. A test compares the metadata before and
    after.
    """


IncrementalPdfFileWriter._update_meta = _keep_metadata  # type: ignore[method-assign]


def seal_pdf(
    pdf: bytes, *, reason: str, now: datetime, seal: SealSettings | None = None
) -> SealedPdf:
    """Seal the PDF with the configured signer and return it with its PAdES level.

    With a timestamp authority configured the seal is B-LTA or there is none: an authority that does
    not answer raises SealFailed. A token is opened in a process of its own, because a second login
    in one process fails.
    """
    chosen = seal or SealSettings.configured()
    if chosen.provider == "pkcs11":
        return _seal_in_child(pdf, reason=reason, now=now, seal=chosen)
    certificate, key = certificate_and_key(chosen, now)
    signer = signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=key,
        cert_registry=SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]
            extra_certificates(chosen)
        ),
    )
    return seal_with(signer, pdf, reason=reason, now=now, seal=chosen)


def seal_with(
    signer: signers.Signer, pdf: bytes, *, reason: str, now: datetime, seal: SealSettings
) -> SealedPdf:
    """Seal the PDF with a given signer (the token's child process calls this with its open
    session).
    """
    try:
        data = asyncio.run(_seal(signer, pdf, reason=reason, now=now, seal=seal))
    except _BROKEN as error:
        raise SealFailed(level=seal.level, cause=type(error).__name__) from error
    return SealedPdf(data, seal.level)


async def _seal(
    signer: signers.Signer, pdf: bytes, *, reason: str, now: datetime, seal: SealSettings
) -> bytes:
    if seal.level == BASIC:
        return await _write(signers.PdfSigner(_metadata(reason), signer=signer), pdf, now)
    # The moment of validation is the real one: the authorities that answer go by their own clocks.
    context = _signing_context(signer, seal)
    metadata = replace(
        _metadata(reason),
        embed_validation_info=True,
        use_pades_lta=True,
        dss_settings=_DSS,
        validation_context=context,
    )
    stamper = timestamps.HTTPTimeStamper(seal.timestamp_url)
    try:
        return await _write(
            signers.PdfSigner(metadata, signer=signer, timestamper=stamper), pdf, now
        )
    finally:
        await context.aclose()  # type: ignore[no-untyped-call]


def _metadata(reason: str) -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        reason=reason,
        subfilter=fields.SigSeedSubFilter.PADES,
    )


async def _write(signer: signers.PdfSigner, pdf: bytes, now: datetime) -> bytes:
    """Return the sealed file; pyHanko's own steps, taken one by one because only so the time can be
    passed in.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(
        writer,
        fields.SigFieldSpec(
            FIELD_NAME, invis_sig_settings=_INVISIBLE, empty_field_appearance=False
        ),
    )
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = now
    validation = await session.perform_presign_validation(writer)
    reserved = await session.estimate_signature_container_size(validation, tight=False)
    prepared = session.prepare_tbs_document(validation_info=validation, bytes_reserved=reserved)
    output = io.BytesIO()
    digest, _ = prepared.digest_tbs_document(output=output)
    attributes = PdfCMSSignedAttributes(signing_time=now)
    signed = await prepared.perform_signature(digest.document_digest, attributes)
    await signed.post_signature_processing(output)
    return output.getvalue()


def verify_pdf(
    data: bytes, *, now: datetime | None = None, seal: SealSettings | None = None
) -> Verdict:
    """Check the seal offline and return the Verdict: one seal, whole file, intact, certificate
    known here.

    Known is the configured signer's certificate and whatever leads to the configured trust roots. A
    B-B seal is judged at the time it states; a B-LTA seal at `now` (or the present), by the
    evidence it carries.
    """
    chosen = seal or SealSettings.configured()
    try:
        reader = PdfFileReader(io.BytesIO(data))
        found = list(reader.embedded_regular_signatures)
        if len(found) != 1:
            return _rejected(f"expected one seal, found {len(found)}")
        return asyncio.run(_judge(reader, found[0], now, chosen))
    except (
        *_BROKEN,
        SignatureValidationError,
        ValidationInfoReadingError,
        TypeError,
        IndexError,
    ) as error:
        return _rejected(f"the seal cannot be read ({type(error).__name__})")


async def _judge(
    reader: PdfFileReader, embedded: EmbeddedPdfSignature, now: datetime | None, seal: SealSettings
) -> Verdict:
    stamps = list(reader.embedded_timestamp_signatures)
    archival = bool(stamps) and "/DSS" in reader.root
    problems = []
    if _has_hidden_bytes(embedded):
        problems.append("bytes are hidden behind the seal")
    roots = trusted_certificates(seal)
    context = ValidationContext(
        trust_roots=roots,
        moment=embedded.self_reported_timestamp,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    status = await async_validate_pdf_signature(
        embedded, signer_validation_context=context, skip_diff=not archival
    )
    last = stamps[-1] if archival else embedded
    last.compute_integrity_info(skip_diff=True)
    if last.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        problems.append("something was added after the seal")
    if not (status.intact and status.valid):
        problems.append("the document differs from what was sealed")
    trusted = bool(status.trusted)
    if archival and trusted and status.intact:
        trusted = await _lasts(embedded, roots, now)
        if not trusted:
            problems.append("the evidence of the seal (timestamps, revocation) does not hold")
    elif status.intact and not trusted:
        problems.append("the seal is not of a certificate known here")
    return Verdict(
        intact=bool(status.intact and status.valid),
        trusted=trusted,
        level=ARCHIVAL if archival else BASIC,
        signer=str(embedded.signer_cert.subject.native.get("common_name", "")),
        sealed_at=embedded.self_reported_timestamp,
        problems=tuple(problems),
    )


async def _lasts(
    embedded: EmbeddedPdfSignature, roots: list[x509.Certificate], now: datetime | None
) -> bool:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
    )
    offline = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=offline)
    )
    timing = ValidationTimingInfo(now, now, point_in_time_validation=True) if now else None
    result = await ades_lta_validation(embedded, spec, timing_info=timing)
    return bool(result.ades_subindic == AdESPassed.OK)


def _has_hidden_bytes(embedded: EmbeddedPdfSignature) -> bool:
    """Return whether the room reserved for the seal holds anything but the seal and zeros."""
    contents = bytes(embedded.sig_object["/Contents"])
    length = len(cms.ContentInfo.load(contents).dump())
    return any(contents[length:])


def _rejected(problem: str) -> Verdict:
    return Verdict(intact=False, trusted=False, problems=(problem,))


def _signing_context(signer: signers.Signer, seal: SealSettings) -> ValidationContext:
    if not seal.trust_roots_file:
        raise SealNotConfigured(setting="VARUH_TRUST_ROOTS_FILE")
    roots = [*read_certificates(seal.trust_roots_file, "VARUH_TRUST_ROOTS_FILE")]
    certificate = signer.signing_cert
    if certificate is not None and certificate.self_issued:
        roots.append(certificate)
    return ValidationContext(
        trust_roots=roots,
        other_certs=list(extra_certificates(seal)),
        allow_fetching=True,
        revocation_mode="hard-fail",
    )


def read_attachments(data: bytes) -> dict[str, bytes]:
    """Return the attachments of a PDF by name; raise DocumentNotReadable."""
    try:
        tree = PdfFileReader(io.BytesIO(data)).root["/Names"]["/EmbeddedFiles"]
        found = {}
        for leaf in _leaves(tree):
            pairs = leaf["/Names"]
            for index in range(0, len(pairs), 2):
                found[str(pairs[index])] = bytes(pairs[index + 1]["/EF"]["/F"].data)
        return found
    except _BROKEN as error:
        raise DocumentNotReadable(cause=type(error).__name__) from error


def _leaves(node: Any) -> Iterator[Any]:
    if "/Names" in node:
        yield node
    for kid in node.get("/Kids", ()):
        yield from _leaves(kid.get_object())


def _seal_in_child(pdf: bytes, *, reason: str, now: datetime, seal: SealSettings) -> SealedPdf:
    head = json.dumps({"reason": reason, "now": now.isoformat(), "seal": seal.as_dict()}).encode()
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "records.documents.token_child"],
            input=head + b"\n" + pdf,
            capture_output=True,
            timeout=_TOKEN_CHILD_SECONDS,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    except subprocess.TimeoutExpired:
        raise SealFailed(level=seal.level, cause="timeout") from None
    if finished.returncode:
        lines = finished.stderr.decode(errors="replace").strip().splitlines()
        raise SealFailed(level=seal.level, cause=lines[-1] if lines else "the child died")
    return SealedPdf(finished.stdout, seal.level)


def seal_on_token(pdf: bytes, *, reason: str, now: datetime, seal: SealSettings) -> SealedPdf:
    """Seal with the key in the PKCS#11 token; runs in the child process only. The certificate comes
    from its file.
    """
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    certificates = read_certificates(seal.certificate_file, "VARUH_SEAL_CERTIFICATE_FILE")
    session: Any = open_pkcs11_session(
        seal.pkcs11_module,
        token_criteria=TokenCriteria(label=seal.pkcs11_token),
        user_pin=seal.pkcs11_pin,
    )
    with session:
        signer = PKCS11Signer(
            session,
            signing_cert=certificates[0],
            ca_chain=certificates[1:],
            key_label=seal.pkcs11_label,
            # SoftHSM and many tokens know EC signing over a finished digest only.
            use_raw_mechanism=certificates[0].public_key.algorithm == "ec",
        )
        return seal_with(signer, pdf, reason=reason, now=now, seal=replace(seal, pkcs11_pin=""))
