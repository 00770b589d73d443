"""The certificate as a sealed PDF, with its JSON inside."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealSettings
from records.documents.signing import seal_pdf
from records.errors import Refusal
from records.identity.queries import list_controllers
from records.legal_days import LEGAL_ZONE
from retention.models import Certificate
from retention.texts import WORDS

log = logging.getLogger(__name__)


def seal_certificate(*, certificate: Certificate, now: datetime, language: str = "sl") -> None:
    """Typeset a certificate, attach its canonical JSON, seal it, and keep the PDF beside it.

    Raises the refusals of records.documents; the certificate itself stands without its PDF.
    """
    seal = SealSettings.configured()
    words = WORDS[language]
    pdf = render_pdf(
        template="report",
        data=_report(certificate, words, seal),
        attachments=[
            Attachment(
                "certificate.json", certificate.body.encode(), "application/json", words["file"]
            )
        ],
        language=language,
        title=words["title"],
        created_at=now,
    )
    sealed = seal_pdf(pdf, reason=words["title"], now=now, seal=seal)
    Certificate.objects.filter(pk=certificate.pk).update(
        document=sealed.data, seal_level=sealed.level
    )


def seal_certificates(now: datetime) -> int:
    """Make the sealed PDF of every certificate that has none; return how many were made."""
    made = 0
    for certificate in Certificate.objects.filter(document=None).order_by("made_at"):
        try:
            seal_certificate(certificate=certificate, now=now)
        except Refusal as refusal:
            log.warning("A certificate has no sealed PDF yet.", extra={"code": refusal.code})
        else:
            made += 1
    return made


def _report(
    certificate: Certificate, words: Mapping[str, str], seal: SealSettings
) -> dict[str, object]:
    body: dict[str, Any] = json.loads(certificate.body)
    lead = [words["lead"]]
    if body["steps_repeated_after_a_stop"]:
        steps = ", ".join(body["steps_repeated_after_a_stop"])
        lead.append(words["repeated"].format(steps=steps))
    return {
        "organisation": " · ".join(one.name for one in list_controllers()),
        "kicker": words["kicker"],
        "subtitle": words["subtitle"],
        "facts": _facts(certificate, body, words),
        "lead": lead,
        "seal": _seal_words(words, seal),
        "words": {name: words[name] for name in ("page", "of", "contents")},
        "footer": body["plan"],
        "sections": _sections(body, words),
    }


def _facts(
    certificate: Certificate, body: Mapping[str, Any], words: Mapping[str, str]
) -> list[list[str]]:
    votes = ", ".join(f"{vote['organisation']} {_day(vote['at'])}" for vote in body["approved_by"])
    return [
        [words["plan"], body["plan"]],
        [words["made_at"], _day(body["made_at"])],
        [words["approved_by"], votes],
        [words["finished_at"], _day(body["finished_at"])],
        [words["plan_sha256"], body["plan_sha256"]],
        [words["sha256"], certificate.sha256],
    ]


def _day(moment: str) -> str:
    day = datetime.fromisoformat(moment).astimezone(LEGAL_ZONE)
    return f"{day.day}. {day.month}. {day.year}"


def _seal_words(words: Mapping[str, str], seal: SealSettings) -> str:
    level = words[f"seal.{seal.level}"]
    return f"{level} {words['seal.demo']}" if seal.provider == "demo" else level


def _sections(body: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, object]]:
    people = body["people"]
    numbers = [[words["due"], str(people["due"])], [words["erased"], str(people["erased"])]]
    numbers += [[f"{words['held']}: {why}", str(n)] for why, n in people["held"].items()]
    numbers += [[f"{words['dropped']}: {why}", str(n)] for why, n in people["dropped"].items()]
    kept = [[*name.rsplit(":", 1), str(number)] for name, number in body["kept"].items()]
    return [
        {"title": words["people"], "blocks": [{"kind": "facts", "rows": numbers}]},
        {
            "title": words["deleted"],
            "blocks": [
                _table(
                    words,
                    ["table", "rows"],
                    [[name, str(number)] for name, number in body["deleted"].items()],
                )
            ],
        },
        {"title": words["kept"], "blocks": [_table(words, ["table", "reason", "rows"], kept)]},
        {
            "title": words["rules"],
            "blocks": [
                _table(words, ["rule", "citation"], [list(pair) for pair in body["rules"].items()])
            ],
        },
    ]


def _table(
    words: Mapping[str, str], columns: list[str], rows: list[list[str]]
) -> dict[str, object]:
    if not rows:
        return {"kind": "empty", "text": words["none"]}
    return {"kind": "table", "columns": [words[name] for name in columns], "rows": rows}
