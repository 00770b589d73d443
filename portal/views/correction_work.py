"""Staff work on corrections, restrictions, objections and questions."""

from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dsar.operations.corrections import CHANGEABLE
from portal import words, words_corrections
from portal.clock import read_clock
from portal.forms import DayField, PageForm
from portal.models import StaffRole
from portal.roles import staff_only
from portal.usecases import correction_work, own_rights
from records.identity.rules import DocumentType

CITY = "home_city"


class AddForm(PageForm):
    """A correction as it stands on paper."""

    column = forms.ChoiceField(
        label=_("Which value?"),
        choices=[
            (name, words.FIELDS.get(name, words.FIELDS["my_city"])) for name in sorted(CHANGEABLE)
        ],
    )
    value = forms.CharField(label=_("New value"), max_length=300)

    def clean(self) -> dict[str, object]:
        """Read a date as it is written here."""
        found = super().clean() or {}
        if found.get("column") == "birth_date" and found.get("value"):
            try:
                found["value"] = DayField().to_python(found["value"])
            except forms.ValidationError as error:
                self.add_error("value", error)
        return found


@staff_only(*StaffRole)
@require_http_methods(["GET", "POST"])
def work(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show what a case asks for, in plain and logged; do one step of it."""
    form = AddForm(request.POST if request.POST.get("act") == "add" else None)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        _act(request, case_id, form)
        return HttpResponseRedirect(reverse("office_work", args=[case_id]))
    staff = request.staff
    context = {
        "page": correction_work.reveal_work(staff=staff, case_id=case_id, now=read_clock()),
        "form": form,
        "staff": staff,
        "may_work": staff.role in (StaffRole.CLERK, StaffRole.CONTROLLER),
        "may_decide": staff.role is StaffRole.CONTROLLER,
        "documents": [kind.value for kind in DocumentType],
        "rejections": [(code.value, text) for code, text in words_corrections.REJECTIONS.items()],
        "liftings": [(code.value, text) for code, text in words_corrections.LIFTINGS.items()],
        "purposes": own_rights.list_purposes(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/office/work.html", context, status=status)


def _act(request: HttpRequest, case_id: UUID, form: AddForm) -> None:
    said, common = request.POST, {"staff": request.staff, "case_id": case_id, "now": read_clock()}
    act = said.get("act", "")
    try:
        if act == "apply":
            correction_work.make(
                item_id=UUID(said["item"]), evidence=said.get("evidence", ""), **common
            )
        elif act == "reject":
            correction_work.reject(item_id=UUID(said["item"]), ground=said["ground"], **common)
        elif act == "add":
            correction_work.add(**form.cleaned_data, **common)
        elif act == "object":
            correction_work.enter_objection(purposes=said.getlist("purpose"), **common)
        elif act in ("uphold", "overrule"):
            upheld = act == "uphold"
            correction_work.weigh(objection_id=UUID(said["objection"]), upheld=upheld, **common)
        elif act == "announce":
            row = UUID(said["restriction"])
            correction_work.announce(restriction_id=row, reason=said["reason"], **common)
        elif act == "lift":
            correction_work.end_restriction(restriction_id=UUID(said["restriction"]), **common)
        else:
            raise BadRequest
    except (KeyError, ValueError):
        # A form of ours sends neither.
        raise BadRequest from None
