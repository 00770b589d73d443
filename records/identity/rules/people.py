"""What is known about a person, in the one form in which it is kept and searched."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from records.identity.errors import (
    BirthDateInvalid,
    EmailInvalid,
    NameInvalid,
    PhoneInvalid,
    PhoneNotMobile,
    ResidenceInvalid,
)
from records.legal_days import add_years

HOME_REGION = "SI"
LONGEST_NAME = 100
LONGEST_RESIDENCE = 300
LONGEST_EMAIL = 254
OLDEST_YEARS = 130

_MOBILE = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
_WITHOUT_ACCENT = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae"})
_check_email = EmailValidator()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """What a person says about themself; None where nothing was said. Never prints its values."""

    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    residence: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


def clean_details(details: PersonDetails, *, today: date) -> PersonDetails:
    """Return the details as they are kept: trimmed, composed, phone in E.164; nothing said stays
    None.

    Raises NameInvalid, ResidenceInvalid, BirthDateInvalid, PhoneInvalid, PhoneNotMobile,
    EmailInvalid.
    """
    return PersonDetails(
        given_name=_clean_name(details.given_name, "given_name"),
        family_name=_clean_name(details.family_name, "family_name"),
        residence=_clean_residence(details.residence),
        birth_date=details.birth_date and clean_birth_date(details.birth_date, today=today),
        phone=clean_phone(details.phone) if _said(details.phone) else None,
        email=clean_email(details.email) if _said(details.email) else None,
    )


def fold_name(name: str) -> str:
    """Return a name as it is searched: without case, accents, hyphens and double spaces.

    »Žužek-Črnič«, »ZUZEK  CRNIC« and »Žužek Črnič« are found by each other: a clerk reads
    handwriting, and not every keyboard has a č.
    """
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)
    )
    bare = bare.casefold().translate(_WITHOUT_ACCENT)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


def clean_phone(phone: str | None) -> str:
    """Return a mobile number in E.164; without a country code it is Slovenian (040 … is +38640 …).

    Raises PhoneInvalid, PhoneNotMobile.
    """
    try:
        number = phonenumbers.parse(phone or "", HOME_REGION)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise PhoneInvalid
    if phonenumbers.number_type(number) not in _MOBILE:
        raise PhoneNotMobile
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_email(email: str | None) -> str:
    """Return an e-mail address, its domain in small letters; raise EmailInvalid.

    Strictly the part before the @ may tell case apart, so it is kept; no search does
    (records.keys.normalising).
    """
    cleaned = unicodedata.normalize("NFKC", email or "").strip()
    try:
        _check_email(cleaned)
    except ValidationError:
        raise EmailInvalid from None
    if len(cleaned) > LONGEST_EMAIL:
        raise EmailInvalid
    local, _, domain = cleaned.rpartition("@")
    return f"{local}@{domain.lower()}"


def clean_birth_date(birth_date: date, *, today: date) -> date:
    """Return the date of birth; raise BirthDateInvalid where nobody alive can have it."""
    if birth_date > today or add_years(birth_date, OLDEST_YEARS) < today:
        raise BirthDateInvalid
    return birth_date


def _said(value: str | None) -> bool:
    return bool(value and value.strip())


def _clean_text(value: str) -> str | None:
    """Return the text composed and on single spaces, None where it has control characters or no
    letter.
    """
    composed = unicodedata.normalize("NFC", value)
    text = " ".join(composed.split())
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} for sign in text):
        return None
    return text if any(sign.isalpha() for sign in text) else None


def _clean_name(name: str | None, what: str) -> str | None:
    if name is None or not name.strip():
        return None
    cleaned = _clean_text(name)
    if cleaned is None or len(cleaned) > LONGEST_NAME or not fold_name(cleaned):
        raise NameInvalid(field=what, longest=LONGEST_NAME)
    return cleaned


def _clean_residence(residence: str | None) -> str | None:
    if residence is None or not residence.strip():
        return None
    cleaned = _clean_text(residence)
    if cleaned is None or len(cleaned) > LONGEST_RESIDENCE:
        raise ResidenceInvalid(longest=LONGEST_RESIDENCE)
    return cleaned
