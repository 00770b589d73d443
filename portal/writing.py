"""How dates, money and closed lists are written on our pages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from portal import words

LOCAL = ZoneInfo("Europe/Ljubljana")


def write_day(value: date | datetime) -> str:
    """Return the Ljubljana day: `5. 2. 2027`."""
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL).date()
    return f"{value.day}.\u00a0{value.month}.\u00a0{value.year}"


def write_moment(value: datetime) -> str:
    """Return the Ljubljana day and time: `5. 2. 2027, 14.07`."""
    local = value.astimezone(LOCAL)
    return f"{write_day(value)}, {local.hour}.{local.minute:02d}"


def write_money(minor: int) -> str:
    """Return an amount of cents: `1.234,50 EUR`."""
    sign = "−" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}{whole:,}".replace(",", ".") + f",{cents:02d}\u00a0EUR"


def word(value: object) -> str:
    """Return the everyday word for a member of a closed list (a purpose, a category, a state …)."""
    code = str(getattr(value, "value", value))
    found = words.WORDS.get(code)
    return str(found) if found is not None else gettext(code) if code else ""


def role_name(role: object) -> str:
    """Return the role in words."""
    return str(words.ROLES.get(str(getattr(role, "value", role)), role))


def city_name(code: str) -> str:
    """Return the city's name as the register holds it."""
    from portal.register import city_names

    return city_names().get(code, code)


def organisation_name(code: str) -> str:
    """Return the organisation's or registration point's name as the register holds it."""
    from portal.register import organisation_names

    return organisation_names().get(str(code), str(code) or "–")


def case_word(code: object) -> str:
    """Return a state, outcome, event or reason of a rights request in everyday words."""
    found = words.CASE_WORDS.get(str(code))
    return str(found) if found is not None else word(code)
