"""The holder's pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from consent.queries import get_notice_on, list_consents
from consent.rules import WORDING_OF
from portal.clock import read_clock
from portal.forms import PageForm, read_number
from portal.roles import holder_only
from portal.usecases import own_cases, own_consents, own_data, own_log, own_rights
from portal.usecases.blocking import block_own_card, list_blockable
from records.cards.rules import BlockReason
from records.legal_days import legal_day


@holder_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the holder's start page."""
    now = read_clock()
    context = {
        "name": own_data.reveal_name(holder=request.holder, now=now),
        "pages": own_data.reveal_cards(holder=request.holder, now=now, lines=3),
        "cases": own_cases.list_own(holder=request.holder, now=now),
    }
    return render(request, "portal/holder/overview.html", context)


@holder_only
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show all that is known about the holder, now (H9)."""
    now = read_clock()
    groups = own_data.reveal_own_data(holder=request.holder, now=now)
    return render(request, "portal/holder/data.html", {"groups": groups, "as_of": now})


@holder_only
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """Show card and money (H18)."""
    pages = own_data.reveal_cards(holder=request.holder, now=read_clock())
    return render(request, "portal/holder/card.html", {"pages": pages})


class BlockForm(PageForm):
    """Which card, and what happened."""

    card = forms.ChoiceField(label=_("Which card?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("What happened?"),
        choices=[
            (BlockReason.LOSS.value, _("I lost it")),
            (BlockReason.THEFT.value, _("It was stolen")),
            (BlockReason.ABUSE.value, _("Somebody else used it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened")},
    )

    def __init__(self, *args: object, cards: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["card"].choices = cards
        if len(cards) == 1:
            self.fields["card"].widget = forms.HiddenInput()
            self.initial["card"] = cards[0][0]


@holder_only
@require_http_methods(["GET", "POST"])
def block(request: HttpRequest) -> HttpResponse:
    """Block the holder's card: the last of at most three steps."""
    now = read_clock()
    cards = [(str(c.pk), c.holder_id) for c in list_blockable(holder=request.holder)]
    if not cards:
        return render(request, "portal/holder/nothing_to_block.html")
    form = BlockForm(request.POST or None, cards=cards)
    if request.method == "POST" and form.is_valid():
        answer = block_own_card(
            holder=request.holder,
            card_id=UUID(form.cleaned_data["card"]),
            reason=BlockReason(form.cleaned_data["reason"]),
            now=now,
        )
        request.session["varuh_blocked"] = {
            "at": answer.blocked_at.isoformat(),
            "card": answer.holder_id,
        }
        return HttpResponseRedirect(reverse("holder_blocked"))
    context = {"form": form, "cards": cards}
    return render(
        request, "portal/holder/block.html", context, status=422 if form.is_bound else 200
    )


@holder_only
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """Show the receipt of a block: card and time."""
    receipt = request.session.get("varuh_blocked")
    if receipt is None:
        return HttpResponseRedirect(reverse("holder_card"))
    context = {"card": receipt["card"], "at": datetime.fromisoformat(receipt["at"])}
    return render(request, "portal/holder/blocked.html", context)


@holder_only
@require_safe
def who_looked(request: HttpRequest) -> HttpResponse:
    """Show who looked at the holder's data (H6)."""
    page = own_log.list_own_entries(
        holder=request.holder, before=read_number(request.GET.get("before")), now=read_clock()
    )
    return render(request, "portal/holder/who_looked.html", {"page": page})


@dataclass(frozen=True, slots=True)
class Switch:
    """One consent as the page shows it."""

    purpose: str
    title: object
    stands: bool
    since: datetime | None
    version: int | None
    wording: str


@holder_only
@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """Show the consents, and give or withdraw one: the same two steps both ways (GDPR 7(3))."""
    now, language = read_clock(), request.LANGUAGE_CODE
    if request.method == "POST":
        asked = request.POST.get("purpose", "")
        wanted = next((purpose for purpose in own_consents.TITLES if purpose.value == asked), None)
        if wanted is None:
            raise BadRequest
        own_consents.change(
            holder=request.holder,
            purpose=wanted,
            give=request.POST.get("act") == "give",
            language=language,
            now=now,
        )
        return HttpResponseRedirect(f"{reverse('holder_consents')}?saved=1")
    switches = [
        Switch(
            purpose=state.purpose.value,
            title=own_consents.TITLES[state.purpose],
            stands=state.stands,
            since=state.since,
            version=state.version,
            wording=get_notice_on(
                kind=WORDING_OF[state.purpose], language=language, day=legal_day(now)
            ).text,
        )
        for state in list_consents(subject_id=request.holder.subject_id, now=now)
    ]
    return render(
        request,
        "portal/holder/consents.html",
        {
            "switches": switches,
            "saved": "saved" in request.GET,
            "objected": own_rights.objected(holder=request.holder),
        },
    )
