"""Where recipients answer, and where they get the key that our instructions are signed with."""

from base64 import b64encode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dsar.errors import InstructionUnknown, WireRefused
from dsar.operations.recipients import acknowledge
from dsar.rules.recipients import Result
from dsar.wire import MOST_BYTES, signing_key
from portal.clock import read_clock
from portal.models import StaffRole
from portal.roles import staff_only
from portal.usecases import recipients


@csrf_exempt
@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Take the signed answer of a recipient; nothing but its signature is believed."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse("too long\n", status=413, content_type="text/plain")
    try:
        note = request.body.decode("utf-8")
        acknowledge(recipient_code=code, note=note, now=read_clock())
    except (WireRefused, InstructionUnknown, UnicodeDecodeError):
        return HttpResponse("refused\n", status=400, content_type="text/plain")
    return HttpResponse("kept\n", content_type="text/plain")


@require_safe
def public_key(_request: HttpRequest) -> HttpResponse:
    """Show the public key of our instructions, as C2SP verifier key and in base64."""
    key = signing_key()
    text = f"{key.verifier}\n{b64encode(key.public_key).decode()}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@staff_only(StaffRole.CONTROLLER)
@require_POST
def keep_answer(request: HttpRequest, case_id: UUID, instruction_id: UUID) -> HttpResponse:
    """Note the answer of a recipient that came on paper or by phone."""
    if request.POST.get("result") not in set(Result):
        raise Http404
    recipients.keep_answer(
        staff=request.staff,
        case_id=case_id,
        instruction_id=instruction_id,
        result=Result(request.POST["result"]),
        now=read_clock(),
    )
    return HttpResponseRedirect(reverse("office_case", args=[case_id]))
