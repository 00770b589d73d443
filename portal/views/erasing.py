"""Erasure: the holder's pages (preview, choice, typed word, cancel), and those of staff."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.models import ErasureOrder
from dsar.operations.erasure import approve_erasure, release_breaker, replan_erasure
from portal.clock import read_clock
from portal.forms import PageForm
from portal.models import StaffRole
from portal.roles import holder_only, staff_only
from portal.usecases import erasing, own_cases

DRAFT_KEY = "varuh_erasure"
WORDS = {"sl": ("izbriši", "izbrisi"), "en": ("erase",)}
"""The word that is typed to confirm, in the language of the page; without a hook it counts, too."""
STAFF = (StaffRole.CLERK, StaffRole.CONTROLLER, StaffRole.DPO)


class WhatForm(PageForm):
    """What goes, and which contact stays."""

    end = forms.ChoiceField(
        label=_("What would you like?"),
        widget=forms.RadioSelect,
        choices=[
            ("no", _("Erase now what can go now; I keep the card")),
            ("yes", _("The same, and end my card; the rest is erased on its day")),
        ],
        error_messages={"required": _("Choose what you would like")},
    )
    keep = forms.ChoiceField(
        label=_("Which contact shall stay?"),
        help_text=_("We need one to reach you. The other one is erased."),
        widget=forms.RadioSelect,
        choices=[
            (erasing.PHONE, _("The mobile number")),
            (erasing.EMAIL, _("The e-mail address")),
        ],
        error_messages={"required": _("Choose which contact stays")},
    )

    def __init__(self, *args: object, may_choose_contact: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not may_choose_contact:
            del self.fields["keep"]


class WordForm(PageForm):
    """The typed confirmation."""

    word = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )

    def __init__(self, *args: object, language: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.words = WORDS[language]
        shown = self.words[0].upper()
        self.fields["word"].label = gettext("To confirm, type the word %(word)s") % {"word": shown}
        self.fields["word"].error_messages["required"] = self._wrong()

    def _wrong(self) -> str:
        return gettext("Type the word %(word)s to confirm, or go back if you do not want this") % {
            "word": self.words[0].upper()
        }

    def clean_word(self) -> str:
        """Return the word; any other is an error at the field."""
        typed = self.cleaned_data["word"].strip().casefold()
        if typed not in self.words:
            raise forms.ValidationError(self._wrong(), code="word")
        return typed


@holder_only
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest) -> HttpResponse:
    """Show what would be erased now, later, and what is kept; ask what the person wants (H15)."""
    draft = _draft(request)
    choice = _choice(draft)
    page = erasing.read_preview(holder=request.holder, choice=choice, now=read_clock())
    initial = {"end": "yes" if choice.end_contract else "no", "keep": page.keep}
    form = WhatForm(
        request.POST if request.method == "POST" else None,
        initial=initial if draft.get("end") else {"keep": page.keep},
        may_choose_contact=page.may_choose_contact,
    )
    if request.method == "POST" and form.is_valid():
        draft |= {"end": form.cleaned_data["end"], "keep": form.cleaned_data.get("keep", "")}
        request.session[DRAFT_KEY] = draft
        return HttpResponseRedirect(reverse("erasure_check"))
    status = 422 if form.is_bound else 200
    return render(
        request, "portal/holder/erasure.html", {"page": page, "form": form}, status=status
    )


@holder_only
@require_http_methods(["GET", "POST"])
def erasure_check(request: HttpRequest) -> HttpResponse:
    """Show what was chosen with its consequences, and ask for the typed word (H3, H15)."""
    draft = _draft(request)
    if not draft.get("end"):
        return HttpResponseRedirect(reverse("erasure"))
    choice, now = _choice(draft), read_clock()
    form = WordForm(
        request.POST if request.method == "POST" else None, language=request.LANGUAGE_CODE
    )
    if request.method == "POST" and form.is_valid():
        case = erasing.file_erasure(
            holder=request.holder,
            choice=choice,
            language=request.LANGUAGE_CODE,
            case_id=UUID(draft["id"]),
            now=now,
        )
        request.session.pop(DRAFT_KEY, None)
        return HttpResponseRedirect(reverse("erasure_sent", args=[case.pk]))
    page = erasing.read_preview(holder=request.holder, choice=choice, now=now)
    status = 422 if form.is_bound else 200
    context = {"page": page, "form": form, "choice": choice}
    return render(request, "portal/holder/erasure_check.html", context, status=status)


@holder_only
@require_safe
def erasure_sent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm: reference, until when it can be cancelled, what happens next (H2)."""
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=read_clock())
    order = ErasureOrder.objects.filter(case_id=page.case.pk).first()
    if order is None:  # first it has to be known who asks
        return HttpResponseRedirect(reverse("holder_case", args=[case_id]))
    return render(request, "portal/holder/erasure_sent.html", {"page": page, "order": order})


@holder_only
@require_POST
def erasure_cancel(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Cancel an erasure within its 72 hours."""
    erasing.cancel_own(holder=request.holder, case_id=case_id, now=read_clock())
    return HttpResponseRedirect(reverse("holder_case", args=[case_id]))


def _draft(request: HttpRequest) -> dict[str, str]:
    draft = request.session.get(DRAFT_KEY) or {"id": str(uuid4())}
    request.session[DRAFT_KEY] = draft
    return draft


def _choice(draft: dict[str, str]) -> erasing.Choice:
    return erasing.Choice(end_contract=draft.get("end") == "yes", keep=draft.get("keep", ""))


@staff_only(*STAFF)
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Show the erasures that wait for somebody, and whether the breaker is open."""
    context = {
        "orders": erasing.list_orders(request.staff),
        "breakers": erasing.open_breakers(),
        "may_release": request.staff.role == StaffRole.CONTROLLER,
    }
    return render(request, "portal/office/erasures.html", context)


@staff_only(*STAFF)
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show one erasure: plan, approvals, counts. Nothing personal is opened."""
    found = _get_for(request, order_id)
    context = {"panel": erasing.order_context(found, request.staff), "case": found.case}
    return render(request, "portal/office/erasure.html", context)


@staff_only(StaffRole.CLERK, StaffRole.CONTROLLER)
@require_POST
def approve(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Record one approval of the plan that was on the page; the second one lets it run."""
    found = _get_for(request, order_id)
    if not erasing.may_approve_here(found, request.staff):
        raise PermissionDenied
    approve_erasure(
        actor=request.staff.actor,
        order_id=order_id,
        plan_sha256=request.POST.get("plan", ""),
        now=read_clock(),
    )
    return HttpResponseRedirect(reverse("office_erasure", args=[order_id]))


@staff_only(StaffRole.CONTROLLER)
@require_POST
def replan(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Make a new plan after a failure."""
    _get_for(request, order_id)
    replan_erasure(actor=request.staff.actor, order_id=order_id, now=read_clock())
    return HttpResponseRedirect(reverse("office_erasure", args=[order_id]))


@staff_only(StaffRole.CONTROLLER)
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Close the breaker again, after somebody has looked why it opened."""
    release_breaker(actor=request.staff.actor, now=read_clock())
    return HttpResponseRedirect(reverse("office_erasures"))


def _get_for(request: HttpRequest, order_id: UUID) -> ErasureOrder:
    found = ErasureOrder.objects.select_related("case").filter(pk=order_id).first()
    if found is None:
        raise Http404
    if not erasing.is_theirs(found, request.staff):
        raise Http404
    return found
