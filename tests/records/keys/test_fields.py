"""A sealed column has no plaintext: nothing that Python does with a row lets it out."""

import copy
import pickle
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction

from records.keys.errors import LookupRefused, PlaintextRefused
from records.keys.fields import SealedCell
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import Record, Town

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def test_a_loaded_row_holds_sealed_cells(safe: Safe) -> None:
    row = safe.put()

    assert type(row.name) is SealedCell
    assert row.nickname is None
    assert SECRET.encode() not in row.__dict__["name"]


@pytest.mark.parametrize("show", [repr, str, format, "{}".format, "%s".__mod__, ascii])
def test_a_cell_prints_itself_as_sealed(safe: Safe, show: object) -> None:
    assert show(safe.put().name) == "<sealed>"  # type: ignore[operator]


def test_a_row_does_not_print_its_values(safe: Safe) -> None:
    row = safe.put()

    for shown in (repr(row), str(row), repr(row.__dict__), repr([row.name, row.born])):
        assert SECRET not in shown
        assert "1984" not in shown


@pytest.mark.parametrize(
    "value", [SECRET, SECRET.encode(), "", b"", 0, False, 1.5, [], {}, object()]
)
def test_a_column_takes_no_plaintext(safe: Safe, value: object) -> None:
    row = safe.put()

    with pytest.raises(PlaintextRefused):
        row.name = value
    with pytest.raises(PlaintextRefused):
        Record(name=value)


def test_a_refusal_does_not_repeat_the_plaintext(safe: Safe) -> None:
    with pytest.raises(PlaintextRefused) as refusal:
        Record(name=SECRET)

    assert SECRET not in str(refusal.value)
    assert SECRET not in repr(refusal.value)


def test_a_column_takes_a_cell_and_none(safe: Safe) -> None:
    row = safe.put(nickname="Anči")

    row.nickname = row.nickname
    row.save()
    assert safe.reveal(Record.objects.get(), "nickname") == ("Anči",)
    row.nickname = None
    row.save()

    assert safe.reveal(Record.objects.get(), "nickname") == (None,)


def test_a_cell_of_junk_is_not_saved(safe: Safe) -> None:
    row = safe.put()

    for junk in (SECRET, b"Ana", b"\x01" * 64):
        row.name = SealedCell(junk)
        with pytest.raises(PlaintextRefused), transaction.atomic():
            row.save()

    assert safe.reveal(Record.objects.get()) == (SECRET,)


def test_cells_are_compared_with_cells_only(safe: Safe) -> None:
    row = safe.put(nickname=SECRET)

    assert row.name == row.name
    assert row.name != row.nickname
    assert row.name != None  # noqa: E711  # None is what it is compared with
    with pytest.raises(LookupRefused):
        assert row.name == SECRET
    with pytest.raises(LookupRefused):
        assert SECRET in {row.pk: row.name}.values()


def test_a_cell_is_neither_true_nor_false(safe: Safe) -> None:
    row = safe.put(nickname="")

    with pytest.raises(LookupRefused):
        bool(row.nickname)


def test_cells_have_no_order_and_no_length(safe: Safe) -> None:
    rows = [safe.put(), safe.put()]

    with pytest.raises(TypeError):
        sorted(row.name for row in rows)
    with pytest.raises(TypeError):
        len(rows[0].name)


@pytest.mark.usefixtures("_installed")
def test_copies_and_pickles_hold_the_cell_and_still_open(safe: Safe) -> None:
    row = safe.put()

    for again in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):  # noqa: S301  # ours
        assert type(again.name) is SealedCell
        assert safe.reveal(again) == (SECRET,)
    assert SECRET.encode() not in pickle.dumps(row)
    assert pickle.loads(pickle.dumps(row.name)) == row.name  # noqa: S301  # ours


def test_a_copied_row_under_another_key_does_not_open(safe: Safe) -> None:
    from records.crypto.errors import CannotOpen

    row = safe.put()
    row.pk = uuid4()
    row.save(force_insert=True)

    with pytest.raises(CannotOpen):
        safe.reveal(Record.objects.get(pk=row.pk))


def test_refresh_gives_the_cells_of_the_database(safe: Safe) -> None:
    row = safe.put()
    Record.objects.filter(pk=row.pk).update(nickname=None, remark="new")

    row.name = None
    row.refresh_from_db()

    assert row.remark == "new"
    assert safe.reveal(row) == (SECRET,)


@pytest.mark.parametrize("narrow", [lambda q: q.defer("name"), lambda q: q.only("remark")])
def test_a_deferred_column_is_loaded_when_it_is_asked_for(safe: Safe, narrow: object) -> None:
    safe.put()

    row = narrow(Record.objects.all()).get()  # type: ignore[operator]
    assert "name" in row.get_deferred_fields()

    assert safe.reveal(row, "name", "born") == (SECRET, date(1984, 2, 29))
    assert repr(row.name) == "<sealed>"


def test_a_column_loaded_alone_leaves_the_others_deferred(safe: Safe) -> None:
    safe.put()

    row = Record.objects.only("name", "subject_id").get()

    assert "remark" in row.get_deferred_fields()
    assert safe.reveal(row) == (SECRET,)


def test_a_row_reached_through_a_relation_is_as_sealed(safe: Safe) -> None:
    town = Town.objects.create(label="Novo mesto")
    row = safe.put()
    Record.objects.filter(pk=row.pk).update(town=town)

    joined = Record.objects.select_related("town").get()
    (fetched,) = Town.objects.prefetch_related("records").get().records.all()

    assert joined.town.label == "Novo mesto"
    assert type(joined.name) is SealedCell
    assert safe.reveal(joined) == safe.reveal(fetched) == (SECRET,)


def test_a_raw_query_gives_sealed_rows(safe: Safe) -> None:
    safe.put()

    (row,) = Record.objects.raw(f"SELECT * FROM {Record._meta.db_table}")

    assert type(row.name) is SealedCell
    assert safe.reveal(row) == (SECRET,)


def test_bulk_update_writes_cells(safe: Safe) -> None:
    from records.keys.operations import seal_values

    rows = [safe.put(), safe.put()]
    grant = safe.open(*[row.subject_id for row in rows])
    seal_values(grant, rows, [{"nickname": "Anči"}, {"nickname": None}])

    Record.objects.bulk_update(rows, ["nickname"])

    assert safe.reveal(Record.objects.get(pk=rows[0].pk), "nickname") == ("Anči",)
    assert safe.reveal(Record.objects.get(pk=rows[1].pk), "nickname") == (None,)


def test_bulk_create_writes_cells_in_one_statement(
    safe: Safe, django_assert_num_queries: object
) -> None:
    from records.access.purposes import Store
    from records.keys.operations import create_data_keys, seal_values

    rows = [Record(subject_id=uuid4()) for _ in range(50)]
    subjects = [row.subject_id for row in rows]
    grant = safe.open(*subjects)
    create_data_keys(grant, store=Store.IDENTITY, subjects=subjects)
    seal_values(grant, rows, [{"name": f"Ana{number}", "born": None} for number in range(50)])

    with django_assert_num_queries(1):  # type: ignore[operator]
        Record.objects.bulk_create(rows)

    loaded = {row.pk: row for row in Record.objects.all()}
    assert [safe.reveal(loaded[row.pk]) for row in rows[:3]] == [("Ana0",), ("Ana1",), ("Ana2",)]
