"""Following a request without an account; and the holder's own status code."""

from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dsar.errors import BadReference
from dsar.operations.status_codes import issue_status_code
from dsar.rules import read_reference
from portal.clock import read_clock
from portal.errors import FollowLocked, FollowWrong, TooManyRequests
from portal.forms import PageForm
from portal.refusals import explain, status_of
from portal.roles import holder_only
from portal.usecases import following, own_cases


class FollowForm(PageForm):
    """Reference and status code, from the paper."""

    reference = forms.CharField(
        label=_("Case number"),
        max_length=40,
        help_text=_("For example VP-K7QM2-X4T9R"),
        error_messages={"required": _("Type the case number from the paper")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Status code"),
        max_length=40,
        help_text=_("Twelve letters and digits from the paper"),
        error_messages={"required": _("Type the status code from the paper")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_reference(self) -> str:
        """Return the reference; a slip in it is said at once, for that tells nothing of cases."""
        try:
            return read_reference(self.cleaned_data["reference"])
        except BadReference as refusal:
            raise forms.ValidationError(explain(refusal), code="shape") from None


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Show how a request stands to whoever has its number and code (H14, threat 9)."""
    form, status = FollowForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                progress = following.follow(
                    reference=form.cleaned_data["reference"],
                    code=form.cleaned_data["code"],
                    address=get_ip(request),
                    now=read_clock(),
                )
            except (FollowWrong, FollowLocked, TooManyRequests) as refusal:
                form.add_error(None, explain(refusal))
                status = status_of(refusal)
            else:
                return render(request, "portal/follow_status.html", {"progress": progress})
    return render(request, "portal/follow.html", {"form": form}, status=status)


@holder_only
@require_POST
def own_status_code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the holder a status code of their request, once; an earlier one stops working."""
    page = own_cases.read_case(holder=request.holder, case_id=case_id, now=read_clock())
    code = issue_status_code(case_id=page.case.pk, now=read_clock())
    return render(request, "portal/holder/status_code.html", {"page": page, "code": code})
