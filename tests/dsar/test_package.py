"""The parts of a package: nothing left out silently, nothing that a spreadsheet would run."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from django.apps import apps
from hypothesis import given
from jsonschema import Draft202012Validator

from dsar.errors import UndeclaredData
from dsar.package.content import Collected, collect_source, plain
from dsar.package.csv_files import cell, csv_bytes, file_name
from dsar.package.manifest import Status, holes
from dsar.package.schema import package_schema
from dsar.package.tables import lay_out
from dsar.package.texts import TEXTS
from dsar.package.words import TABLES, Words, has_slovenian_value, slovenian_column
from dsar.queries import personal_tables, published_schema
from records.access.inventory import Personal, Record, Section, Table, not_personal
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store

NAME = Personal("name", DataCategory.NAME, "name", (Purpose.CARD_APPLICATION,))
CITY = Personal("city", DataCategory.RESIDENCE, "city", (Purpose.CARD_APPLICATION,))
SECRET = Personal("secret", DataCategory.SIGN_IN, "secret", (Purpose.SIGN_IN,), withheld="security")
PEOPLE = Table(
    "demo.Person",
    Store.IDENTITY,
    "People",
    (*not_personal(["id"], "a number"), NAME, CITY, SECRET),
)
STAFF = Table("demo.Staff", Store.IDENTITY, "Staff", (SECRET,))
LISTS = Table("demo.List", Store.IDENTITY, "Lists", whole_because="nobody is in it")


def section(*rows: tuple[object, object]) -> Section:
    """Return a section of people."""
    return Section(PEOPLE, tuple(Record({"name": name, "city": city}) for name, city in rows))


def collected(*sections: Section, scope: tuple[DataCategory, ...] = ()) -> Collected:
    """Return what the demo source hands over."""
    return collect_source("demo", (PEOPLE, STAFF, LISTS), sections, scope)


def test_every_personal_table_has_a_line_in_the_manifest() -> None:
    found = collected(section(("Ana", "Ljubija")))

    assert [(line.table, line.status, line.rows) for line in found.manifest] == [
        ("demo.Person", Status.INCLUDED, 1),
        ("demo.Staff", Status.WITHHELD, 0),
    ]
    assert found.manifest[0].withheld_columns == (("secret", "security"),)
    assert found.manifest[1].reason == "security"
    assert not holes(found.manifest)


def test_a_table_without_rows_is_empty_not_absent() -> None:
    found = collected(section())

    assert found.manifest[0].status is Status.EMPTY
    assert found.sheets[0].rows == ()


def test_a_table_that_a_source_forgets_is_a_hole() -> None:
    found = collected()

    assert [line.reason for line in holes(found.manifest)] == ["not_handed_over"]


@pytest.mark.parametrize("values", [{"name": "Ana"}, {"name": "Ana", "city": "L", "iban": "SI56"}])
def test_a_column_too_few_or_too_many_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(UndeclaredData):
        collected(Section(PEOPLE, (Record(values),)))


def test_a_section_of_an_undeclared_table_is_refused() -> None:
    with pytest.raises(UndeclaredData):
        collected(section(), Section(LISTS, ()), Section(Table("x.Y", Store.IDENTITY, "Y"), ()))


def test_a_narrower_request_gives_only_the_kinds_asked_for() -> None:
    found = collected(section(("Ana", "Ljubija")), scope=(DataCategory.NAME,))

    assert [column.name for column in found.sheets[0].columns] == ["name"]
    assert list(found.sheets[0].plain_rows()) == [["Ana"]]
    assert found.manifest[1].status is Status.NOT_REQUESTED


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2027, 3, 28, 3, 30, tzinfo=UTC), "2027-03-28T03:30:00Z"),
        (date(2027, 2, 5), "2027-02-05"),
        (Decimal("12.50"), "12.50"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Store.IDENTITY, "default"),
        ({"a": (1, None)}, {"a": [1, None]}),
        ({"b", "a"}, ["a", "b"]),
        (True, True),
        (0, 0),
        ("", ""),
    ],
)
def test_values_keep_their_meaning_in_json(value: object, shown: object) -> None:
    assert plain(value) == shown
    assert type(plain(value)) is type(shown)


def test_a_value_that_json_cannot_keep_is_refused_not_guessed() -> None:
    with pytest.raises(UndeclaredData):
        plain(b"bytes")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "＝", "\n+"])
def test_no_cell_runs_as_a_formula(start: str) -> None:
    shown = cell(f"{start}HYPERLINK(1)")

    assert shown.startswith("'")
    assert shown[1:] == f"{start}HYPERLINK(1)"


@pytest.mark.parametrize("number", [-5, -0.5, 7, 0])
def test_numbers_stay_numbers(number: float) -> None:
    assert cell(number) == str(number)


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=8))
def test_a_csv_file_can_be_read_back_row_by_row(rows: list[tuple[str, str]]) -> None:
    (sheet,) = collected(section(*rows)).sheets

    read = list(
        csv.reader(io.StringIO(csv_bytes(sheet).decode("utf-8-sig"), newline=""), delimiter=";")
    )

    assert csv_bytes(sheet).startswith(b"\xef\xbb\xbf")
    assert read[0] == ["name", "city"]
    assert [tuple(one.removeprefix("'") for one in row) for row in read[1:]] == [
        tuple(one.removeprefix("'") for one in row) for row in rows
    ]


def test_a_file_is_named_after_source_and_table() -> None:
    (sheet,) = collected(section()).sheets

    assert file_name(sheet) == "demo.person.csv"


def test_the_schema_describes_each_column_and_admits_no_other() -> None:
    schema: Any = package_schema([("demo", PEOPLE)])
    table = schema["properties"]["data"]["properties"]["demo"]["properties"]["demo.Person"]
    validator = Draft202012Validator(table)

    assert validator.is_valid([{"name": "Ana", "city": None}])
    assert not validator.is_valid([{"name": "Ana", "secret": "x"}])
    described = table["items"]["properties"]["name"]
    assert described["x-legal-basis"] == f"GDPR {LegalBasis.CONTRACT.value}"
    assert described["x-category"] == "name"
    Draft202012Validator.check_schema(schema)


def test_the_published_schema_is_that_of_all_sources() -> None:
    text = json.dumps(published_schema())

    Draft202012Validator.check_schema(published_schema())
    for model, (_, table) in personal_tables().items():
        if any(not column.withheld for column in table.personal()):
            assert model in text


def test_both_languages_say_the_same_things() -> None:
    assert set(TEXTS["sl"]) == set(TEXTS["en"])
    assert all(text.strip() for language in TEXTS.values() for text in language.values())


def test_every_declared_table_and_column_has_a_slovenian_name() -> None:
    tables = [table for _, table in personal_tables().values()]
    missing = [table.model for table in tables if table.model not in TABLES]
    missing += [
        f"{table.model}.{column.name}"
        for table in tables
        for column in table.personal()
        if not slovenian_column(table, column)
    ]

    assert missing == []


def test_every_code_of_the_inventory_has_words_in_both_languages() -> None:
    columns = [column for _, table in personal_tables().values() for column in table.personal()]
    keys = {f"category.{column.category.value}" for column in columns}
    keys |= {f"purpose.{purpose.value}" for column in columns for purpose in column.purposes}
    keys |= {f"retention.{column.retention}" for column in columns}
    keys |= {f"withheld.{column.withheld}" for column in columns if column.withheld}
    keys |= {f"source.{source}" for source, _ in personal_tables().values()}

    assert {key for key in keys if key not in TEXTS["sl"]} == set()


def test_every_value_of_a_closed_list_has_a_slovenian_word() -> None:
    missing = {
        f"{table.model}.{column.name}: {value}"
        for _, table in personal_tables().values()
        for column in table.personal()
        if not column.withheld
        for value, _ in apps.get_model(table.model)._meta.get_field(column.name).choices or ()
        if isinstance(value, str) and value and not has_slovenian_value(value)
    }

    assert missing == set()


@pytest.mark.parametrize(
    ("value", "slovenian", "english"),
    [
        (date(2027, 2, 5), "5. 2. 2027", "5 February 2027"),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "28. 3. 2027 ob 3.30", "28 March 2027 at 3:30"),
        (True, "da", "yes"),
        (
            "name, contact",
            "ime in identiteta, telefon in e-pošta",
            "name and identity, phone and e-mail",
        ),
        ("ljubija", "Mestna občina Ljubija", "Mestna občina Ljubija"),
        ("Ana, Bor", "Ana, Bor", "Ana, Bor"),
        (None, "", ""),
        (["physical", None], "fizična, ", "physical, "),
    ],
)
def test_values_are_written_as_people_write_them(
    value: object, slovenian: str, english: str
) -> None:
    names = {"ljubija": "Mestna občina Ljubija"}

    assert Words("sl", names).value(value) == slovenian
    assert Words("en", names).value(value) == english


def test_cents_are_shown_as_an_amount() -> None:
    amount = Personal("amount_minor", DataCategory.WALLET, "amount", (Purpose.OWN_DATA,))

    assert Words("sl").cell(amount, 1250) == "12,50 EUR"
    assert Words("sl").cell(amount, -5) == "−0,05 EUR"
    assert Words("en").cell(amount, 100) == "1.00 EUR"


def test_what_is_the_same_in_all_rows_is_said_once_and_every_row_is_printed() -> None:
    (sheet,) = collected(section(*((f"Ana {number}", "Ljubija") for number in range(5)))).sheets

    (block,) = lay_out(Words("sl"), sheet).blocks()

    assert block["columns"] == ["Name"]
    assert "Ljubija" in str(block["summary"])
    assert block["rows"] == [[f"Ana {number}"] for number in range(5)]


def test_identical_rows_are_all_printed() -> None:
    (sheet,) = collected(section(*[("Ana", "Ljubija")] * 4)).sheets

    (block,) = lay_out(Words("sl"), sheet).blocks()

    assert block["rows"] == [["Ana"]] * 4
