"""The canonical form and the leaf of an entry are frozen: what was sealed today verifies in five
years.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.access.forms import expected_subject_rows, id_of, subjects_of
from records.access.leaves import (
    ID_SLICE,
    Content,
    canonical_form,
    has_tag_of,
    join_subjects,
    leaf_of,
    log_year,
    tag_of,
    timestamp_of,
    year_bounds,
    year_of,
)

KEY = bytes(range(32))
CONTENT = Content(
    timestamp=datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC),
    stage=1,
    action=3,
    purpose=2,
    role=2,
    categories=0b1001,
    actor=UUID(int=1),
    task=UUID(int=2),
    subjects=join_subjects([UUID(int=5).bytes, UUID(int=4).bytes]),
    organisation="novo-mesto",
    intent=(2026 << 40) + 1,
    record=None,
    details='{"counts":{"č":1}}',
)
ENTRY_ID = (2026 << 40) + 2
FROZEN_LEAF = "d83ef11182bd60472240149a1158077949494163db7d8d7165b6dffe35e284fe"
FROZEN_TAG = UUID("15efdefa-7f0f-2020-e519-008525d309c7")


def _form(content: Content = CONTENT, entry_id: int = ENTRY_ID) -> bytes:
    return canonical_form(entry_id=entry_id, content=content, tag=tag_of(KEY, content))


def test_the_frozen_leaf() -> None:
    assert leaf_of(_form()).hex() == FROZEN_LEAF
    assert tag_of(KEY, CONTENT) == FROZEN_TAG


def test_what_is_read_back_from_the_form() -> None:
    form = _form()

    assert id_of(form) == ENTRY_ID
    assert timestamp_of(form) == CONTENT.timestamp
    assert subjects_of(form) == CONTENT.subjects
    assert has_tag_of(KEY, form)
    assert not has_tag_of(bytes(32), form)


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": CONTENT.timestamp + timedelta(microseconds=1)},
        {"stage": 2},
        {"action": 4},
        {"purpose": 3},
        {"role": 3},
        {"categories": 0},
        {"actor": UUID(int=9)},
        {"task": UUID(int=9)},
        {"subjects": b""},
        {"organisation": ""},
        {"intent": None},
        {"record": ""},
        {"details": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_column_changes_leaf_and_tag(change: dict[str, Any]) -> None:
    changed = replace(CONTENT, **change)

    assert leaf_of(_form(changed)) != leaf_of(_form())
    assert tag_of(KEY, changed) != tag_of(KEY, CONTENT)


def test_the_id_changes_the_leaf_but_not_the_tag() -> None:
    assert leaf_of(_form(entry_id=ENTRY_ID + 1)) != leaf_of(_form())
    assert has_tag_of(KEY, _form(entry_id=ENTRY_ID + 1))


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_no_two_texts_run_into_each_other(one: str, two: str, three: str, four: str) -> None:
    first = replace(CONTENT, organisation=one, record=two)
    second = replace(CONTENT, organisation=three, record=four)

    assert (_form(first) == _form(second)) == ((one, two) == (three, four))


@given(st.lists(st.uuids(), max_size=6))
def test_subjects_are_a_set(subjects: list[UUID]) -> None:
    names = [subject.bytes for subject in subjects]
    joined = join_subjects(names)

    assert joined == join_subjects(reversed(names)) == join_subjects(names * 2)
    form = _form(replace(CONTENT, subjects=joined))
    rows = [form[ID_SLICE] + name for name in sorted(set(names))]
    assert expected_subject_rows(form) == b"".join(rows)


def test_what_is_no_whole_subject_calls_for_no_index_row() -> None:
    form = _form(replace(CONTENT, subjects=bytes(16) + b"cut off"))

    assert expected_subject_rows(form) == form[ID_SLICE] + bytes(16)


@given(st.datetimes(min_value=datetime(2021, 1, 1), max_value=datetime(2068, 1, 1)))  # noqa: DTZ001
def test_the_year_of_an_id_is_the_log_year(naive: datetime) -> None:
    year = log_year(naive.replace(tzinfo=UTC))
    first, after = year_bounds(year)

    assert year_of(first + 1) == year_of(after - 1) == year
    assert year_of(after) == year + 1
