"""The pages of registering a request that came to a desk: one question each (C16, C8)."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.errors import BadReceiptDate, ReceiptDisproved
from dsar.rules import AnswerWay, Channel, FiledBy, Right
from dsar.rules.intake import Receipt, settle_receipt
from portal.clock import read_clock
from portal.forms import DayField, PageForm
from portal.refusals import explain
from portal.register import get_register
from portal.words_rights import CASE_WORDS
from records.cards.rules import clean_holder_id
from records.errors import Refusal
from records.legal_days import start_of_day

_AUTO_OFF = {"autocomplete": "off", "spellcheck": "false"}
ELSEWHERE = "elsewhere"
ASKED_AT_DESKS = tuple(
    right for right in Right if right not in {Right.INTERNAL_REVIEW, Right.SUPERVISOR}
)


class RightForm(PageForm):
    """Which right."""

    title = _("What does the person ask for?")
    right = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[
            (right.value, CASE_WORDS.get(right.value, _("access to data")))
            for right in ASKED_AT_DESKS
        ],
        help_text=_("They need not name an article. If several things are asked, register each."),
        error_messages={"required": _("Choose what is asked for")},
    )


class ChannelForm(PageForm):
    """How it came."""

    title = _("How did it arrive?")
    channel = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[
            (Channel.COUNTER.value, _("at the counter")),
            (Channel.LETTER.value, _("by letter")),
            (Channel.PHONE.value, _("by phone")),
            (Channel.EMAIL.value, _("by e-mail")),
        ],
        error_messages={"required": _("Choose how it arrived")},
    )


class DatesForm(PageForm):
    """When: the true day of receipt, and what proves it."""

    title = _("When did it first arrive?")
    received_on = DayField(
        label=_("Day of receipt"),
        help_text=_("The day on which it first arrived anywhere, for example 5. 2. 2027"),
        error_messages={"required": _("Enter the day of receipt")},
    )
    stamp_on = DayField(
        label=_("Day of the receipt stamp, if there is one"),
        required=False,
        help_text=_("It cannot have been received later than the stamp says"),
    )
    written_on = DayField(
        label=_("Day on which it was written, if it says so"),
        required=False,
        help_text=_("It cannot have been received before it was written"),
    )
    receipt: Receipt

    def __init__(
        self, *args: Any, proved_at: datetime | None = None, written: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._proved_at, self._written = proved_at, written
        if proved_at is not None:
            del self.fields["stamp_on"], self.fields["written_on"]

    @property
    def proved_at(self) -> datetime | None:
        """Return what proves the receipt: the mail server, or the stamp."""
        stamp = self.cleaned_data.get("stamp_on")
        return self._proved_at or (start_of_day(stamp) if stamp else None)

    @property
    def written(self) -> Any:
        """Return the day on which it was written, where that is known."""
        return self._written or self.cleaned_data.get("written_on")

    def clean(self) -> dict[str, object]:
        """Say what proves the day wrong."""
        values = super().clean() or {}
        if not self.errors and values.get("received_on"):
            try:
                self.receipt = settle_receipt(
                    day=values["received_on"],
                    now=read_clock(),
                    proved_at=self.proved_at,
                    written_on=self.written,
                )
            except (BadReceiptDate, ReceiptDisproved) as refusal:
                self.add_error("received_on", explain(refusal))
        return values


class PlaceForm(PageForm):
    """Where it first arrived, of any city."""

    title = _("Where did it first arrive?")
    place = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where it first arrived")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        register = get_register()
        self.fields["place"].choices = [
            *((point.code, point.name) for point in register.points),
            *((one.code, one.name) for one in register.controllers),
            (ELSEWHERE, _("another department or office")),
        ]


class WhoseForm(PageForm):
    """Whose data: exact facts (C1)."""

    title = _("Whose data is it about?")
    card = forms.CharField(
        label=_("Card ID"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs=_AUTO_OFF),
    )
    family_name = forms.CharField(
        label=_("or surname"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=_AUTO_OFF),
    )
    birth_date = DayField(
        label=_("and date of birth"),
        required=False,
        help_text=_("For example 5. 2. 1987"),
        widget=forms.TextInput(attrs=_AUTO_OFF),
    )

    def clean_card(self) -> str:
        """Return the card ID; what cannot be one is said at once."""
        text = self.cleaned_data["card"].strip()
        try:
            return clean_holder_id(text) if text else ""
        except Refusal as refusal:
            raise forms.ValidationError(explain(refusal), code="shape") from None

    @property
    def can_search(self) -> bool:
        """Return whether the facts are enough for a search; a paper may say less."""
        values = self.cleaned_data
        return bool(values["card"] or (values["family_name"] and values["birth_date"]))


class AsksForm(PageForm):
    """Who asks: the person, or somebody for them."""

    title = _("Who asks?")
    filed_by = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        help_text=_(
            "Whoever asks for somebody else shows their authority before anything goes on."
        ),
        choices=[
            (FiledBy.SELF.value, _("the person themselves")),
            (FiledBy.GUARDIAN.value, _("a parent or guardian")),
            (FiledBy.REPRESENTATIVE.value, _("somebody with an authorisation")),
            (FiledBy.HEIR.value, _("an heir of a person who has died")),
        ],
        error_messages={"required": _("Choose who asks")},
    )


class StrangerForm(PageForm):
    """Somebody who cannot be found: who they say they are."""

    title = _("Nobody was found. Who asks?")
    name = forms.CharField(
        label=_("Name and surname, as given"),
        max_length=150,
        help_text=_("The request is registered all the same, and is answered in time."),
        error_messages={"required": _("Enter the name, so that the request can be answered")},
        widget=forms.TextInput(attrs=_AUTO_OFF),
    )
    address = forms.CharField(
        label=_("Where should the answer go?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={**_AUTO_OFF, "rows": 3}),
    )


class AnswerForm(PageForm):
    """How the answer travels."""

    title = _("How should the answer travel?")
    answer_way = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        help_text=_("By post it goes to the enrolled address only, whatever the paper says."),
        choices=[
            (AnswerWay.COUNTER.value, _("on paper, at the counter")),
            (AnswerWay.POST.value, _("on paper, by post")),
            (AnswerWay.PORTAL.value, _("on the portal, after signing in")),
        ],
        error_messages={"required": _("Choose how the answer should travel")},
    )


class LanguageForm(PageForm):
    """In which language."""

    title = _("In which language?")
    language = forms.ChoiceField(
        label=title,
        widget=forms.RadioSelect,
        choices=[("sl", "slovenščina"), ("en", "English")],
        error_messages={"required": _("Choose the language")},
    )


class WordsForm(PageForm):
    """What was written or said."""

    title = _("What was written or said?")
    text = forms.CharField(
        label=title,
        required=False,
        max_length=20_000,
        help_text=_("In the person’s own words. It is sealed; only the work on this request "
                    "opens it."),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )  # fmt: skip


STEPS: dict[str, type[PageForm]] = {
    "right": RightForm,
    "channel": ChannelForm,
    "dates": DatesForm,
    "place": PlaceForm,
    "whose": WhoseForm,
    "asks": AsksForm,
    "stranger": StrangerForm,
    "answer": AnswerForm,
    "language": LanguageForm,
    "words": WordsForm,
}
