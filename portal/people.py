"""Who stands at the door: a holder, a member of staff, or nobody we know."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from portal.models import HolderAccount, StaffProfile, StaffRole
from records.access.grants import Actor
from records.access.purposes import ActorRole


@dataclass(frozen=True, slots=True)
class Holder:
    """A signed-in card holder."""

    account_id: UUID
    subject_id: UUID = field(repr=False)
    is_holder = True
    is_staff = False

    @property
    def actor(self) -> Actor:
        """Return the holder as the gate's actor."""
        return Actor(role=ActorRole.HOLDER, id=str(self.account_id), organisation="")


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff."""

    profile_id: UUID
    role: StaffRole
    city: str
    organisation: str
    registration_point: str
    is_holder = False
    is_staff = True

    @property
    def actor(self) -> Actor:
        """Return the member of staff as the gate's actor."""
        return Actor(
            role=ActorRole(self.role), id=str(self.profile_id), organisation=self.organisation
        )


Person = Holder | Staff


def person_of(request: HttpRequest) -> Person | None:
    """Return who is signed in, None for nobody; asked of the database once a request."""
    if not hasattr(request, "_varuh_person"):
        request._varuh_person = _find_person(request)  # type: ignore[attr-defined]
    return request._varuh_person  # type: ignore[attr-defined]


def _find_person(request: HttpRequest) -> Person | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    account = HolderAccount.objects.filter(user_id=user.pk).first()
    if account:
        return Holder(account_id=account.pk, subject_id=account.subject_id)
    profile = StaffProfile.objects.filter(user_id=user.pk).first()
    if profile is None:
        return None
    return Staff(
        profile_id=profile.pk,
        role=StaffRole(profile.role),
        city=profile.city,
        organisation=profile.organisation,
        registration_point=profile.registration_point,
    )
