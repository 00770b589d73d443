"""Portability: what can be carried away and what cannot, the request, the published schemas."""

from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from dsar.package.schema import FORMAT, PORTABLE_FORMAT
from dsar.queries import published_schema
from dsar.rules import Right, deadlines
from dsar.tasks import fulfil_task
from portal.clock import read_clock
from portal.forms import PageForm
from portal.roles import holder_only
from portal.tasks import wake
from portal.usecases import own_cases, portable
from records.legal_days import legal_day

SCHEMAS = {
    FORMAT.replace("/", "-"): Right.ACCESS,
    PORTABLE_FORMAT.replace("/", "-"): Right.PORTABILITY,
}
"""Name of a published schema → the right whose data file it describes."""


class PortableForm(PageForm):
    """In which language the explanations are."""

    title = _("In which language should the explanations be?")
    language = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[("sl", "slovenščina"), ("en", "English")],
        error_messages={"required": _("Choose the language")},
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)


@holder_only
@require_http_methods(["GET", "POST"])
def portability(request: HttpRequest) -> HttpResponse:
    """Say what is given and what is left out, and file the request (GDPR 20)."""
    now = read_clock()
    initial = {"language": request.LANGUAGE_CODE, "request_id": uuid4()}
    form = PortableForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _file(request, form.cleaned_data["request_id"], form.cleaned_data["language"])
    context = {
        "form": form,
        "portable": portable.list_portable(),
        "due": deadlines(legal_day(now)).due,
        "schema": next(name for name, right in SCHEMAS.items() if right is Right.PORTABILITY),
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/holder/portability.html", context, status=status)


def _file(request: HttpRequest, request_id: UUID, language: str) -> HttpResponse:
    now = read_clock()
    case = own_cases.file_own(
        holder=request.holder,
        right=Right.PORTABILITY,
        language=language,
        case_id=request_id,
        now=now,
    )
    page = own_cases.read_case(holder=request.holder, case_id=case.pk, now=now)
    if page.job is not None:
        wake(fulfil_task, page.job.pk)
    return HttpResponseRedirect(reverse("request_sent", args=[case.pk]))


@require_safe
def schema(_request: HttpRequest, name: str) -> HttpResponse:
    """Publish the JSON Schema of a data file; it says nothing about anybody."""
    if name not in SCHEMAS:
        raise Http404
    response = JsonResponse(published_schema(SCHEMAS[name]), json_dumps_params={"indent": 1})
    response.headers["Content-Type"] = "application/schema+json"
    return response
