"""The thirteen ways in which a registered model of stock django-auditlog lets plaintext out without
an entry.

Each is walked here on a real person of the identity store. Nothing of her may come out, whether the
path ends in a refusal or in sealed cells; what is hunted for is what the gate, asked afterwards,
reveals of her in the same test.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from auditlog.mixins import LogAccessMixin
from auditlog.registry import auditlog
from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import display_for_field, get_deleted_objects, lookup_field
from django.core.management import call_command
from django.db import connections
from django.db.models import Max
from django.forms import modelform_factory
from django.http import HttpResponse, StreamingHttpResponse
from django.template import Context, Engine
from django.test import RequestFactory
from django.views.generic import DetailView, ListView

from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.models import LogEntry
from records.access.purposes import Purpose
from records.errors import Refusal
from tests.factories import ALL_STORES
from tests.records.access.people import PERSON, register

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

COLUMNS = ("given_name", "family_name", "residence", "birth_date", "phone", "email")
PAGE = Engine(debug=True).from_string(
    "{{ object }}{% for one in object_list %}{{ one }}{% endfor %}"
    + "".join(f"{{{{ object.{name} }}}}" for name in COLUMNS)
    + "{% for one in object_list %}"
    + "".join(f"{{{{ one.{name} }}}}" for name in COLUMNS)
    + "{% endfor %}"
)


class Page:
    """A view that prints all it is given."""

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        return HttpResponse(PAGE.render(Context(context)))


def _person() -> Any:
    from records.identity.models import DataSubject

    return DataSubject


def _admin() -> Any:
    site = AdminSite()
    site.register(_person())
    return ModelAdmin(_person(), site), site


def _request() -> Any:
    request = RequestFactory().get("/")

    class Root:
        """A user who may do everything."""

        is_active = is_staff = is_superuser = True

        def has_perm(self, *anything: object) -> bool:
            return True

    request.user = Root()
    return request


def detail_view(subject: UUID) -> str:
    """A DetailView without the mixin."""
    view = type("View", (Page, DetailView), {"model": _person()})
    return str(view.as_view()(_request(), pk=subject).content)


def list_view_with_mixin(subject: UUID) -> str:
    """A ListView with LogAccessMixin, which stock django-auditlog breaks."""
    view = type("View", (LogAccessMixin, Page, ListView), {"model": _person()})
    try:
        return str(view.as_view()(_request()).content)
    except AttributeError:
        view = type("View", (Page, ListView), {"model": _person()})
        return str(view.as_view()(_request()).content)


def admin_form(subject: UUID) -> str:
    """The form of the admin's change page."""
    admin, _ = _admin()
    person = _person().objects.get(pk=subject)
    form = admin.get_form(_request(), person)(instance=person)
    shown = modelform_factory(_person(), fields="__all__")(instance=person).as_p()
    return shown + repr(form.initial) + "".join(str(form[name].value()) for name in form.fields)


def admin_list(subject: UUID) -> str:
    """The cells of the admin's list, each column shown."""
    admin, _ = _admin()
    shown = []
    for person in admin.get_queryset(_request()):
        for column in (*COLUMNS, "__str__"):
            field, _, value = lookup_field(column, person, admin)
            shown.append(str(value if field is None else display_for_field(value, field, "-")))
    return "".join(shown)


def admin_delete_page(subject: UUID) -> str:
    """What the admin's delete page lists."""
    _, site = _admin()
    return str(get_deleted_objects(_person().objects.filter(pk=subject), _request(), site))


def streaming_csv(subject: UUID) -> str:
    """A CSV that is streamed row by row."""

    def rows() -> Iterator[str]:
        for person in _person().objects.iterator():
            line = io.StringIO()
            csv.writer(line).writerow([getattr(person, column) for column in COLUMNS])
            yield line.getvalue()

    return str(b"".join(StreamingHttpResponse(rows())))


def shell_get(subject: UUID) -> str:
    """What somebody sees who gets the row in a shell."""
    person = _person().objects.get(pk=subject)
    return repr(person) + repr(vars(person)) + repr([getattr(person, one) for one in COLUMNS])


def values_list(subject: UUID) -> str:
    """`values_list` and `values`."""
    found = _person().objects.filter(pk=subject)
    return repr(list(found.values_list(*COLUMNS))) + repr(list(found.values()))


def raw_sql(subject: UUID) -> str:
    """The table as the database hands it over."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM identity_datasubject")
        found = cursor.fetchall()
    raw = [bytes(one) for row in found for one in row if isinstance(one, bytes | memoryview)]
    return repr(found) + b"".join(raw).decode("utf-8", "replace")


def related_through_a_child(subject: UUID) -> str:
    """`select_related` from a row that points to the person."""
    from records.identity.models import DocumentCheck

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM identity_documentcheck")
        assert cursor.fetchone()[0]
    (check,) = DocumentCheck.objects.select_related("subject").filter(subject=subject)
    return repr([getattr(check.subject, column) for column in COLUMNS]) + str(check.subject)


def aggregate_max(subject: UUID) -> str:
    """An aggregate over a column."""
    return repr(_person().objects.aggregate(Max("family_name")))


def dumpdata(subject: UUID) -> str:
    """`manage.py dumpdata`."""
    out = io.StringIO()
    call_command("dumpdata", "identity.DataSubject", stdout=out)
    return out.getvalue()


def instance_as_text(subject: UUID) -> str:
    """`str(instance)`, which stock django-auditlog writes into every entry."""
    person = _person().objects.get(pk=subject)
    return f"{person} {person!r} {person.family_name} {person.family_name!r}"


PATHS = (
    detail_view,
    list_view_with_mixin,
    admin_form,
    admin_list,
    admin_delete_page,
    streaming_csv,
    shell_get,
    values_list,
    raw_sql,
    related_through_a_child,
    aggregate_max,
    dumpdata,
    instance_as_text,
)


def _reveal(subject: UUID, actor: Actor, now: datetime) -> list[str]:
    from records.identity.queries import reveal_person

    grant = open_gate(
        actor=actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[subject],
        categories=PERSON,
        task="look-up",
        now=now,
    )
    person = reveal_person(grant, subject)
    return [str(getattr(person, column)) for column in COLUMNS]


@pytest.fixture
def subject(keyring: Any, cene: Actor, now: datetime) -> UUID:
    """Ana, registered, her document seen."""
    from records.identity.operations import record_document_check
    from records.identity.rules import DocumentType

    one = register(actor=cene, now=now)
    from records.access.purposes import Action, DataCategory

    grant = open_gate(
        actor=cene,
        purpose=Purpose.CARD_APPLICATION,
        subjects=[one],
        categories=[DataCategory.NAME, DataCategory.APPLICATION],
        action=Action.CHANGE,
        task="application",
        now=now,
    )
    record_document_check(
        grant, subject_id=one, document_type=next(iter(DocumentType)), matched=True, now=now
    )
    return one


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_nothing_comes_out_around_the_gate(
    subject: UUID, path: Callable[[UUID], str], cene: Actor, now: datetime
) -> None:
    before = LogEntry.objects.count()

    try:
        shown = path(subject)
    except Refusal as refusal:
        shown = f"{refusal} {refusal.facts}"

    assert shown, "the path led somewhere"
    assert LogEntry.objects.count() == before
    known = _reveal(subject, cene, now)
    assert len(known) == 6
    assert LogEntry.objects.count() == before + 1
    for value in known:
        assert value not in shown
        assert json.dumps(value)[1:-1] not in shown


def test_there_are_thirteen() -> None:
    assert len(set(PATHS)) == 13


def test_no_personal_table_is_registered_with_auditlog() -> None:
    from records.access.changes import is_not_personal

    assert _person() not in auditlog.get_models()
    assert all(is_not_personal(model) for model in auditlog.get_models())
