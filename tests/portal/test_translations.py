"""Slovenian is complete: nothing untranslated, nothing fuzzy, nothing left over, compiled as it is
written.
"""

import io
import re

from babel.messages.mofile import write_mo
from django.utils.translation import override

from tests.portal.catalogue import MO, inventory_labels, make_catalogue, read_catalogue, wanted

_PLACES = re.compile(r"%\(\w+\)s|%%")


def key(message: object) -> str:
    return message if isinstance(message, str) else message[0]


def test_every_text_is_translated() -> None:
    catalogue = read_catalogue()

    missing = []
    for message in wanted():
        found = catalogue.get(key(message))
        strings = (
            found.string if found and isinstance(found.string, tuple) else [found and found.string]
        )
        if not all(strings):
            missing.append(key(message))

    assert missing == []


def test_nothing_is_fuzzy_or_left_over() -> None:
    catalogue, texts = read_catalogue(), {key(message) for message in wanted()}

    entries = [message for message in catalogue if message.id]
    assert [message.id for message in entries if message.fuzzy] == []
    assert {key(message.id) for message in entries} == texts


def test_every_translation_keeps_its_places() -> None:
    for message in read_catalogue():
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else [message.string]
        for string in strings:
            assert set(_PLACES.findall(string)) == set(_PLACES.findall(key(message.id))), message.id


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = io.BytesIO()

    write_mo(compiled, make_catalogue(read_catalogue()))

    assert MO.read_bytes() == compiled.getvalue()


def test_four_plural_forms_are_used() -> None:
    from django.utils.translation import ngettext

    with override("sl"):
        shown = [
            ngettext("%(days)s day left", "%(days)s days left", n) % {"days": n}
            for n in (1, 2, 3, 5)
        ]

    assert shown == ["še 1 dan", "še 2 dneva", "še 3 dni", "še 5 dni"]


def test_every_label_of_the_inventory_is_asked_for() -> None:
    assert "given name" in set(inventory_labels())
