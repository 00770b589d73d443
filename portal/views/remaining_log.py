"""Who looked, for former holders: by the claim code of their receipt, without an account."""

from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.clock import read_clock
from portal.forms import PageForm, read_number
from portal.refusals import explain, status_of
from portal.usecases import remaining_log as usecase
from records.errors import Refusal


class CodeForm(PageForm):
    """The code of the receipt."""

    code = forms.CharField(
        label=_("Code from your receipt"),
        help_text=_("72 letters and digits, in groups of four. Spaces and small letters are fine."),
        max_length=200,
        widget=forms.Textarea(
            attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false", "class": "mono"}
        ),
        error_messages={"required": _("Enter the code that is printed on your receipt")},
    )


@never_cache
@require_http_methods(["GET", "POST"])
def remaining_log(request: HttpRequest) -> HttpResponse:
    """Show what the log still holds. By POST, so that no code stands in an address."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context["log"] = usecase.list_remaining(
                    code=form.cleaned_data["code"],
                    address=get_ip(request),
                    before=read_number(request.POST.get("before")),
                    now=read_clock(),
                )
                status = 200
            except Refusal as refusal:
                form.add_error("code", explain(refusal))
                status = status_of(refusal)
    response = render(request, "portal/remaining_log.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
