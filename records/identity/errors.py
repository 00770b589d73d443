"""Refusals of the register and of data subjects."""

from records.errors import Refusal


class IdentityRefusal(Refusal):
    """The base of everything that the register and the data subjects refuse."""

    code = "identity.refused"


class RegisterInvalid(IdentityRefusal):
    """The register file says something that cannot be: `where` names the entry, `problem` why.
    Nothing was loaded.
    """

    code = "identity.register_invalid"


class NameInvalid(IdentityRefusal):
    """A name without a letter, too long, or with control characters. Ask for it as it is written on
    a document.
    """

    code = "identity.name_invalid"


class ResidenceInvalid(IdentityRefusal):
    """An address without a letter, too long, or with control characters."""

    code = "identity.residence_invalid"


class BirthDateInvalid(IdentityRefusal):
    """A date of birth in the future, or more than 130 years ago."""

    code = "identity.birth_date_invalid"


class PhoneInvalid(IdentityRefusal):
    """Not a phone number of any country. A number without a country code is read as Slovenian."""

    code = "identity.phone_invalid"


class PhoneNotMobile(IdentityRefusal):
    """A phone number, but not a mobile one: a one-time code cannot be sent to it (T4.1.4,
    T5.1.4).
    """

    code = "identity.phone_not_mobile"


class EmailInvalid(IdentityRefusal):
    """Not an e-mail address."""

    code = "identity.email_invalid"


class PhoneTaken(IdentityRefusal):
    """The number already identifies another virtual card; a number identifies one account
    (T5.1.4).
    """

    code = "identity.phone_taken"


class SubjectUnknown(IdentityRefusal):
    """There is no such data subject, or it has been erased."""

    code = "identity.subject_unknown"


class SubjectExists(IdentityRefusal):
    """A data subject of that id is registered already."""

    code = "identity.subject_exists"


class CityUnknown(IdentityRefusal):
    """The register knows no such controller, or it takes nobody any more (T2.3)."""

    code = "identity.city_unknown"


class PointUnknown(IdentityRefusal):
    """The register knows no such registration point (T2.11)."""

    code = "identity.point_unknown"


class AssuranceTooLow(IdentityRefusal):
    """What was shown does not reach the level that the action asks for (C8): `has` and `needs` are
    levels 0 to 3.
    """

    code = "identity.assurance_too_low"


class RepresentationUnknown(IdentityRefusal):
    """There is no such representation, or it is another person's."""

    code = "identity.representation_unknown"


class RepresentationInvalid(IdentityRefusal):
    """The representation cannot be: `field` says what is missing or does not fit (T4.2.4)."""

    code = "identity.representation_invalid"


class RepresentationNotYours(IdentityRefusal):
    """Whoever recorded a representation cannot confirm it: a second person does (C9)."""

    code = "identity.representation_not_yours"


class NoAuthority(IdentityRefusal):
    """This representation does not reach: not confirmed, not yet, over, revoked, of another scope,
    or the person has grown up. `gap` says which (threats 5 and 26).
    """

    code = "identity.no_authority"


class LastContact(IdentityRefusal):
    """One contact is needed as long as the contract's data is kept (T4.1.4a). Erase the other
    one.
    """

    code = "identity.last_contact"
