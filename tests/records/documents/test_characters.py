"""Characters that the fonts cannot show are shown as their code, and nothing stops a report."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from records.documents.characters import is_shown, printable, printable_tree, shown_characters
from tests.records.documents.conftest import facts, rendered, report
from tests.records.documents.tools import text_of


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Ana Žagar, Čuški 5", "Ana Žagar, Čuški 5"),
        ("Živjo 😀", "Živjo [U+1F600]"),
        ("日本", "[U+65E5][U+672C]"),
        ("a\x00b\x07", "a[U+0000]b[U+0007]"),
        ("odmik\tin\r\nvrsta", "odmik in\nvrsta"),
        ("ana\u202egro.exe", "ana[U+202E]gro.exe"),
        ("\ue000", "[U+E000]"),
        ("z\u030ciga", "žiga"),
    ],
)
def test_a_character_without_a_glyph_is_shown_as_its_code(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


def test_every_character_that_is_said_to_be_shown_is_typeset() -> None:
    characters = sorted(shown_characters())

    pdf = rendered(report(sections=[{"title": "Vse", "blocks": [facts(*characters)]}]))

    text = text_of(pdf)
    assert "ž" in text
    assert "€" in text
    assert "Ω" in text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_no_text_at_all_stops_a_report(texts: list[str]) -> None:
    table = {"kind": "table", "columns": ["a"], "rows": [[text] for text in texts]}

    pdf = rendered(report(sections=[{"title": "Vse", "blocks": [facts(*texts), table]}]))

    assert pdf.startswith(b"%PDF-")


def test_a_tree_keeps_its_shape_numbers_and_keys() -> None:
    tree = {"ključ": ["😀", 7, None, ("x",)]}

    assert printable_tree(tree) == {"ključ": ["[U+1F600]", 7, None, ["x"]]}


def test_plain_text_is_known_to_be_shown_as_it_is() -> None:
    assert is_shown("Čačak 12,50 €")
    assert not is_shown("😀")
