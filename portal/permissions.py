"""Object permissions on the few containers: controllers and registration points. The only module
that knows guardian.

People are never filtered by object permission (that costs 5 to 100 times more); a person belongs to
a city by a plain column, and the permission is on the city.
"""

from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as UserRow
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from portal.errors import OtherCity
from portal.models import StaffProfile, StaffRole
from records.identity.models import Controller, RegistrationPoint

SERVE, DECIDE, OVERSEE, WORK = "serve_city", "decide_for_city", "oversee_city", "work_at_point"
_NAMES = {
    SERVE: "May open and change the people of the city at the desk",
    DECIDE: "May decide for the controller: refusals, extensions, retention plans",
    OVERSEE: "May review as the data protection officer",
    WORK: "May take applications at the registration point",
}
_OF_ROLE = {StaffRole.CLERK: SERVE, StaffRole.CONTROLLER: DECIDE, StaffRole.DPO: OVERSEE}


def ensure_permissions() -> None:
    """Create the permissions; safe to run twice."""
    for model, codenames in ((Controller, (SERVE, DECIDE, OVERSEE)), (RegistrationPoint, (WORK,))):
        kind = ContentType.objects.get_for_model(model)
        for codename in codenames:
            Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": _NAMES[codename]}
            )


@transaction.atomic
def appoint(*, profile: StaffProfile) -> None:
    """Give a member of staff the permissions of role and organisation, and take away all others."""
    ensure_permissions()
    user: UserRow = profile.user
    for codename in (SERVE, DECIDE, OVERSEE):
        for controller in get_objects_for_user(
            user, codename, Controller, accept_global_perms=False
        ):
            remove_perm(f"identity.{codename}", user, controller)
    for point in get_objects_for_user(user, WORK, RegistrationPoint, accept_global_perms=False):
        remove_perm(f"identity.{WORK}", user, point)
    city = Controller.objects.get(pk=profile.city)
    assign_perm(f"identity.{_OF_ROLE[StaffRole(profile.role)]}", user, city)
    if profile.registration_point:
        assign_perm(
            f"identity.{WORK}", user, RegistrationPoint.objects.get(pk=profile.registration_point)
        )


def list_cities(*, profile_id: UUID) -> list[str]:
    """Return the codes of the cities that a member of staff may act for in their role."""
    profile = StaffProfile.objects.select_related("user").get(pk=profile_id)
    codename = _OF_ROLE[StaffRole(profile.role)]
    found = get_objects_for_user(profile.user, codename, Controller, accept_global_perms=False)
    return sorted(found.values_list("pk", flat=True))


def require_city(*, profile_id: UUID, city: str) -> None:
    """Return if the member of staff may act for this city; raise OtherCity (threat 35)."""
    if city not in list_cities(profile_id=profile_id):
        raise OtherCity(city=city)
