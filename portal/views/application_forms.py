"""The pages of a new application: one group of questions each, exactly the fields of T4.1.4."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.clock import read_clock
from portal.forms import DayField, PageForm
from portal.refusals import explain
from portal.register import get_register
from records.cards.rules import ApplicationPurpose, Channel, ClaimedStatus
from records.errors import Refusal
from records.identity.rules import clean_birth_date, clean_email, clean_phone
from records.legal_days import legal_day

_AUTO_OFF = {"autocomplete": "off", "spellcheck": "false"}


def _text(label: object, hint: object = "", *, most: int = 120) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=False,
        widget=forms.TextInput(attrs=_AUTO_OFF),
    )


def _checked(clean: Any, value: Any) -> Any:
    """Return the cleaned value; turn the floor's refusal into the words at the field."""
    if not value:
        return value
    try:
        return clean(value)
    except Refusal as refusal:
        raise forms.ValidationError(explain(refusal), code="shape") from None


class ArrivalForm(PageForm):
    """When, where and how it arrived."""

    title = _("How did the application arrive?")
    received_on = DayField(
        label=_("Day of receipt"),
        help_text=_("The day on which it first arrived anywhere, for example 5. 2. 2027"),
        error_messages={"required": _("Enter the day of receipt")},
    )
    channel = forms.ChoiceField(
        label=_("Way"),
        widget=forms.RadioSelect,
        choices=[(Channel.COUNTER.value, _("at the counter")), (Channel.POST.value, _("by post"))],
        error_messages={"required": _("Choose how it arrived")},
    )
    point = forms.ChoiceField(
        label=_("Registration point"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the registration point")},
    )

    def __init__(self, *args: Any, city: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = [point for point in get_register().points if point.city == city]
        self.fields["point"].choices = [(point.code, point.name) for point in points]

    def clean_received_on(self) -> date:
        """Return the day; a day in the future is a slip."""
        day = self.cleaned_data["received_on"]
        if day > legal_day(read_clock()):
            raise forms.ValidationError(
                _("The day of receipt cannot lie in the future"), code="future"
            )
        return day


class PersonForm(PageForm):
    """Who applies."""

    title = _("Who applies?")
    given_name = _text(_("Given name"))
    family_name = _text(_("Surname"))
    birth_date = DayField(
        label=_("Date of birth"), required=False, help_text=_("For example 5. 2. 1987")
    )

    def clean_birth_date(self) -> Any:
        """Return a believable date of birth."""
        today = legal_day(read_clock())
        return _checked(
            lambda value: clean_birth_date(value, today=today), self.cleaned_data["birth_date"]
        )


class ResidenceForm(PageForm):
    """Where the person lives."""

    title = _("Where does the person live?")
    residence = _text(
        _("Permanent or temporary residence"),
        _("Street, number, postcode and place; one of the two is enough"),
        most=300,
    )


class ContactForm(PageForm):
    """How to reach the person."""

    title = _("How can we reach the person?")
    phone = _text(
        _("Mobile number"),
        _("One of the two is enough. A number without a country code is Slovenian."),
    )
    email = _text(_("E-mail address"), most=254)

    def clean_phone(self) -> Any:
        """Return a mobile number."""
        return _checked(clean_phone, self.cleaned_data["phone"])

    def clean_email(self) -> Any:
        """Return an e-mail address."""
        return _checked(clean_email, self.cleaned_data["email"])


class CardForm(PageForm):
    """Which card, which city, how delivered."""

    title = _("What is asked for?")
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            (ApplicationPurpose.FIRST.value, _("first card")),
            (ApplicationPurpose.RENEWAL.value, _("new card after expiry")),
            (ApplicationPurpose.REPLACEMENT.value, _("replacement of a lost or cancelled card")),
        ],
    )
    chosen_city = forms.ChoiceField(
        label=_("My city"),
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "It manages the money on the card. "
            "If the paper names none, it is the city of this desk."
        ),
    )
    delivery_method = forms.ChoiceField(
        label=_("Delivery"), widget=forms.RadioSelect, required=False
    )
    delivery_point = forms.ChoiceField(
        label=_("Where will it be collected?"),
        required=False,
        help_text=_("Only for personal pickup"),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        register = get_register()
        self.fields["chosen_city"].choices = [(c.code, c.short_name) for c in register.controllers]
        name = "name" if language == "sl" else "name_en"
        self.fields["delivery_method"].choices = [
            (d.code, getattr(d, name)) for d in register.deliveries
        ]
        self.fields["delivery_point"].choices = [
            ("", "–"),
            *((p.code, p.name) for p in register.points),
        ]


class StatusForm(PageForm):
    """A special status, if one is claimed."""

    title = _("Is a special status claimed?")
    status = forms.ChoiceField(
        label=_("Status"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("", _("none")),
            (ClaimedStatus.RESIDENT.value, _("resident of the municipality")),
            (ClaimedStatus.PENSIONER.value, _("pensioner")),
            (ClaimedStatus.YOUNG.value, _("pupil or student")),
        ],
    )
    evidence = _text(
        _("Kind of evidence that was named"), _("No copies: only what kind of document it is")
    )


class TermsForm(PageForm):
    """Whether the paper is signed."""

    title = _("Is the application signed?")
    terms = forms.BooleanField(
        label=_(
            "The applicant has signed that they know and accept the terms, "
            "the privacy policy and the price list"
        ),
        required=False,
    )


STEPS: dict[str, type[PageForm]] = {
    "arrival": ArrivalForm,
    "person": PersonForm,
    "residence": ResidenceForm,
    "contact": ContactForm,
    "card": CardForm,
    "status": StatusForm,
    "terms": TermsForm,
}
KNOWN_PERSON_STEPS = ("arrival", "card", "status", "terms")
"""A person who is registered already is not asked again."""
