"""A document is tagged, archivable, complete and the same each time."""

import hashlib
from dataclasses import replace
from datetime import datetime

import pytest

from records.documents import rendering
from records.documents.errors import DocumentNotRendered, UnknownTemplate
from records.documents.rendering import Attachment
from tests.records.documents.conftest import CREATED, ROWS, facts, rendered, report
from tests.records.documents.tools import (
    attachments_of,
    qpdf_is_clean,
    reader_of,
    run_on,
    text_of,
)


def test_the_file_declares_pdf_a_3a_and_pdf_ua_1(plain_pdf: bytes) -> None:
    reader = reader_of(plain_pdf)
    metadata = reader.root_object["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.root_object["/MarkInfo"]["/Marked"].value is True


def test_language_title_and_date_stand_in_the_file(plain_pdf: bytes) -> None:
    reader = reader_of(plain_pdf)

    assert reader.root_object["/Lang"] == "sl"
    assert reader.metadata is not None
    assert reader.metadata.title == "Moji osebni podatki"
    assert reader.metadata.creation_date == CREATED.replace(microsecond=0)
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_table_headings_are_tagged_as_headings_of_columns() -> None:
    table = {
        "kind": "table",
        "columns": ["Dan", "Znesek"],
        "rows": [["1. 1.", "2"]],
        "numeric": [1],
    }

    pdf = rendered(report(sections=[{"title": "Knjižbe", "blocks": [table]}]))

    tags = run_on(pdf, "pdfinfo", "-struct-text")[1]
    heads = [line for line in tags.splitlines() if line.strip().startswith("TH ")]
    assert len(heads) == 2
    assert "H1" in tags


def test_attachments_come_back_byte_for_byte_and_are_declared_as_data(plain_pdf: bytes) -> None:
    found = attachments_of(plain_pdf)

    assert found == {"podatki.json": '{"ime": "Žiga"}'.encode(), "surovo.bin": bytes(range(256))}
    specifications = [item.get_object() for item in reader_of(plain_pdf).root_object["/AF"]]
    assert {item["/AFRelationship"] for item in specifications} == {"/Data"}
    assert {item["/Desc"] for item in specifications} == {"Podatki", "Bajti"}


def test_an_attachment_keeps_its_byte_order_mark_and_line_ends() -> None:
    exact = b"\xef\xbb\xbfa;b\r\n\x00;\xc5\xbe\r\n"

    pdf = rendered(attachments=[Attachment("t.csv", exact, "text/csv", "Tabela")])

    assert attachments_of(pdf)["t.csv"] == exact


def test_a_table_of_1520_rows_is_printed_whole_over_the_pages() -> None:
    rows = [[f"vrstica-{i:05d}", "Mestna knjižnica", "1,20 EUR"] for i in range(ROWS)]
    table = {"kind": "table", "columns": ["A", "B", "C"], "rows": rows}

    text = text_of(rendered(report(sections=[{"title": "Knjižbe", "blocks": [table]}])))

    assert [f"vrstica-{i:05d}" in text for i in range(ROWS)].count(True) == ROWS


def test_a_figure_breaks_across_pages() -> None:
    """Guards the template's rule: without it a figure loses its rows silently."""
    template = (rendering._TEMPLATES / "blocks.typ").read_text()

    assert "show figure: set block(breakable: true)" in template


def test_the_same_input_gives_the_same_bytes(plain_pdf: bytes) -> None:
    assert rendered() == rendered()
    assert rendered() != rendered(report(footer="other"))


def test_data_is_never_read_as_markup() -> None:
    value = '#panic("x") *b* _i_ $x$ \\ <a> @ref // ```'

    text = text_of(rendered(report(sections=[{"title": "Oseba", "blocks": [facts(value)]}])))

    assert '#panic("x") *b* _i_ $x$ \\ <a> @ref // ```' in text


def test_qpdf_finds_no_error(plain_pdf: bytes) -> None:
    assert qpdf_is_clean(plain_pdf)
    assert not qpdf_is_clean(plain_pdf[: len(plain_pdf) // 2])


def test_an_english_report_says_so() -> None:
    pdf = rendered(language="en", title="My personal data")

    assert reader_of(pdf).root_object["/Lang"] == "en"


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        rendered(template="../../etc/passwd")


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "xx"},
        {"title": " "},
        {"created_at": datetime(2026, 11, 21)},  # noqa: DTZ001  # the naive time is the point
    ],
)
def test_title_language_and_aware_date_are_required(changes: dict[str, object]) -> None:
    with pytest.raises(DocumentNotRendered):
        rendered(**changes)


def test_a_refusal_of_the_typesetter_does_not_quote_the_document() -> None:
    data = report(
        sections=[{"title": "Oseba", "blocks": [{"kind": "table", "secret": "Ana Žagar"}]}]
    )

    with pytest.raises(DocumentNotRendered) as refused:
        rendered(data)

    assert refused.value.facts["exit_code"] == 3
    assert "Ana" not in str(refused.value)


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TIMEOUT_SECONDS", 0.001)

    with pytest.raises(DocumentNotRendered, match="out of time"):
        rendered()


def test_an_attachment_knows_its_hash_and_hides_its_bytes() -> None:
    attachment = Attachment("a", b"skrivnost", "text/plain", "x")

    assert attachment.sha256 == hashlib.sha256(b"skrivnost").hexdigest()
    assert "skrivnost" not in repr(replace(attachment, name="b"))
