"""What leaves through Django's own doors for rows is sealed, or nothing at all."""

import io
import json
from typing import Any

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict, modelform_factory
from django.template import Context, Template

from records.keys.errors import LookupRefused, PlaintextRefused
from tests.factories import ALL_STORES
from tests.records.keys.conftest import SECRET, Safe
from tests.records.keys.sealed_identity.models import Record

pytestmark = [
    pytest.mark.django_db(databases=ALL_STORES),
    pytest.mark.usefixtures("_installed"),
]


def shows_nothing(text: str) -> bool:
    """Return whether neither the name nor the birth date stands in it, written in any way."""
    return not any(part in text for part in (SECRET, json.dumps(SECRET)[1:-1], "1984-02-29"))


@pytest.mark.parametrize("kind", ["json", "jsonl", "xml", "python"])
def test_a_serialised_row_holds_cells_and_comes_back(safe: Safe, kind: str) -> None:
    row = safe.put()

    written = serializers.serialize(kind, [row])
    Record.objects.all().delete()
    for one in serializers.deserialize(kind, written):
        one.save()

    assert shows_nothing(str(written))
    assert "sealed:" in str(written)
    assert safe.reveal(Record.objects.get()) == (SECRET,)


def test_a_serialised_plaintext_is_not_taken_in(safe: Safe) -> None:
    row = safe.put()
    written: list[Any] = serializers.serialize("python", [row])

    for value in (SECRET, "", "sealed:", "sealed:QW5h", "sealed:%%"):
        written[0]["fields"]["name"] = value
        with pytest.raises((PlaintextRefused, serializers.base.DeserializationError)):
            list(serializers.deserialize("python", written))


def test_dumpdata_gives_cells(safe: Safe) -> None:
    safe.put()
    written = io.StringIO()

    call_command("dumpdata", "sealed_identity", stdout=written)

    assert "sealed:" in written.getvalue()
    assert shows_nothing(written.getvalue())


def test_plaintext_in_the_column_is_not_dumped(safe: Safe) -> None:
    row = safe.put()
    row.__dict__["name"] = SECRET  # as a row looks that was read from a tampered column

    with pytest.raises(PlaintextRefused):
        serializers.serialize("json", [row])


def test_json_does_not_take_a_cell(safe: Safe) -> None:
    with pytest.raises(TypeError):
        json.dumps({"name": safe.put().name}, cls=DjangoJSONEncoder)


def test_a_form_of_all_fields_has_no_sealed_one(safe: Safe) -> None:
    form = modelform_factory(Record, fields="__all__")(instance=safe.put())

    assert set(form.fields) == {"id", "subject_id", "town", "remark"}
    assert shows_nothing(form.as_p())


@pytest.mark.parametrize("column", ["name", "person_index"])
def test_a_form_that_names_a_sealed_field_is_refused(column: str) -> None:
    with pytest.raises(FieldError):
        modelform_factory(Record, fields=[column])


def test_a_form_saves_a_row_without_touching_its_cells(safe: Safe) -> None:
    row = safe.put()
    form = modelform_factory(Record, fields=["remark"], widgets={"remark": forms.TextInput})(
        {"remark": "new"}, instance=row
    )

    form.save()

    assert safe.reveal(Record.objects.get(remark="new")) == (SECRET,)


def test_model_to_dict_leaves_sealed_fields_out(safe: Safe) -> None:
    assert "name" not in model_to_dict(safe.put())
    assert shows_nothing(repr(model_to_dict(safe.put())))


def test_an_admin_like_list_is_refused(safe: Safe) -> None:
    from django.contrib.admin.utils import display_for_field, lookup_field

    field, _attribute, value = lookup_field("name", safe.put())

    assert str(value) == "<sealed>"
    with pytest.raises(LookupRefused):  # it asks whether the value is an empty text
        display_for_field(value, field, "-")


def test_a_template_shows_that_it_is_sealed(safe: Safe) -> None:
    page = Template("{{ row.name }} {{ row.name|default:'-' }} {{ row }}")

    with pytest.raises(LookupRefused):  # `default` asks whether it is true
        page.render(Context({"row": safe.put()}))
    shown = Template("{{ row.name }} {{ row }}").render(Context({"row": safe.put()}))

    assert shown.startswith("&lt;sealed&gt;")
    assert shows_nothing(shown)


def test_full_clean_takes_sealed_rows(safe: Safe) -> None:
    row = safe.put()

    row.full_clean()

    assert safe.reveal(row) == (SECRET,)
