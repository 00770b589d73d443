"""The certificate as a sealed PDF."""

import subprocess
from pathlib import Path

import pytest

from records.documents.signing import verify_pdf
from retention.models import Certificate
from retention.operations import run_plan
from retention.tasks import sweep_runs
from retention.texts import WORDS
from tests import factories
from tests.retention.conftest import DUE

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


def test_the_sealed_pdf_of_a_certificate_says_and_carries_what_it_certifies(
    town, approved, settings, tmp_path
):
    settings.VAR_DIR = tmp_path
    plan = approved()
    run_plan(plan_id=plan.pk, now=DUE)

    sweep_runs(DUE)

    certificate = Certificate.objects.get()
    data = bytes(certificate.document)
    assert verify_pdf(data).intact
    assert certificate.seal_level == "B-B"
    file = tmp_path / "certificate.pdf"
    file.write_bytes(data)
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert WORDS["sl"]["title"] in text
    assert "identity.DataSubject" in text
    subprocess.run(["pdfdetach", "-saveall", "-o", str(tmp_path), str(file)], check=True)
    assert Path(tmp_path / "certificate.json").read_text(encoding="utf-8") == certificate.body
    assert str(town.ana.subject_id) not in text


def test_both_languages_have_every_word():
    assert set(WORDS["sl"]) == set(WORDS["en"])
    assert all(words.strip() for language in WORDS.values() for words in language.values())
