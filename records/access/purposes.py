"""The closed lists: purposes, legal bases, data categories, actor roles and actions, and the two
forms of a card, which floors share that do not import each other.

Nothing is read for a purpose that is not listed here, and a purpose opens only the categories
listed with it (GDPR 5(1)(b); rules T2.6, PP2a, PP3). A new purpose is a code review, not a setting.
"""

from dataclasses import dataclass
from enum import StrEnum


class Store(StrEnum):
    """The four databases, by their Django alias."""

    IDENTITY = "default"
    PAYMENTS = "payments"
    KEYS = "keys"
    AUDIT = "audit"


class CardForm(StrEnum):
    """The two forms of a card (T1.2). The same person in both is two data subjects (C6)."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class LegalBasis(StrEnum):
    """The bases of GDPR 6(1) in use."""

    CONSENT = "6(1)(a)"
    CONTRACT = "6(1)(b)"
    LEGAL_OBLIGATION = "6(1)(c)"
    PUBLIC_TASK = "6(1)(e)"
    LEGITIMATE_INTEREST = "6(1)(f)"


class DataCategory(StrEnum):
    """What is known about a person, in the kinds that a holder is told about (PP2b)."""

    NAME = "name"
    RESIDENCE = "residence"
    BIRTH_DATE = "birth_date"
    CONTACT = "contact"
    STATUS = "status"
    CARD = "card"
    APPLICATION = "application"
    WALLET = "wallet"
    PAYOUT_ACCOUNT = "payout_account"
    CONSENT = "consent"
    CASE = "case"
    ACCESS_LOG = "access_log"
    SIGN_IN = "sign_in"
    STAFF = "staff"


class ActorRole(StrEnum):
    """Who acts. The stakeholder category of T2.6 follows from the role."""

    HOLDER = "holder"
    CLERK = "clerk"
    CONTROLLER = "controller"
    DPO = "dpo"
    TERMINAL = "terminal"
    SYSTEM = "system"


class Stakeholder(StrEnum):
    """The stakeholder categories of T2.6."""

    ISSUER = "issuer"
    OPERATOR = "operator"
    PROVIDER = "provider"
    HOLDER = "holder"


STAKEHOLDER_OF: dict[ActorRole, Stakeholder] = {
    ActorRole.HOLDER: Stakeholder.HOLDER,
    ActorRole.CLERK: Stakeholder.OPERATOR,
    ActorRole.CONTROLLER: Stakeholder.ISSUER,
    ActorRole.DPO: Stakeholder.ISSUER,
    ActorRole.TERMINAL: Stakeholder.PROVIDER,
    ActorRole.SYSTEM: Stakeholder.OPERATOR,
}


class Action(StrEnum):
    """What happens to the data (ZVOP-2 22)."""

    COLLECT = "collect"
    CONSULT = "consult"
    CHANGE = "change"
    DISCLOSE = "disclose"
    ERASE = "erase"
    SEARCH = "search"
    BLOCK = "block"


class Purpose(StrEnum):
    """Why data is opened."""

    CARD_APPLICATION = "card_application"
    CARD_ADMINISTRATION = "card_administration"
    WALLET_ADMINISTRATION = "wallet_administration"
    PAYOUT = "payout"
    SIGN_IN = "sign_in"
    OWN_DATA = "own_data"
    SERVICE_MESSAGE = "service_message"
    NEWS = "news"
    RIGHTS_REQUEST = "rights_request"
    LOG_REVIEW = "log_review"
    CONSENT_ADMINISTRATION = "consent_administration"
    RETENTION = "retention"
    KEY_MAINTENANCE = "key_maintenance"
    STAFF_OWN_DATA = "staff_own_data"
    """A member of staff and what is kept about them; the subject is their profile."""


@dataclass(frozen=True, slots=True)
class PurposeSpec:
    """What one purpose may open, on which basis, and in whose hands."""

    basis: LegalBasis
    categories: frozenset[DataCategory]
    roles: frozenset[ActorRole]
    actions: frozenset[Action]


_PERSON = frozenset(
    {DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE, DataCategory.CONTACT}
)
_EVERYTHING = frozenset(DataCategory)
_READ_WRITE = frozenset(
    {Action.COLLECT, Action.CONSULT, Action.CHANGE, Action.SEARCH, Action.BLOCK}
)
_DESK = frozenset({ActorRole.CLERK, ActorRole.CONTROLLER, ActorRole.SYSTEM})

PURPOSES: dict[Purpose, PurposeSpec] = {
    Purpose.CARD_APPLICATION: PurposeSpec(
        LegalBasis.CONTRACT,
        _PERSON
        | {
            DataCategory.STATUS,
            DataCategory.APPLICATION,
            DataCategory.CARD,
            DataCategory.CONSENT,
        },
        _DESK | {ActorRole.HOLDER},
        _READ_WRITE,
    ),
    Purpose.CARD_ADMINISTRATION: PurposeSpec(
        LegalBasis.CONTRACT,
        _PERSON
        | {
            DataCategory.STATUS,
            DataCategory.APPLICATION,
            DataCategory.CARD,
            DataCategory.WALLET,
        },
        _DESK | {ActorRole.HOLDER},
        _READ_WRITE,
    ),
    Purpose.WALLET_ADMINISTRATION: PurposeSpec(
        LegalBasis.CONTRACT,
        frozenset({DataCategory.CARD, DataCategory.WALLET}),
        _DESK | {ActorRole.HOLDER},
        _READ_WRITE,
    ),
    Purpose.PAYOUT: PurposeSpec(
        LegalBasis.CONTRACT,
        frozenset({DataCategory.CARD, DataCategory.WALLET, DataCategory.PAYOUT_ACCOUNT}),
        _DESK | {ActorRole.HOLDER},
        _READ_WRITE | {Action.DISCLOSE},
    ),
    Purpose.SIGN_IN: PurposeSpec(
        LegalBasis.CONTRACT,
        frozenset({DataCategory.CONTACT, DataCategory.CARD, DataCategory.SIGN_IN}),
        frozenset({ActorRole.SYSTEM, ActorRole.HOLDER}),
        frozenset({Action.CONSULT, Action.SEARCH, Action.CHANGE}),
    ),
    Purpose.OWN_DATA: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION, _EVERYTHING, frozenset({ActorRole.HOLDER}), _READ_WRITE
    ),
    Purpose.SERVICE_MESSAGE: PurposeSpec(
        LegalBasis.CONTRACT,
        frozenset({DataCategory.NAME, DataCategory.CONTACT}),
        frozenset({ActorRole.SYSTEM, ActorRole.CLERK, ActorRole.CONTROLLER}),
        frozenset({Action.CONSULT, Action.DISCLOSE}),
    ),
    Purpose.NEWS: PurposeSpec(
        LegalBasis.CONSENT,
        frozenset({DataCategory.NAME, DataCategory.CONTACT}),
        frozenset({ActorRole.SYSTEM, ActorRole.CLERK, ActorRole.CONTROLLER}),
        frozenset({Action.CONSULT, Action.DISCLOSE}),
    ),
    Purpose.RIGHTS_REQUEST: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        _EVERYTHING,
        frozenset(
            {
                ActorRole.HOLDER,
                ActorRole.CLERK,
                ActorRole.CONTROLLER,
                ActorRole.DPO,
                ActorRole.SYSTEM,
            }
        ),
        _READ_WRITE | {Action.DISCLOSE, Action.ERASE},
    ),
    Purpose.LOG_REVIEW: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        frozenset({DataCategory.ACCESS_LOG, DataCategory.CARD, DataCategory.STAFF}),
        frozenset({ActorRole.DPO}),
        frozenset({Action.CONSULT, Action.SEARCH}),
    ),
    Purpose.CONSENT_ADMINISTRATION: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        frozenset({DataCategory.CONSENT}),
        _DESK | {ActorRole.HOLDER, ActorRole.SYSTEM},
        _READ_WRITE,
    ),
    Purpose.RETENTION: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        _EVERYTHING,
        frozenset({ActorRole.SYSTEM, ActorRole.CONTROLLER}),
        frozenset({Action.CONSULT, Action.ERASE}),
    ),
    Purpose.KEY_MAINTENANCE: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        _EVERYTHING,
        frozenset({ActorRole.SYSTEM}),
        frozenset({Action.CONSULT, Action.CHANGE}),
    ),
    Purpose.STAFF_OWN_DATA: PurposeSpec(
        LegalBasis.LEGAL_OBLIGATION,
        frozenset({DataCategory.STAFF, DataCategory.SIGN_IN, DataCategory.ACCESS_LOG}),
        frozenset({ActorRole.CLERK, ActorRole.CONTROLLER, ActorRole.DPO}),
        frozenset({Action.CONSULT, Action.DISCLOSE}),
    ),
}
