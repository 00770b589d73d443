"""Every refusal in words: what happened and what to do. Codes come from the lower floors; sentences
live here.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from portal.refusal_statuses import STATUSES
from portal.sentences import SENTENCES
from records.errors import Refusal


def explain(refusal: Refusal) -> str:
    """Return the refusal as a sentence in the active language, its facts filled in."""
    sentence = str(SENTENCES[refusal.code])
    try:
        return sentence % refusal.facts
    except KeyError:
        # A fact that this opening of the refusal does not carry: the sentence without its last
        # clause is still true.
        return sentence.partition(" (")[0]


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal that ends a request."""
    return STATUSES.get(refusal.code, 409)


def render_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of a refusal."""
    if refusal.code not in SENTENCES:
        raise refusal
    context = {
        "sentence": explain(refusal),
        "code": refusal.code,
        "heading": gettext("This cannot be done"),
    }
    return render(request, "portal/refusal.html", context, status=status_of(refusal))
