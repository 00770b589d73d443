"""A sealed column can be selected and asked for NULL. Everything else is refused, loudly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Concat, Length, Lower, Rank, Substr

from records.keys.errors import LookupRefused, PlaintextRefused
from records.keys.fields import SealedCell
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.tables import OtherRecord, Record, Town

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

LOOKUPS = [
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "endswith",
    "regex",
    "in",
    "gt",
    "gte",
    "lt",
    "lte",
    "range",
    "year",
    "date",
    "length",
    "unknown",
]


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("column", ["name", "born", "extra"])
def test_no_lookup_but_isnull(safe: Safe, lookup: str, column: str) -> None:
    safe.put()

    with pytest.raises(LookupRefused):
        list(Record.objects.filter(**{f"{column}__{lookup}": SECRET}))


@pytest.mark.parametrize("value", [SECRET, None, "", 0, False])
def test_no_equality(safe: Safe, value: object) -> None:
    safe.put()

    for ask in (Record.objects.filter, Record.objects.exclude, Record.objects.get):
        with pytest.raises(LookupRefused):
            list(ask(name=value))  # type: ignore[call-overload]


def test_isnull_answers(safe: Safe) -> None:
    safe.put()
    other = safe.put(nickname="")

    assert Record.objects.filter(nickname__isnull=True).count() == 1
    assert Record.objects.get(nickname__isnull=False).pk == other.pk
    assert Record.objects.exclude(nickname__isnull=True).get().pk == other.pk
    assert Record.objects.filter(~Q(nickname__isnull=True)).get().pk == other.pk


REFUSED: dict[str, Callable[[], Any]] = {
    "order_by": lambda: Record.objects.order_by("name"),
    "order_by descending": lambda: Record.objects.order_by("-name"),
    "order_by expression": lambda: Record.objects.order_by(F("name").desc()),
    "order_by function": lambda: Record.objects.order_by(Lower("name")),
    "order_by of values": lambda: Record.objects.values("name").order_by("name"),
    "order_by of values_list": lambda: Record.objects.values_list("pk", "name").order_by("-name"),
    "order_by alias": lambda: Record.objects.annotate(shown=F("name")).order_by("shown"),
    "order_by F alias": lambda: Record.objects.annotate(shown=F("name")).order_by(F("shown").asc()),
    "order_by alias of values": lambda: Record.objects.values(shown=F("name")).order_by("-shown"),
    "order_by related": lambda: Town.objects.order_by("records__name"),
    "reverse": lambda: Record.objects.order_by("name").reverse(),
    "latest": lambda: [Record.objects.latest("name")],
    "earliest": lambda: [Record.objects.earliest("name")],
    "distinct values": lambda: Record.objects.values("name").distinct(),
    "group by": lambda: Record.objects.values("name").annotate(count=Count("pk")),
    "max": lambda: [Record.objects.aggregate(Max("name"))],
    "count distinct": lambda: [Record.objects.aggregate(Count("name", distinct=True))],
    "related max": lambda: Town.objects.annotate(most=Max("records__name")),
    "lower": lambda: Record.objects.annotate(shown=Lower("name")),
    "length": lambda: Record.objects.annotate(shown=Length("name")),
    "substr": lambda: Record.objects.annotate(shown=Substr("name", 1, 3)),
    "coalesce": lambda: Record.objects.annotate(shown=Coalesce("nickname", "name")),
    "cast": lambda: Record.objects.annotate(shown=Cast("name", TextField())),
    "wrapper": lambda: Record.objects.annotate(
        shown=ExpressionWrapper(F("name"), output_field=TextField())
    ),
    "concat": lambda: Record.objects.annotate(
        shown=Concat("remark", "name", output_field=TextField())
    ),
    "plus": lambda: Record.objects.annotate(
        shown=ExpressionWrapper(F("name") + Value("x"), output_field=TextField())
    ),
    "case": lambda: Record.objects.annotate(
        shown=Case(When(remark="", then=F("name")), output_field=TextField())
    ),
    "window": lambda: Record.objects.annotate(rank=Window(Rank(), order_by="name")),
    "compared with it": lambda: Record.objects.filter(remark=F("name")),
    "compared with lower": lambda: Record.objects.filter(remark=Lower("name")),
    "in its values": lambda: Record.objects.filter(remark__in=Record.objects.values("name")),
    "subquery": lambda: Record.objects.annotate(
        shown=Subquery(OtherRecord.objects.values("name")[:1])
    ).values("shown"),
    "outer ref": lambda: Record.objects.filter(
        Exists(OtherRecord.objects.filter(subject_id=OuterRef("name")))
    ),
    "related filter": lambda: Town.objects.filter(records__name=SECRET),
    "conditional": lambda: Record.objects.filter(Q(remark="x") | Q(name=SECRET)),
    "update from it": lambda: [Record.objects.update(remark=F("name"))],
    "get_or_create": lambda: [Record.objects.get_or_create(name=SECRET)],
    "contains object": lambda: [Record.objects.values_list("name", flat=True).contains(SECRET)],
}


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("ask", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused(safe: Safe, ask: Callable[[], Any]) -> None:
    Record.objects.filter(pk=safe.put().pk).update(town=Town.objects.create())
    safe.put()

    with pytest.raises((LookupRefused, TypeError)) as refusal:
        list(ask())

    assert SECRET not in str(refusal.value)


def test_distinct_on_is_refused(safe: Safe) -> None:
    safe.put()

    with pytest.raises((LookupRefused, FieldError)):
        list(Record.objects.distinct("name"))


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        SECRET.encode(),
        "",
        0,
        False,
        Value(SECRET),
        F("remark"),
        F("nickname"),
        Lower("remark"),
    ],
    ids=repr,
)
def test_update_takes_no_plaintext_and_no_expression(safe: Safe, value: object) -> None:
    row = safe.put()

    with pytest.raises((PlaintextRefused, LookupRefused)), transaction.atomic():
        Record.objects.update(name=value)

    row.refresh_from_db()
    assert safe.reveal(row) == (SECRET,)


def test_update_with_the_cell_of_another_row_does_not_open(safe: Safe) -> None:
    from records.crypto.errors import CannotOpen

    one, other = safe.put(), safe.put()
    Record.objects.filter(pk=one.pk).update(name=other.name)

    with pytest.raises(CannotOpen):
        safe.reveal(Record.objects.get(pk=one.pk))


def test_values_give_sealed_cells(safe: Safe) -> None:
    safe.put()

    shown = [
        *Record.objects.values("name", "born").get().values(),
        *Record.objects.values_list("name", "extra").get(),
        Record.objects.values_list("name", flat=True).get(),
        Record.objects.values_list("name", named=True).get().name,
        Record.objects.annotate(shown=F("name")).get().shown,
        next(Record.objects.values_list("name").iterator())[0],
    ]

    assert {type(one) for one in shown} == {SealedCell, type(None)}
    assert SECRET not in repr(shown)


@pytest.mark.usefixtures("_installed")
def test_plain_questions_about_rows_still_work(safe: Safe) -> None:
    town = Town.objects.create()
    for _ in range(3):
        Record.objects.filter(pk=safe.put().pk).update(town=town)

    assert Record.objects.count() == 3
    assert Record.objects.distinct().count() == 3
    assert len(Record.objects.distinct()) == 3
    assert len(Record.objects.annotate(towns=Count("town"))) == 3
    assert Town.objects.annotate(people=Count("records")).get().people == 3
    assert Record.objects.order_by("remark", "pk").first() is not None
    assert len(Record.objects.filter(pk__in=Record.objects.values("pk"))) == 3
    assert len(Record.objects.all().union(Record.objects.all())) == 3
    assert Record.objects.values("pk", "name").distinct().count() == 3
    assert set(Record.objects.in_bulk()) == set(Record.objects.values_list("pk", flat=True))
