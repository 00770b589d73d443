"""Letters: the person opens their own; staff print them, and note that they were delivered."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dsar.errors import LetterUnknown
from dsar.models import Letter
from dsar.operations import open_letter, print_letter, record_handed_over
from dsar.queries import PackageFile
from portal.clock import read_clock
from portal.models import StaffRole
from portal.roles import holder_only, staff_only


@holder_only
@require_safe
def own_letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Hand a letter to the person whose it is."""
    return _as_pdf(
        open_letter(
            actor=request.holder.actor,
            subject_id=request.holder.subject_id,
            letter_id=letter_id,
            now=read_clock(),
        )
    )


@staff_only(*StaffRole)
@require_safe
def printed(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Hand a letter to staff, to print and post it."""
    _require_own(request, letter_id)
    return _as_pdf(print_letter(actor=request.staff.actor, letter_id=letter_id, now=read_clock()))


@staff_only(StaffRole.CLERK, StaffRole.CONTROLLER)
@require_POST
def delivered(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Note that a letter was handed over or has arrived."""
    _require_own(request, letter_id)
    letter = record_handed_over(actor=request.staff.actor, letter_id=letter_id, now=read_clock())
    return HttpResponseRedirect(reverse("office_case", args=[letter.case_id]))


def _require_own(request: HttpRequest, letter_id: UUID) -> None:
    """Return if the case of the letter is the staff's to work on; raise LetterUnknown otherwise
    (threat 35).
    """
    letter = Letter.objects.select_related("case").filter(pk=letter_id).first()
    own = letter is not None and (
        letter.case.answered_by == request.staff.city
        if request.staff.role == StaffRole.CLERK
        else request.staff.city in letter.case.controllers
    )
    if not own:
        raise LetterUnknown(letter_id=letter_id)


def _as_pdf(file: PackageFile) -> HttpResponse:
    response = HttpResponse(file.data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
