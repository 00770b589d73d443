"""What a holder does with their own case: answer a question, ask for a review."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from dsar.errors import NoQuestion
from dsar.operations import answer_question, ask_review
from dsar.operations.reading import reveal_own_questions
from dsar.queries import get_case_of
from portal.clock import read_clock
from portal.forms import PageForm
from portal.refusals import explain
from portal.roles import holder_only
from records.errors import Refusal

MOST_LETTERS = 4000


class AnswerForm(PageForm):
    """The holder's answer."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("Write only what is needed. If you would rather not answer, we go on without."),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": _("Write your answer")},
    )


class ReviewForm(PageForm):
    """What is wrong with the answer."""

    text = forms.CharField(
        label=_("What is not right about the answer?"),
        help_text=_("A person who did not decide the first time looks at it again."),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": _("Say what is not right")},
    )


@holder_only
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def answer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the question that waits, and keep the answer."""
    now, holder = read_clock(), request.holder
    asked = reveal_own_questions(
        actor=holder.actor, subject_id=holder.subject_id, case_id=case_id, now=now
    )
    waiting = next((one for one in asked if one.row.answered_at is None), None)
    if waiting is None:
        raise NoQuestion(case_id=case_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer_question(
            actor=holder.actor,
            subject_id=holder.subject_id,
            case_id=case_id,
            text=form.cleaned_data["text"],
            now=now,
        )
        return HttpResponseRedirect(reverse("holder_case", args=[case_id]))
    context = {"form": form, "question": waiting.text, "case_id": case_id}
    status = 422 if form.is_bound else 200
    return render(request, "portal/holder/answer_question.html", context, status=status)


@holder_only
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def review(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask for a review of an answer (H16)."""
    holder = request.holder
    case = get_case_of(subject_id=holder.subject_id, case_id=case_id)
    form = ReviewForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_review(
                actor=holder.actor,
                subject_id=holder.subject_id,
                case_id=case_id,
                text=form.cleaned_data["text"],
                language=request.LANGUAGE_CODE,
                now=read_clock(),
            )
        except Refusal as refusal:
            form.add_error(None, explain(refusal))
            status = 409
        else:
            return HttpResponseRedirect(reverse("request_sent", args=[made.pk]))
    context = {"form": form, "case": case}
    return render(request, "portal/holder/ask_review.html", context, status=status)
