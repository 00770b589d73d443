"""What all our forms share: errors as links for the summary, dates as people write them."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_DATE = re.compile(
    r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\.?|(\d{4})-(\d{1,2})-(\d{1,2})"
)


_MOST_DIGITS = 18


def read_number(text: str | None) -> int | None:
    """Return the whole number that a page of ours sent, None for anything else and for nothing."""
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


class PageForm(forms.Form):
    """A form of one of our pages: no asterisks, no browser bubbles, plain words."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def error_links(form: forms.BaseForm) -> list[dict[str, str]]:
    """Return the errors for the summary on top: the same words, each a link to its field (H4)."""
    found: list[dict[str, str]] = []
    for name, messages in form.errors.items():
        href = ""
        if name != "__all__" and not (bound := form[name]).is_hidden:
            several = isinstance(
                bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple
            )
            href = f"#{bound.auto_id}_0" if several else f"#{bound.id_for_label}"
        found += [{"href": href, "text": str(message)} for message in messages]
    return found


class DayField(forms.CharField):
    """A date in one box, read as it is written here: `5. 2. 1987`, also `05.02.1987` and
    `1987-02-05`.
    """

    default_error_messages = {"invalid": _("Enter a date such as 5. 2. 1987")}

    def to_python(self, value: Any) -> Any:
        """Return the date."""
        if isinstance(value, date):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        match = _DATE.fullmatch(text.replace("\u00a0", " ").strip())
        if not match:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        day, month, year, *iso = match.groups()
        parts = (iso[0], iso[1], iso[2]) if iso[0] else (year, month, day)
        try:
            return date(*(int(part) for part in parts))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """Return the date as it is written here."""
        return f"{value.day}. {value.month}. {value.year}" if isinstance(value, date) else value
