"""Accounts of members of staff: made and given a new start by whoever runs the service."""

import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from portal.models import StaffProfile, StaffRole
from portal.permissions import appoint
from records.identity.queries import get_controller, get_registration_point


@transaction.atomic
def add_staff(
    *, username: str, role: StaffRole, city: str, organisation: str, point: str = ""
) -> str:
    """Make an account with its permissions and return its first password, which is kept nowhere.

    The second factor is set up at the first sign-in. Raises CityUnknown, PointUnknown.
    """
    get_controller(city)
    if point:
        get_registration_point(point)
    password = secrets.token_urlsafe(12)
    user = get_user_model().objects.create_user(username=username, password=password)
    profile = StaffProfile.objects.create(
        user=user, role=role, city=city, organisation=organisation, registration_point=point
    )
    appoint(profile=profile)
    return password


@transaction.atomic
def reset_factor(*, username: str) -> str:
    """Take all second factors and the password away; return a new password for the next start."""
    user = (
        get_user_model()
        .objects.select_for_update()
        .get(username=username, staff_profile__isnull=False)
    )
    Authenticator.objects.filter(user=user).delete()
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


@transaction.atomic
def dismiss(*, username: str) -> None:
    """Close an account: it signs in nowhere any more; its sessions end with the next request."""
    user = (
        get_user_model()
        .objects.select_for_update()
        .get(username=username, staff_profile__isnull=False)
    )
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])


def _get_user(username: str) -> AbstractBaseUser:
    people = get_user_model().objects.select_for_update()
    return people.get(username=username, staff_profile__isnull=False)
