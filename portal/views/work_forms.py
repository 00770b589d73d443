"""The forms of staff who work on a case."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dsar.models import Case
from dsar.operations import Proposal
from dsar.rules import Outcome, Right
from dsar.rules.decisions import Result
from dsar.rules.grounds import EXTENSION_REASONS, Ground, grounds_of
from portal import words
from portal.forms import DayField, PageForm
from records.access.purposes import DataCategory

MOST_LETTERS = 4000
_LANGUAGES = ("sl", "en")
_NOT_A_HOLDERS = frozenset({DataCategory.STAFF, DataCategory.SIGN_IN})


def _area(rows: int = 6) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})


def _name(ground: Ground) -> str:
    language = (get_language() or "sl")[:2]
    return f"{ground.title[language if language in _LANGUAGES else 'sl']} ({ground.article})"


class CaseForm(PageForm):
    """A form about one case."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        self.case = case
        super().__init__(*args, **kwargs)


class QuestionForm(CaseForm):
    """What the person is asked."""

    text = forms.CharField(
        label=_("Question to the person"),
        help_text=_("It goes out as a letter. The 30 days run on; ask for the least you need."),
        max_length=MOST_LETTERS,
        widget=_area(),
        error_messages={"required": _("Write the question")},
    )


class AdviceForm(CaseForm):
    """What the data protection officer advises."""

    text = forms.CharField(
        label=_("Your advice"),
        help_text=_("You advise; a controller’s officer decides. The advice stays in the case."),
        max_length=MOST_LETTERS,
        widget=_area(),
        error_messages={"required": _("Write the advice")},
    )


class ExtensionForm(CaseForm):
    """Why the period is extended."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the reason")},
    )
    explanation = forms.CharField(
        label=_("What it means in this case"),
        help_text=_(
            "It stands in the letter. The extension is in force only when the letter was "
            "delivered, on or before the due day."
        ),
        max_length=MOST_LETTERS,
        widget=_area(),
        error_messages={"required": _("Explain it in plain words")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(r.code, _name(r)) for r in EXTENSION_REASONS.values()]


class DecisionForm(CaseForm):
    """What is proposed, why, and what of it is granted."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (Outcome.GRANTED.value, _("Grant all of it")),
            (Outcome.PARTIAL.value, _("Grant a part")),
            (Outcome.REFUSED.value, _("Refuse")),
        ],
        error_messages={"required": _("Choose the decision")},
    )
    grounds = forms.MultipleChoiceField(
        label=_("Grounds, for what is not granted"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    granted = forms.MultipleChoiceField(
        label=_("Kinds of data granted, in a partial answer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    refused = forms.MultipleChoiceField(
        label=_("Kinds of data not granted, in a partial answer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reasons = forms.CharField(
        label=_("Reasons in this case"),
        help_text=_(
            "In plain words, for the person: they stand in the letter. How to complain and the "
            "court are added by themselves."
        ),
        required=False,
        max_length=MOST_LETTERS,
        widget=_area(8),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = grounds_of(Right(self.case.right))
        self.fields["grounds"].choices = [(ground.code, _name(ground)) for ground in grounds]
        kinds = [DataCategory(code) for code in self.case.scope] or [
            kind for kind in words.CATEGORIES if kind not in _NOT_A_HOLDERS
        ]
        for name in ("granted", "refused"):
            self.fields[name].choices = [(kind.value, words.CATEGORIES[kind]) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        """Ask for grounds and reasons of whatever is not granted, and for both parts of a part."""
        said = super().clean() or self.cleaned_data
        outcome = said.get("outcome")
        if outcome in (Outcome.PARTIAL, Outcome.REFUSED):
            if not said.get("grounds"):
                self.add_error("grounds", _("Choose at least one ground"))
            if not str(said.get("reasons") or "").strip():
                self.add_error("reasons", _("Write the reasons: without them nothing is refused"))
        if outcome == Outcome.PARTIAL:
            granted, refused = set(said.get("granted") or ()), set(said.get("refused") or ())
            if not granted:
                self.add_error("granted", _("Choose what is granted"))
            if not refused or granted & refused:
                self.add_error("refused", _("Choose what is not granted, and nothing twice"))
        return said

    def proposal(self) -> Proposal:
        """Return what the form says."""
        said = self.cleaned_data
        outcome = Outcome(said["outcome"])
        partial = outcome is Outcome.PARTIAL
        return Proposal(
            outcome=outcome,
            grounds=[] if outcome is Outcome.GRANTED else said["grounds"],
            granted=said["granted"] if partial else [],
            refused=said["refused"] if partial else [],
            reasons=said["reasons"],
        )


class ReturnForm(CaseForm):
    """Why a prepared decision goes back."""

    note = forms.CharField(
        label=_("What is to be changed"),
        max_length=MOST_LETTERS,
        widget=_area(4),
        error_messages={"required": _("Say what is to be changed")},
    )


class ProcedureForm(CaseForm):
    """What the Information Commissioner wrote."""

    number = forms.CharField(
        label=_("Number at the Information Commissioner"),
        max_length=40,
        error_messages={"required": _("Enter the number")},
    )
    received_on = DayField(
        label=_("Received on"),
        help_text=_("For example 5. 2. 2027"),
        error_messages={"required": _("Enter the day")},
    )
    answer_by = DayField(
        label=_("Answer by"),
        help_text=_("The day that the Commissioner set. For example 28. 2. 2027"),
        error_messages={"required": _("Enter the day")},
    )


class ResultForm(CaseForm):
    """How the Commissioner decided."""

    result = forms.ChoiceField(
        label=_("How the Commissioner decided"),
        widget=forms.RadioSelect,
        choices=[
            (Result.UPHELD.value, _("The complaint was upheld")),
            (Result.PARTLY.value, _("The complaint was upheld in part")),
            (Result.DISMISSED.value, _("The complaint was dismissed")),
        ],
        error_messages={"required": _("Choose the result")},
    )
    result_on = DayField(
        label=_("Day of the decision"),
        help_text=_("For example 5. 2. 2027"),
        error_messages={"required": _("Enter the day")},
    )
