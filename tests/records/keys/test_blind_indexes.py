"""Blind indexes find what was sealed, and their declaration says what they give away."""

from datetime import date
from typing import Any

import pytest
from django.db import models

from records.access.errors import GrantDoesNotCover
from records.access.purposes import Action, DataCategory, Store
from records.crypto.errors import IndexLeaks
from records.keys.errors import IndexForbidden, IndexIncomplete, LookupRefused, NotSealed
from records.keys.fields import BlindIndexField, SealedField
from records.keys.fields.blind import IndexValue
from records.keys.operations import seal_values
from records.keys.plans import check_index
from records.keys.queries import find_matching, index_value
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import Record

database = pytest.mark.django_db(databases=ALL_STORES)
BORN = date(1984, 2, 29)
LEAKAGE = "Rows with the same value share an index value."


@database
def test_an_index_of_two_facts_finds_the_person(safe: Safe) -> None:
    row = safe.put()
    safe.put(born=date(1984, 2, 28))
    safe.put(name="Kogoj")

    wanted = index_value(safe.search(), Record, "person_index", SECRET.upper() + "  ", BORN)

    assert Record.objects.get(person_index=wanted).pk == row.pk


@database
def test_candidates_of_a_truncated_index_are_told_apart(safe: Safe) -> None:
    row, stranger = safe.put(phone="040 123 456"), safe.put(phone="041 999 999")
    Record.objects.filter(pk=stranger.pk).update(phone_index=row.phone_index)
    grant = safe.search()

    wanted = index_value(grant, Record, "phone_index", "040123456")
    candidates = list(Record.objects.filter(phone_index=wanted).order_by("pk"))

    assert len(candidates) == 2
    assert find_matching(grant, candidates, "phone_index", "040/123-456") == [row]
    assert find_matching(grant, candidates, "phone_index", "000") == []
    assert find_matching(grant, [], "phone_index", "000") == []


@database
def test_searching_needs_a_grant_for_a_search_in_the_right_categories(safe: Safe) -> None:
    row = safe.put(phone="040123456")
    consult = safe.open(row.subject_id)
    narrow = safe.open(action=Action.SEARCH, categories=[DataCategory.NAME])

    for grant in (consult, narrow):
        with pytest.raises(GrantDoesNotCover):
            index_value(grant, Record, "phone_index", "040123456")
        with pytest.raises(GrantDoesNotCover):
            find_matching(grant, [row], "phone_index", "040123456")


@database
def test_an_index_is_null_where_a_part_is_missing(safe: Safe) -> None:
    row = safe.put(born=None)

    assert row.person_index is None
    assert row.phone_index is None


@database
@pytest.mark.parametrize("values", [{"name": "Kogoj"}, {"born": BORN}])
def test_an_index_is_never_made_of_half_the_values(safe: Safe, values: dict[str, Any]) -> None:
    row = safe.put()

    with pytest.raises(IndexIncomplete):
        seal_values(safe.open(row.subject_id), [row], [values])


@database
def test_a_changed_value_changes_its_index(safe: Safe) -> None:
    row = safe.put(phone="040123456")
    before = row.phone_index
    grant = safe.open(row.subject_id)

    seal_values(grant, [row], [{"phone": "041123456"}])
    assert row.phone_index != before
    seal_values(grant, [row], [{"nickname": "Anči"}])
    row.save()

    wanted = index_value(safe.search(), Record, "phone_index", "041123456")
    assert Record.objects.get(phone_index=wanted).pk == row.pk
    seal_values(grant, [row], [{"phone": None}])
    assert row.phone_index is None


@database
@pytest.mark.parametrize("value", [SECRET, "040123456", b"x", 1.5, True, [1], BORN])
def test_plaintext_is_never_looked_up_in_an_index(safe: Safe, value: object) -> None:
    with pytest.raises((LookupRefused, TypeError)):
        list(Record.objects.filter(phone_index=value))
    with pytest.raises((LookupRefused, TypeError)):
        list(Record.objects.filter(phone_index__in=[value]))


@database
@pytest.mark.parametrize("lookup", ["gt", "lte", "range", "contains", "startswith", "iexact"])
def test_an_index_has_no_order_and_no_parts(safe: Safe, lookup: str) -> None:
    with pytest.raises(LookupRefused):
        list(Record.objects.filter(**{f"phone_index__{lookup}": 1}))


@database
def test_several_values_are_found_at_once(safe: Safe) -> None:
    rows = [safe.put(phone=number) for number in ("040111222", "040333444", "040555666")]
    grant = safe.search()
    wanted = [index_value(grant, Record, "phone_index", n) for n in ("040111222", "040333444")]

    found = Record.objects.filter(phone_index__in=wanted)

    assert {row.pk for row in found} >= {rows[0].pk, rows[1].pk}
    assert Record.objects.filter(phone_index__isnull=False).count() == 3


@database
def test_index_values_of_two_columns_stores_and_keyrings_have_nothing_in_common(
    safe: Safe, settings: Any, tmp_path: Any
) -> None:
    from records.keyring.operations import create_missing
    from records.keyring.queries import get_keyring
    from records.keys.indexing import IndexMaker
    from records.keys.plans import plan_of

    plan = plan_of(Record)
    here = IndexMaker(plan, plan.index("phone_index")).newest(["040123456"])
    keys = {
        bytes(get_keyring().index_key(store, column, 1))
        for store in (Store.IDENTITY, Store.PAYMENTS)
        for column in ("record.phone_index", "record.person_index")
    }
    settings.KEY_FILE = tmp_path / "other" / "varuh.keys"
    create_missing(now=safe.now)

    assert len(keys) == 4
    assert IndexMaker(plan, plan.index("phone_index")).newest(["040123456"]) != here


# -- Declarations


def test_an_index_is_truncated_by_default() -> None:
    assert BlindIndexField(of=("phone",), expected_rows=100_000, leakage=LEAKAGE).bits == 15
    assert BlindIndexField(of=("phone",), expected_rows=2_000_000, leakage=LEAKAGE).bits == 19


@pytest.mark.parametrize("full", [{"unique": True}, {"full": True}])
def test_a_full_index_is_asked_for(full: dict[str, bool]) -> None:
    assert BlindIndexField(of=("phone",), leakage=LEAKAGE, **full).bits == 64


@pytest.mark.parametrize("bits", [-1, 0, 1, 8, 16, 32, 64, 65])
def test_bits_that_say_too_much_or_find_too_much_are_refused(bits: int) -> None:
    with pytest.raises(IndexLeaks):
        BlindIndexField(of=("phone",), bits=bits, expected_rows=100_000, leakage=LEAKAGE)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"expected_rows": 0},
        {"unique": True, "bits": 15},
        {"full": True, "bits": 63},
        {"expected_rows": 100_000, "leakage": ""},
        {"expected_rows": 100_000, "leakage": "little"},
    ],
)
def test_a_careless_declaration_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(IndexForbidden):
        BlindIndexField(**{"of": ("phone",), "leakage": LEAKAGE, **options})


def test_leakage_must_be_stated() -> None:
    with pytest.raises(TypeError):
        BlindIndexField(of=("phone",), expected_rows=100_000)  # type: ignore[call-arg]


def _field_of(*, of: tuple[str, ...], kind: str) -> BlindIndexField:
    """Return the index of a throw-away model over a column of that kind."""
    index = BlindIndexField(of=of, full=True, leakage=LEAKAGE)
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "sealed_checks", "abstract": True}),
        "value": SealedField(category=DataCategory.BIRTH_DATE, kind=kind),  # type: ignore[arg-type]
        "other": SealedField(category=DataCategory.NAME),
        "plain": models.TextField(),
        "index": index,
    }
    model = type("Throwaway", (models.Model,), attributes)
    found: BlindIndexField = model._meta.get_field("index")
    return found


@pytest.mark.parametrize("kind", ["date", "json"])
def test_a_date_or_a_truth_value_is_never_indexed_alone(kind: str) -> None:
    assert [message.id for message in check_index(_field_of(of=("value",), kind=kind))] == [
        "keys.E006"
    ]
    assert check_index(_field_of(of=("value", "other"), kind=kind)) == []
    assert check_index(_field_of(of=("value",), kind="text")) == []


@pytest.mark.parametrize("of", [(), ("plain",), ("unknown",), ("value", "plain")])
def test_an_index_is_made_of_sealed_columns(of: tuple[str, ...]) -> None:
    assert [message.id for message in check_index(_field_of(of=of, kind="text"))] == ["keys.E005"]


@database
def test_an_unknown_index_is_named(safe: Safe) -> None:
    with pytest.raises(NotSealed):
        index_value(safe.search(), Record, "name", SECRET)


def test_declarations_survive_migrations() -> None:
    for name in ("person_index", "phone_index", "name", "born"):
        field = Record._meta.get_field(name)
        _name, path, args, kwargs = field.deconstruct()
        again = getattr(__import__("records.keys.fields", fromlist=["x"]), path.split(".")[-1])(
            *args, **kwargs
        )
        assert path.startswith("records.keys.fields.")
        assert again.deconstruct()[1:] == field.deconstruct()[1:]


def test_an_index_value_knows_its_other_versions() -> None:
    value = IndexValue.of_versions([5, 7])

    assert value == 5
    assert value.all() == (5, 7)
