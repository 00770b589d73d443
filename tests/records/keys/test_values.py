"""Values come back as they were sealed: empty is not NULL, zero is not empty, a kind is a kind."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.access.errors import GrantDoesNotCover
from records.access.purposes import Store
from records.keys.errors import NotSealed, WrongKind
from records.keys.operations import create_data_keys, seal_values
from records.keys.queries import reveal_tuples, reveal_values
from records.keys.values import FROM_BYTES, TO_BYTES
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import Record

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


@pytest.mark.parametrize("value", ["", " ", "0", "\x00", "\x80\x00", "Žuža 🐟", "x" * 5000])
def test_a_text_comes_back_as_it_was(safe: Safe, value: str) -> None:
    row = safe.put(nickname=value)

    assert safe.reveal(row, "nickname") == (value,)
    assert Record.objects.filter(nickname__isnull=False).count() == 1


@pytest.mark.parametrize(
    "value", [0, False, "", [], {}, 0.5, [None], {"a": None}, "Žuža", True, -1]
)
def test_a_json_value_comes_back_as_it_was(safe: Safe, value: object) -> None:
    (found,) = safe.reveal(safe.put(extra=value), "extra")

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("value", [date.min, date(1984, 2, 29), date.max])
def test_a_date_comes_back_as_it_was(safe: Safe, value: date) -> None:
    assert safe.reveal(safe.put(born=value), "born") == (value,)


@pytest.mark.parametrize("column", ["nickname", "extra", "phone"])
def test_none_is_null_and_comes_back_as_none(safe: Safe, column: str) -> None:
    row = safe.put(**{column: None})

    assert safe.reveal(row, column) == (None,)
    assert Record.objects.filter(**{f"{column}__isnull": True}).count() == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", None),
        ("name", 0),
        ("name", False),
        ("name", b"Ana"),
        ("nickname", 0),
        ("born", ""),
        ("born", "1984-02-29"),
        ("born", datetime(1984, 2, 29, tzinfo=UTC)),
        ("born", 0),
        ("extra", {1, 2}),
        ("extra", float("nan")),
        ("extra", b"x"),
    ],
)
def test_a_value_of_another_kind_is_refused(safe: Safe, column: str, value: object) -> None:
    row = safe.put()
    values: dict[str, object] = {"name": SECRET, "born": None, column: value}

    with pytest.raises(WrongKind):
        seal_values(safe.open(row.subject_id), [row], [values])

    assert safe.reveal(row) == (SECRET,)


@pytest.mark.parametrize("column", ["remark", "subject_id", "unknown", "person_index"])
def test_only_sealed_columns_are_sealed_and_revealed(safe: Safe, column: str) -> None:
    row = safe.put()

    with pytest.raises(NotSealed):
        seal_values(safe.open(row.subject_id), [row], [{column: "x"}])
    with pytest.raises(NotSealed):
        safe.reveal(row, column)


def test_tuples_and_instances_reveal_the_same(safe: Safe) -> None:
    rows = [safe.put(nickname=nickname) for nickname in ("Anči", "", None)]
    columns = ["name", "nickname", "born", "extra"]
    grant = safe.open(*[row.subject_id for row in rows])

    wanted = Record.objects.order_by("pk")
    revealed = reveal_values(grant, list(wanted), columns)

    assert reveal_tuples(grant, wanted, columns) == revealed
    assert {row[1] for row in revealed} == {"Anči", "", None}


def test_an_export_takes_the_querysets_conditions(safe: Safe) -> None:
    ana, _bor = safe.put(), safe.put()
    grant = safe.open(ana.subject_id)

    assert reveal_tuples(grant, Record.objects.filter(pk=ana.pk), ["name"]) == [(SECRET,)]
    assert reveal_tuples(grant, Record.objects.none(), ["name"]) == []
    assert reveal_tuples(grant, Record.objects.filter(pk__in=[ana.pk])[:1], ["name"]) == [(SECRET,)]


def test_an_export_of_a_neighbour_is_refused(safe: Safe) -> None:
    ana, _bor = safe.put(), safe.put()

    with pytest.raises(GrantDoesNotCover):
        reveal_tuples(safe.open(ana.subject_id), Record.objects.all(), ["name"])


def test_nothing_asked_nothing_revealed(safe: Safe) -> None:
    row = safe.put()

    assert reveal_values(safe.open(row.subject_id), [], ["name"]) == []
    assert reveal_values(safe.open(row.subject_id), [row], []) == [()]


def test_one_sealing_serves_many_rows_of_many_subjects(safe: Safe) -> None:
    rows = [Record(subject_id=uuid4()) for _ in range(30)]
    subjects = [row.subject_id for row in rows]
    grant = safe.open(*subjects)
    create_data_keys(grant, store=Store.IDENTITY, subjects=subjects)

    seal_values(grant, rows, [{"nickname": str(number)} for number in range(30)])

    assert reveal_values(grant, rows, ["nickname"]) == [(str(number),) for number in range(30)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet="abč", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_json_value_has_bytes_of_its_own(value: Any) -> None:
    assert FROM_BYTES["json"](TO_BYTES["json"](value)) == value
