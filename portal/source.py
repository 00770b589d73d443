"""What the doors' tables, and those of the libraries behind them, hold about people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.db import transaction

from portal.models import HolderAccount, SignInChallenge, StaffProfile
from records.access.grants import Grant
from records.access.inventory import (
    NotPersonal,
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext

_SIGN_IN = (Purpose.SIGN_IN, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST)
_MACHINE = "serves the machine; says nothing about a person beyond the row's other columns"


def _signing_in(name: str, label: str, *, retention: str, withheld: str = "") -> Personal:
    return Personal(
        name,
        DataCategory.SIGN_IN,
        label,
        _SIGN_IN,
        retention=retention,
        provenance=Provenance.OBSERVED,
        withheld=withheld,
    )


def _staff(name: str, label: str, *, withheld: str = "") -> Personal:
    return Personal(
        name,
        DataCategory.STAFF,
        label,
        (Purpose.LOG_REVIEW,),
        basis=LegalBasis.LEGAL_OBLIGATION,
        recipients=("controller", "processor"),
        retention="staff",
        withheld=withheld,
    )


def _whole(model: str, label: str, because: str) -> Table:
    return Table(model, Store.IDENTITY, label, whole_because=because)


_ACCOUNTS = Table(
    "portal.HolderAccount",
    Store.IDENTITY,
    "Account",
    (
        NotPersonal("id", "a random number; the actor's name in the log stands for it"),
        NotPersonal("user", "the key of the user row, which says when there was a sign-in"),
        NotPersonal("subject_id", "the random number of the person, within the same store"),
    ),
)
_USERS = Table(
    "auth.User",
    Store.IDENTITY,
    "User of the portal",
    (
        _signing_in("last_login", "last sign-in", retention="contract"),
        _signing_in("date_joined", "first sign-in", retention="contract"),
        _staff("username", "user name (of staff; a holder's is random)"),
        _staff("password", "password, hashed (holders have none)", withheld="security"),
        *not_personal(
            ("id", "is_superuser", "is_staff", "is_active"),
            _MACHINE,
        ),
        *not_personal(("first_name", "last_name", "email"), "always empty; nothing writes it"),
    ),
)
_CHALLENGES = Table(
    "portal.SignInChallenge",
    Store.IDENTITY,
    "Asking for a one-time code",
    (
        _signing_in("created_at", "asked at", retention="sign_in"),
        _signing_in("sent_at", "code sent at", retention="sign_in"),
        _signing_in("used_at", "code used at", retention="sign_in"),
        _signing_in("task", "what the code opens", retention="sign_in"),
        _signing_in(
            "typed_index",
            "blind index of what was typed",
            retention="sign_in",
            withheld="security",
        ),
        _signing_in(
            "address_index",
            "blind index of the network address",
            retention="sign_in",
            withheld="security",
        ),
        _signing_in(
            "typed_sealed",
            "what was typed, sealed until the code is sent",
            retention="sign_in",
            withheld="security",
        ),
        *not_personal(("id", "subject_id"), "random numbers within the same store"),
        *not_personal(
            (
                "code_mac",
                "language",
                "tries",
                "expires_at",
                "lease_token",
                "lease_until",
                "attempts",
            ),
            _MACHINE,
        ),
    ),
)
_STAFF = Table(
    "portal.StaffProfile",
    Store.IDENTITY,
    "Member of staff",
    (
        _staff("role", "role"),
        _staff("city", "city"),
        _staff("organisation", "organisation"),
        _staff("registration_point", "registration point"),
        *not_personal(("id", "user"), "a random number and the key of the user row"),
    ),
)
_FACTORS = Table(
    "mfa.Authenticator",
    Store.IDENTITY,
    "Second factor of staff",
    (
        _staff(
            "data",
            "the app's secret, sealed, or the passkey's name and public key",
            withheld="security",
        ),
        _staff("last_used_at", "last used at"),
        _staff("created_at", "set up at"),
        *not_personal(("id", "user", "type"), _MACHINE),
    ),
)
_VIEWS = Table(
    "portal.SavedView",
    Store.IDENTITY,
    "Saved view of the queue",
    (
        _staff("name", "name of the view"),
        _staff("asked", "filter of the view"),
        *not_personal(("id", "profile"), "a random number and whose view it is"),
    ),
)
_SESSIONS = Table(
    "sessions.Session",
    Store.IDENTITY,
    "Session",
    (
        _signing_in(
            "session_data", "the session, sealed", retention="sign_in", withheld="security"
        ),
        _signing_in("expire_date", "ends at", retention="sign_in", withheld="security"),
        NotPersonal("session_key", "a keyed hash of the cookie, which is random"),
    ),
)
_LIBRARIES = (
    _whole("portal.SweepMark", "Heartbeat of a sweep", "names of sweeps and times"),
    _whole(
        "portal.FollowTry",
        "Tries to follow a request",
        "counters under blind indexes of what was typed, deleted after a day; nobody is known of",
    ),
    _whole("auth.Group", "Group", "names of groups of staff; none are used"),
    _whole("auth.Group_permissions", "Group's permission", "about groups, not people"),
    _whole("auth.Permission", "Permission", "the list of permissions"),
    _whole("auth.User_groups", "User's group", "not used; roles stand in StaffProfile"),
    _whole("auth.User_user_permissions", "User's permission", "not used; guardian holds them"),
    _whole("contenttypes.ContentType", "Kind of content", "the list of models"),
    _whole("account.EmailAddress", "E-mail address", "empty: no account has an address"),
    _whole("account.EmailConfirmation", "E-mail confirmation", "empty, as the addresses are"),
    _whole("guardian.GroupObjectPermission", "Group's permission on an object", "not used"),
    _whole(
        "guardian.UserObjectPermission",
        "Permission on a city or point",
        "which account may act for which city; the account says whose it is",
    ),
)


def collect_staff(grant: Grant, profile_id: UUID) -> list[Section]:
    """Return what these tables hold about a member of staff, under a Grant of their own."""
    grant.require_purpose(Purpose.STAFF_OWN_DATA, DataCategory.STAFF)
    grant.require(Store.IDENTITY, profile_id, DataCategory.STAFF)
    profiles = StaffProfile.objects.filter(pk=profile_id)
    users = get_user_model().objects.filter(staff_profile__in=profiles)
    factors = Authenticator.objects.filter(user__in=users)
    return [
        Section(_USERS, tuple(_record(_USERS, row) for row in users)),
        Section(_STAFF, tuple(_record(_STAFF, row) for row in profiles)),
        Section(_FACTORS, tuple(_record(_FACTORS, row) for row in factors)),
    ]


class PortalSource:
    """The accounts with which people sign in."""

    code = "portal"
    tables: tuple[Table, ...] = (
        _ACCOUNTS,
        _USERS,
        _CHALLENGES,
        _STAFF,
        _FACTORS,
        _VIEWS,
        _SESSIONS,
        *_LIBRARIES,
    )

    def collect(self, grant: Grant, context: SubjectContext, now: datetime) -> Sequence[Section]:
        """Return when the person signed in and asked for codes; a holder has no row of staff."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.SIGN_IN)
        users = get_user_model().objects.filter(holder__subject_id=context.subject_id)
        asked = SignInChallenge.objects.filter(subject_id=context.subject_id)
        return (
            Section(_USERS, tuple(_record(_USERS, row) for row in users)),
            Section(_STAFF, ()),
            Section(_FACTORS, ()),
            Section(_VIEWS, ()),
            Section(
                _CHALLENGES,
                tuple(_record(_CHALLENGES, row) for row in asked.order_by("created_at")),
            ),
        )

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete the person's account and challenges; a session without its user opens nothing."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.SIGN_IN)
        with transaction.atomic():
            challenges, _ = SignInChallenge.objects.filter(subject_id=context.subject_id).delete()
            accounts = HolderAccount.objects.filter(subject_id=context.subject_id)
            user_ids = list(accounts.values_list("user_id", flat=True))
            removed, _ = accounts.delete()
            get_user_model().objects.filter(pk__in=user_ids).delete()
        return Receipt(
            self.code,
            deleted={
                _CHALLENGES.model: challenges,
                _ACCOUNTS.model: removed,
                _USERS.model: len(user_ids),
            },
        )


def _record(table: Table, row: Any) -> Record:
    return Record(
        {
            column.name: getattr(row, column.name)
            for column in table.personal()
            if not column.withheld
        }
    )
