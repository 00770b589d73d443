"""The register: what the file says, what it may not say, and how it is loaded."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from records.identity import queries
from records.identity.errors import CityUnknown, RegisterInvalid
from records.identity.models import Controller
from records.identity.operations import load_register
from records.identity.rules import read_register
from tests import factories


@pytest.fixture
def content() -> dict[str, Any]:
    return tomllib.loads(Path(settings.REGISTER_FILE).read_text(encoding="utf-8"))


@pytest.fixture
def register(db: Any) -> None:
    factories.load_demo_register()


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _minimal(*, cities: int) -> str:
    controllers = [
        f"""
[[controllers]]
code = "mesto-{number}"
name = "Občina {number}"
short_name = "Mesto {number}"
address = "Glavni trg {number}"
email = "obcina{number}@example.org"
dpo_name = "Pooblaščena oseba"
dpo_email = "dpo{number}@example.org"
"""
        for number in range(1, cities + 1)
    ]
    return "\n".join(controllers) + (
        """
[[processors]]
code = "izvajalec"
name = "Izvajalec"
address = "Cesta 1"
task = "operator"
acts_for = ["mesto-1"]
contract_reference = "1/2026"
contract_date = 2026-01-01

[[registration_points]]
code = "tocka"
name = "Točka"
city = "mesto-1"
run_by = "izvajalec"
address = "Cesta 1"

[[delivery_methods]]
code = "post"
name = "Po pošti"
name_en = "By post"
"""
    )


@pytest.mark.rule("PP1a")
def test_each_controller_is_shown_with_its_identity_card(register: None) -> None:
    cards = {row.code: row for row in queries.list_controllers()}

    assert set(cards) == {"novo-mesto", "nova-gorica"}
    for row in cards.values():
        for said in (
            row.name,
            row.address,
            row.registration_number,
            row.tax_number,
            row.website,
            row.email,
            row.phone,
            row.dpo_name,
            row.dpo_email,
        ):
            assert said


@pytest.mark.rule("PP1b", "PP4")
def test_each_processor_stands_with_its_contract_and_whom_it_acts_for(register: None) -> None:
    rows = queries.list_processors()

    assert {row.code for row in rows} == {"gostovanje", "knjiznica", "mestne-storitve", "telekom"}
    assert all(row.contract_reference and row.contract_date for row in rows)
    assert {row.code: {controller.code for controller in row.acts_for.all()} for row in rows} == {
        "gostovanje": {"novo-mesto", "nova-gorica"},
        "knjiznica": {"novo-mesto"},
        "mestne-storitve": {"nova-gorica"},
        "telekom": {"novo-mesto", "nova-gorica"},
    }


@pytest.mark.rule("PP1b")
def test_a_sub_processor_names_who_engaged_it(register: None) -> None:
    (row,) = [row for row in queries.list_processors() if row.code == "gostovanje"]

    assert row.engaged_by is not None
    assert row.engaged_by.code == "telekom"


def test_the_processors_of_one_controller(register: None) -> None:
    codes = {row.code for row in queries.list_processors(controller="novo-mesto")}

    assert codes == {"gostovanje", "knjiznica", "telekom"}


@pytest.mark.rule("T2.11")
def test_registration_points_are_listed_by_city(register: None) -> None:
    assert {row.code for row in queries.list_registration_points()} == {
        "nm-knjiznica",
        "nm-obcina",
        "ng-mestne-storitve",
    }
    assert [row.code for row in queries.list_registration_points(city="nova-gorica")] == [
        "ng-mestne-storitve"
    ]


@pytest.mark.rule("K12", "T2.7")
@pytest.mark.django_db
@pytest.mark.parametrize("cities", [1, 2, 5])
def test_any_number_of_controllers_is_taken(tmp_path: Path, cities: int) -> None:
    load_register(path=_write(tmp_path / "register.toml", _minimal(cities=cities)))

    assert len(queries.list_controllers()) == cities
    assert queries.get_controller(f"mesto-{cities}").name == f"Občina {cities}"


def test_loading_twice_changes_nothing(register: None) -> None:
    before = list(Controller.objects.order_by("code").values())

    factories.load_demo_register()

    assert list(Controller.objects.order_by("code").values()) == before


def test_an_organisation_that_left_the_file_is_retired_not_deleted(
    register: None, tmp_path: Path
) -> None:
    load_register(path=_write(tmp_path / "register.toml", _minimal(cities=1)))

    assert [row.code for row in queries.list_controllers()] == ["mesto-1"]
    assert Controller.objects.filter(code="novo-mesto", active=False).exists()
    with pytest.raises(CityUnknown):
        queries.get_controller("novo-mesto")


def test_a_mistake_leaves_everything_as_it_was(register: None, tmp_path: Path) -> None:
    text = _minimal(cities=2).replace('run_by = "izvajalec"', 'run_by = "nihče"')

    with pytest.raises(RegisterInvalid):
        load_register(path=_write(tmp_path / "register.toml", text))

    assert {row.code for row in queries.list_controllers()} == {"novo-mesto", "nova-gorica"}


def test_a_file_that_is_missing_or_no_toml_is_refused(db: Any, tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", _write(tmp_path / "bad.toml", "[[controllers")):
        with pytest.raises(RegisterInvalid):
            load_register(path=path)


def _without(content: dict[str, Any], key: str) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    del changed["controllers"][0][key]
    return changed


@pytest.mark.parametrize("key", ["code", "name", "email", "dpo_email"])
def test_a_missing_fact_is_named(content: dict[str, Any], key: str) -> None:
    with pytest.raises(RegisterInvalid) as refused:
        read_register(_without(content, key))

    assert refused.value.facts["where"] == f"controllers[1].{key}"


def _set(content: dict[str, Any], table: str, key: str, value: object) -> dict[str, Any]:
    content[table][0][key] = value
    return content


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("controllers", "tax_number", "SI48768112"),
        ("controllers", "registration_number", "5883289000"),
        ("controllers", "code", "Novo mesto"),
        ("controllers", "name", ""),
        ("controllers", "name", 7),
        ("controllers", "logo", "x.png"),
        ("controllers", "code", "nova-gorica"),
        ("processors", "acts_for", ["kranj"]),
        ("processors", "acts_for", []),
        ("processors", "acts_for", [1]),
        ("processors", "engaged_by", "knjiznica"),
        ("processors", "code", "novo-mesto"),
        ("processors", "contract_date", "2021-10-15"),
        ("registration_points", "city", "kranj"),
        ("registration_points", "run_by", "kranj"),
        ("delivery_methods", "needs_point", "yes"),
    ],
)
def test_a_wrong_fact_is_refused(
    content: dict[str, Any], table: str, key: str, value: object
) -> None:
    read_register(copy.deepcopy(content))

    with pytest.raises(RegisterInvalid):
        read_register(_set(content, table, key, value))


@pytest.mark.parametrize(
    "table", ["controllers", "processors", "registration_points", "delivery_methods"]
)
def test_an_empty_or_unknown_table_is_refused(content: dict[str, Any], table: str) -> None:
    for changed in ({**content, table: []}, {**content, "others": []}):
        with pytest.raises(RegisterInvalid):
            read_register(changed)
