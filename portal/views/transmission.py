"""Handing data to another service: the holder's choice, the key, and what comes from others."""

from base64 import b64encode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsar.errors import WireRefused
from dsar.operations.receiving import receive_portable
from dsar.operations.transmitting import order_transmission
from dsar.peers import list_receivers
from dsar.wire import MEDIA_TYPE, PORTABLE_MOST_BYTES, portable_key
from portal.clock import read_clock
from portal.errors import TooManyRequests
from portal.forms import PageForm
from portal.refusals import explain
from portal.roles import holder_only
from portal.usecases import own_cases, portable
from portal.usecases.sign_in import Typed
from portal.views.sign_in import ASKED_KEY, ask, read_code
from records.errors import Refusal

PEER_KEY = "varuh_transmit"


class ReceiverForm(PageForm):
    """To whom."""

    title = _("Which service should receive your data?")
    peer = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a service"),
            "invalid_choice": _("Choose a service"),
        },
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["peer"].choices = [(one.code, one.name) for one in list_receivers()]


@holder_only
@require_http_methods(["GET", "POST"])
def transmit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say what goes where, and ask for a fresh code (GDPR 20(2), H13)."""
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=read_clock())
    if not page.may_transmit:
        return HttpResponseRedirect(reverse("holder_case", args=[case_id]))
    form = ReceiverForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            ask(
                request,
                typed=Typed("subject", str(request.holder.subject_id)),
                task="transmit",
                after="",
                about=str(case_id),
            )
        except TooManyRequests as refusal:
            form.add_error(None, explain(refusal))
            status = 429
        else:
            request.session[PEER_KEY] = form.cleaned_data["peer"]
            return HttpResponseRedirect(reverse("transmit_code", args=[case_id]))
    groups = portable.list_portable().given
    context = {"page": page, "form": form, "groups": groups}
    return render(request, "portal/holder/transmit.html", context, status=status)


@holder_only
@require_http_methods(["GET", "POST"])
def transmit_code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take the code, and order what was chosen on the page before."""
    now, asked = read_clock(), request.session.get(ASKED_KEY)
    chosen = next((p for p in list_receivers() if p.code == request.session.get(PEER_KEY)), None)
    if not asked or (asked["task"], asked["about"]) != ("transmit", str(case_id)) or not chosen:
        return HttpResponseRedirect(reverse("transmit", args=[case_id]))
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=now)
    result = read_code(
        request,
        task="transmit",
        template="portal/holder/transmit_code.html",
        context={"page": page, "receiver": chosen},
    )
    if isinstance(result, HttpResponse):
        return result
    if result != request.holder.subject_id:
        raise Http404
    del request.session[PEER_KEY]
    order_transmission(
        actor=request.holder.actor,
        subject_id=request.holder.subject_id,
        case_id=case_id,
        peer=chosen.code,
        now=now,
    )
    return HttpResponseRedirect(reverse("holder_case", args=[case_id]))


@require_safe
def public_key(_request: HttpRequest) -> HttpResponse:
    """Show the key that signs portable data and receipts, as C2SP verifier key and in base64."""
    key = portable_key()
    text = f"{key.verifier}\n{b64encode(key.public_key).decode()}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Take a person's portable data from a configured service; the answer is a signed receipt.

    Nothing but the signature is believed, and whoever cannot show one learns nothing. The body is
    read up to its bound and no further.
    """
    body = request.read(PORTABLE_MOST_BYTES + 1)
    if len(body) > PORTABLE_MOST_BYTES:
        return _plain("too long\n", 413)
    try:
        receipt = receive_portable(sender=code, note=body.decode("utf-8"), now=read_clock())
    except (WireRefused, UnicodeDecodeError):
        return _plain("refused\n", 400)
    except Refusal:
        # Busy, or a store or the log does not answer: the sender comes again.
        return _plain("later\n", 503)
    return HttpResponse(receipt, content_type=MEDIA_TYPE)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
