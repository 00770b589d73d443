"""E-mails that may be requests: dropped in, opened, made a request, set aside."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from dsar.errors import DraftSettled, DraftUnknown, MailUnreadable
from dsar.intake_queries import get_draft, list_drafts, reveal_draft
from dsar.mail.reading import MOST_BYTES
from dsar.models import DraftState, Upload
from dsar.operations.mail import hand_out_upload, set_aside
from dsar.operations.mailbox import take_mail
from dsar.rules.intake import AsideReason
from portal.clock import read_clock
from portal.forms import PageForm
from portal.refusals import explain
from portal.roles import staff_only
from portal.views.desk_requests import as_download
from portal.views.intake import DESK, begin
from portal.writing import write_day
from records.access.gate import open_gate
from records.access.purposes import DataCategory, Purpose
from records.legal_days import legal_day

REASONS = [
    (AsideReason.NOT_A_REQUEST.value, _("it asks for nothing of this kind")),
    (AsideReason.JUNK.value, _("it is advertising or fraud")),
    (AsideReason.DUPLICATE.value, _("the same request is registered already")),
    (AsideReason.ANSWERED.value, _("it answers a question in a registered request")),
]


class MailForm(PageForm):
    """The file."""

    file = forms.FileField(
        label=_("E-mail saved as a file (.eml)"),
        help_text=_("At most 20 MB. Nothing in it is opened, loaded or run."),
        error_messages={"required": _("Choose the file"), "empty": _("The file is empty")},
        widget=forms.FileInput(attrs={"accept": ".eml,message/rfc822"}),
    )

    def clean_file(self) -> object:
        """Refuse what is too large, or has another ending."""
        found = self.cleaned_data["file"]
        if found.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB"), code="size")
        if not found.name.lower().endswith(".eml"):
            raise forms.ValidationError(
                _("Save the message from the mail program as .eml"), code="type"
            )
        return found


class AsideForm(PageForm):
    """Why it is no request."""

    reason = forms.ChoiceField(
        label=_("Why is it no request?"),
        widget=forms.RadioSelect,
        choices=REASONS,
        error_messages={"required": _("Choose the reason")},
    )


@staff_only(*DESK)
@require_http_methods(["GET", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    """Show the e-mails that wait, without their content; take one in."""
    form = MailForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = take_mail(
                actor=request.staff.actor,
                data=form.cleaned_data["file"].read(MOST_BYTES + 1),
                city=request.staff.city,
                now=read_clock(),
            )
            get_draft(draft_id=draft.pk, city=request.staff.city)
        except (MailUnreadable, DraftUnknown) as refusal:
            form.add_error("file", explain(refusal))
        else:
            return HttpResponseRedirect(reverse("desk_draft", args=[draft.pk]))
    context = {"form": form, "drafts": list_drafts(city=request.staff.city)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/clerk/mails.html", context, status=status)


@staff_only(*DESK)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show one e-mail, opened for this work and logged; make it a request, or set it aside."""
    staff, now = request.staff, read_clock()
    found = get_draft(draft_id=draft_id, city=staff.city)
    form = AsideForm(request.POST if request.POST.get("act") == "aside" else None)
    if request.method == "POST" and form.is_bound and form.is_valid():
        set_aside(
            actor=staff.actor,
            draft=found,
            reason=AsideReason(form.cleaned_data["reason"]),
            now=now,
        )
        return HttpResponseRedirect(reverse("desk_mail"))
    if found.state == DraftState.REGISTERED:
        return render(request, "portal/clerk/mail.html", {"draft": found, "form": form})
    grant = open_gate(
        actor=staff.actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[found.pk],
        categories=[DataCategory.CASE],
        task=str(found.pk),
        now=now,
    )
    mail = reveal_draft(grant, found)
    if request.POST.get("act") == "register":
        if found.state != DraftState.WAITING:
            raise DraftSettled(draft_id=draft_id)
        written = found.written_at
        if written is not None and written > found.received_at + timedelta(minutes=5):
            written = None  # a sender's clock that runs ahead proves nothing
        begin(
            request,
            id=str(found.pk),
            mail=str(found.pk),
            proved=found.received_at.isoformat(),
            written=written.isoformat() if written else "",
            answers={
                "channel": {"channel": "email"},
                "dates": {"received_on": write_day(legal_day(found.received_at))},
                "words": {"text": f"{mail.subject}\n\n{mail.text}"[:20_000]},
            },
        )
        return HttpResponseRedirect(reverse("register_step", args=["right"]))
    context = {"draft": found, "mail": mail, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/clerk/mail.html", context, status=status)


@staff_only(*DESK)
@require_POST
def file(request: HttpRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """Hand out an attachment, to be saved only."""
    found = get_draft(draft_id=draft_id, city=request.staff.city)
    upload = Upload.objects.filter(pk=upload_id, draft=found).first()
    if upload is None:
        raise DraftUnknown(draft_id=draft_id)
    data = hand_out_upload(actor=request.staff.actor, upload=upload, now=read_clock())
    return as_download(data, f"attachment-{upload.number}.bin")
