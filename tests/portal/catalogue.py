"""What has to be translated, and `python -m tests.portal.catalogue`, which brings the catalogue up
to date.

The run adds what is new (untranslated, so that the test names it), drops what is gone, and
compiles. Every text marked in the portal counts, and the labels of the inventory, which holders are
shown.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PORTAL = Path(__file__).resolve().parents[2] / "portal"
PO = PORTAL / "locale" / "sl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "ngettext": (1, 2),
    "gettext_noop": None,
}
STAMP = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A fixed time in the header: the same texts give the same files."""
Message = str | tuple[str, ...]


def marked_texts() -> Iterator[Message]:
    """Yield every text marked for translation in the portal's Python files and templates."""
    for _, _, message, _, _ in extract_from_dir(
        PORTAL, method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        yield message
    for path in sorted((PORTAL / "templates").rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for _, message, _, _ in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
            yield message


def inventory_labels() -> Iterator[str]:
    """Yield the names of declared tables and columns with personal data."""
    from records.access.registry import sources

    for source in sources():
        for table in source.tables:
            columns = table.personal()
            if columns:
                yield table.label
            for column in columns:
                yield column.label


def wanted() -> list[Message]:
    """Return every text, once, in a stable order."""
    texts = {
        message if isinstance(message, str) else message[0]: message for message in marked_texts()
    }
    for label in inventory_labels():
        texts.setdefault(label, label)
    return [texts[key] for key in sorted(texts)]


def read_catalogue() -> Catalog:
    """Return the Slovenian catalogue as it is committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="sl")


def make_catalogue(known: Catalog) -> Catalog:
    """Return the catalogue of the wanted texts with the translations that are known."""
    made = Catalog(
        locale="sl",
        fuzzy=False,
        project="Varuh",
        version="1",
        charset="utf-8",
        header_comment="# Slovenian texts of Varuh.",
        language_team="sl",
        copyright_holder="Varuh",
        creation_date=STAMP,
        revision_date=STAMP,
        last_translator="Varuh",
    )
    for message in wanted():
        found = known.get(message if isinstance(message, str) else message[0])
        made.add(message, string=found.string if found else None)
    return made


def main() -> None:
    """Bring django.po and django.mo up to date."""
    made = make_catalogue(read_catalogue() if PO.exists() else Catalog(locale="sl"))
    with PO.open("wb") as file:
        write_po(file, made, width=100, omit_header=False, sort_output=False)
    with MO.open("wb") as file:
        write_mo(file, made)
    missing = [message.id for message in made if message.id and not _is_translated(message)]
    sys.stdout.write(f"{len(made)} texts, {len(missing)} without a translation\n")
    for text in missing:
        sys.stdout.write(f"  {text!r}\n")


def _is_translated(message: object) -> bool:
    string = message.string
    return all(string) if isinstance(string, list | tuple) else bool(string)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings_test")
    django.setup()
    main()
