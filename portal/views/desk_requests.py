"""The desk's requests: list, case, identity, what is printed and handed over."""

from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.errors import IdentityNotProven
from dsar.queries import PackageFile
from dsar.rules.proof import Doubt
from dsar.tasks import fulfil_task
from portal.clock import read_clock
from portal.errors import CodeExpired, CodeWrong
from portal.forms import DayField, PageForm
from portal.refusals import explain
from portal.roles import staff_only
from portal.tasks import send_code, wake
from portal.usecases import intake
from portal.usecases.sign_in import Typed, ask_for_code
from portal.views.intake import DESK, DRAFT_KEY
from portal.views.sign_in import CodeForm
from records.cards.rules import clean_holder_id
from records.errors import Refusal

CHALLENGE_KEY = "varuh_desk_code"


@staff_only(*DESK)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Show the requests that the city's desks registered or answer, with days left (D1)."""
    lines = intake.list_requests(staff=request.staff, now=read_clock())
    context = {"lines": lines, "has_draft": bool(request.session.get(DRAFT_KEY))}
    return render(request, "portal/clerk/requests.html", context)


@staff_only(*DESK)
@require_safe
def registered(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm: reference, deadline, and what is to be done now (H2, C8)."""
    page = intake.read_desk_case(staff=request.staff, case_id=case_id, now=read_clock())
    return render(request, "portal/clerk/request_registered.html", {"page": page})


@staff_only(*DESK)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one request to the desk; nothing personal is opened."""
    page = intake.read_desk_case(staff=request.staff, case_id=case_id, now=read_clock())
    return render(request, "portal/clerk/request.html", {"page": page})


@staff_only(*DESK)
@require_POST
def receipt(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Print the acknowledgement; each printing makes a new status code, the last one works."""
    return _pdf(intake.print_receipt(staff=request.staff, case_id=case_id, now=read_clock()))


@staff_only(*DESK)
@require_POST
def package(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Print the answer for a person who asked for paper."""
    return _pdf(intake.print_answer(staff=request.staff, case_id=case_id, now=read_clock()))


@staff_only(*DESK)
@require_POST
def written(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show what was written; by POST, for it is a look that the log keeps."""
    now = read_clock()
    context = {
        "page": intake.read_desk_case(staff=request.staff, case_id=case_id, now=now),
        "written": intake.reveal_written(staff=request.staff, case_id=case_id, now=now),
    }
    return render(request, "portal/clerk/request_written.html", context)


@staff_only(*DESK)
@require_POST
def file(request: HttpRequest, case_id: UUID, upload_id: UUID) -> HttpResponse:
    """Hand out an attachment, to be saved only."""
    number, data = intake.hand_out_case_upload(
        staff=request.staff, case_id=case_id, upload_id=upload_id, now=read_clock()
    )
    return as_download(data, f"attachment-{number}.bin")


@staff_only(*DESK)
@require_POST
def act(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take one step at the desk: identity asked, answer or letter handed over, nobody found."""
    staff, now, what = request.staff, read_clock(), request.POST.get("act", "")
    if what == "ask_identity":
        intake.note_identity_asked(staff=staff, case_id=case_id, now=now)
    elif what == "doubt":
        if request.POST.get("doubt") not in set(Doubt):
            raise BadRequest
        doubt = Doubt(request.POST["doubt"])
        intake.note_doubt(staff=staff, case_id=case_id, doubt=doubt, now=now)
    elif what == "package_delivered":
        intake.deliver_answer(staff=staff, case_id=case_id, now=now)
    elif what == "letter_delivered":
        try:
            letter_id = UUID(request.POST.get("letter", ""))
        except ValueError:
            raise BadRequest from None
        intake.deliver_letter(staff=staff, case_id=case_id, letter_id=letter_id, now=now)
    elif what == "order_again":
        intake.order_answer_again(staff=staff, case_id=case_id, now=now)
        return _verified(case_id)
    elif what == "answer_nobody":
        intake.answer_nobody(staff=staff, case_id=case_id, now=now)
    else:
        raise BadRequest
    return HttpResponseRedirect(reverse("desk_case", args=[case_id]))


class ProofForm(PageForm):
    """What the person shows."""

    proof = forms.ChoiceField(
        label=_("What does the person show?"),
        widget=forms.RadioSelect,
        choices=[
            ("card", _("the card, in their hand")),
            ("code", _("a code, sent to the enrolled phone or e-mail address")),
            ("document", _("an identity document")),
        ],
        help_text=_("A document with the same name is not enough where none was seen before (C8)."),
        error_messages={"required": _("Choose what the person shows")},
    )
    card = forms.CharField(
        label=_("Card ID, read from the card"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    birth_date = DayField(
        label=_("Date of birth, as the person says it"),
        required=False,
        help_text=_("A card alone may have been found. It is compared, not shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, object]:
        """Ask for the number of a card that is shown."""
        values = super().clean() or {}
        if values.get("proof") == "card":
            try:
                values["card"] = clean_holder_id(values.get("card", ""))
            except Refusal as refusal:
                self.add_error("card", explain(refusal))
        return values


@staff_only(*DESK)
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Note how the person showed that they are the holder (C8)."""
    staff, now = request.staff, read_clock()
    found = intake.get_own_case(staff=staff, case_id=case_id)
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if values["proof"] == "code":
            challenge = ask_for_code(
                typed=Typed("subject", str(found.subject_id)),
                address=get_ip(request),
                task="rights",
                language=found.language,
                now=now,
            )
            request.session[CHALLENGE_KEY] = {"case": str(case_id), "id": str(challenge)}
            wake(send_code, challenge)
            return HttpResponseRedirect(reverse("desk_identity_code", args=[case_id]))
        try:
            if values["proof"] == "card":
                intake.verify_by_card(
                    staff=staff,
                    case_id=case_id,
                    holder_id=values["card"],
                    birth_date=values["birth_date"],
                    now=now,
                )
            else:
                intake.verify_by_document(staff=staff, case_id=case_id, now=now)
        except IdentityNotProven as refusal:
            form.add_error("proof", explain(refusal))
        else:
            return _verified(case_id)
    context = {"form": form, "case": found}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/clerk/request_identity.html", context, status=status)


@staff_only(*DESK)
@require_http_methods(["GET", "POST"])
def identity_code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Type the code that the person reads out."""
    found = intake.get_own_case(staff=request.staff, case_id=case_id)
    held = request.session.get(CHALLENGE_KEY)
    if held is None or held["case"] != str(case_id):
        return HttpResponseRedirect(reverse("desk_identity", args=[case_id]))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            intake.verify_by_code(
                staff=request.staff,
                case_id=case_id,
                challenge_id=UUID(held["id"]),
                code=form.cleaned_data["code"],
                now=read_clock(),
            )
        except (CodeWrong, CodeExpired, IdentityNotProven) as refusal:
            form.add_error("code", explain(refusal))
        else:
            del request.session[CHALLENGE_KEY]
            return _verified(case_id)
    context = {"form": form, "case": found}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/clerk/request_identity_code.html", context, status=status)


def _verified(case_id: UUID) -> HttpResponse:
    job = intake.find_open_fulfilment(case_id)
    if job is not None:
        wake(fulfil_task, job.pk)
    return HttpResponseRedirect(reverse("desk_case", args=[case_id]))


def _pdf(file: PackageFile) -> HttpResponse:
    response = HttpResponse(file.data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def as_download(data: bytes, name: str) -> HttpResponse:
    """Return a stranger's bytes under a neutral type and a name of ours: to be saved, never
    shown (threat 34).
    """
    response = HttpResponse(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
