"""The officers' queue of requests: filters, saved views, retries; and the yearly figures (D1, D2,
D10).
"""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.queue import Due, QueueFilter
from dsar.rules import Right, State
from portal import words
from portal.clock import read_clock
from portal.forms import PageForm, read_number
from portal.models import StaffRole
from portal.register import city_names
from portal.roles import staff_only
from portal.sweeps import list_late
from portal.usecases import queue
from portal.writing import case_word

OFFICE = (StaffRole.DPO, StaffRole.CONTROLLER)
ANY = ("", _("Any"))


class FilterForm(PageForm):
    """What to see."""

    right = forms.ChoiceField(label=_("Right"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    due = forms.ChoiceField(
        label=_("Day"),
        required=False,
        choices=[
            ANY,
            (Due.OVERDUE.value, _("overdue")),
            (Due.SOON.value, _("within 7 days")),
        ],
    )
    city = forms.ChoiceField(label=_("Answered by"), required=False)
    assurance = forms.ChoiceField(label=_("How well the identity was checked"), required=False)
    closed = forms.ChoiceField(
        label=_("Waiting or answered"),
        required=False,
        choices=[("", _("waiting for an answer")), ("yes", _("answered"))],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "right": [(right.value, case_word(right)) for right in Right],
            "state": [(state.value, case_word(state)) for state in State],
            "city": list(city_names().items()),
            "assurance": [(str(n), text) for n, text in words.VALUES["assurance"].items()],
        }
        for name, some in choices.items():
            self.fields[name].choices = [ANY, *some]


class ViewNameForm(PageForm):
    """Under which name to keep the filter."""

    name = forms.CharField(
        label=_("Keep this filter as"),
        max_length=60,
        error_messages={"required": _("Enter a name for the view")},
    )


@staff_only(*OFFICE)
@require_http_methods(["GET", "POST"])
def queue_page(request: HttpRequest) -> HttpResponse:
    """Show the queue by days left, filtered; keep or forget a filter."""
    now, asked = read_clock(), QueueFilter.read(request.GET)
    name_form = ViewNameForm(request.POST if "keep" in request.POST else None)
    if request.method == "POST":
        if "forget" in request.POST:
            queue.forget_view(staff=request.staff, view_id=request.POST["forget"])
            return HttpResponseRedirect(reverse("queue"))
        if name_form.is_valid():
            name = name_form.cleaned_data["name"]
            queue.keep_view(staff=request.staff, name=name, asked=asked)
            return HttpResponseRedirect(f"{reverse('queue')}?{urlencode(asked.as_dict())}")
    page = queue.read_page(
        staff=request.staff, asked=asked, after=request.GET.get("after", ""), now=now
    )
    context = {
        "page": page,
        "filter_form": FilterForm(initial=asked.as_dict()),
        "form": name_form,
        "asked": asked,
        "query": urlencode(asked.as_dict()),
        "views": queue.list_views(staff=request.staff),
        "late": list_late(now=now),
    }
    status = 422 if name_form.errors else 200
    return render(request, "portal/office/queue.html", context, status=status)


@staff_only(*OFFICE)
@require_POST
def retry(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Make the job of a case due at once, after a source was mended (D2)."""
    queue.retry(staff=request.staff, case_id=case_id, now=read_clock())
    return HttpResponseRedirect(reverse("office_case", args=[case_id]))


@staff_only(*OFFICE)
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """Show the figures of a year, for all and for each city (D10)."""
    context = queue.read_figures(staff=request.staff, year=_year(request), now=read_clock())
    return render(request, "portal/office/figures.html", context)


@staff_only(*OFFICE)
@require_safe
def figures_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand the figures of a year over, as CSV or as a sealed PDF."""
    if kind not in queue.FILES:
        raise Http404
    file = queue.make_figures_file(
        staff=request.staff,
        year=_year(request),
        kind=kind,
        language=get_language() or "sl",
        now=read_clock(),
    )
    response = HttpResponse(file.data, content_type=queue.FILES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _year(request: HttpRequest) -> int | None:
    return read_number(request.GET.get("year"))
