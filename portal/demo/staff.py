"""The demo's members of staff, each with a generated password and a second factor."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user_model
from django.db import transaction

from portal.models import StaffProfile, StaffRole
from portal.permissions import appoint


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """What a visitor of the demo needs to sign in as one member of staff."""

    role: str
    city: str
    username: str
    password: str
    totp_secret: str

    def as_json(self) -> dict[str, str]:
        """Return it as the demo's file keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Post:
    username: str
    role: StaffRole
    city: str
    organisation: str
    point: str = ""


POSTS = (
    _Post("cene", StaffRole.CLERK, "novo-mesto", "knjiznica", "nm-knjiznica"),
    _Post("heda", StaffRole.CLERK, "nova-gorica", "mestne-storitve", "ng-mestne-storitve"),
    _Post("karla", StaffRole.CONTROLLER, "novo-mesto", "novo-mesto"),
    _Post("gregor", StaffRole.CONTROLLER, "nova-gorica", "nova-gorica"),
    _Post("darja", StaffRole.DPO, "novo-mesto", "novo-mesto"),
    _Post("drago", StaffRole.DPO, "nova-gorica", "nova-gorica"),
)


@transaction.atomic
def hire(post: _Post) -> StaffSignIn:
    """Make one member of staff with a fresh password and second factor."""
    password, secret = secrets.token_urlsafe(12), totp.generate_totp_secret()
    user = get_user_model().objects.create_user(username=post.username, password=password)
    totp.TOTP.activate(user, secret)
    profile = StaffProfile.objects.create(
        user=user,
        role=post.role,
        city=post.city,
        organisation=post.organisation,
        registration_point=post.point,
    )
    appoint(profile=profile)
    return StaffSignIn(post.role.value, post.city, post.username, password, secret)


def current_code(*, totp_secret: str, now: datetime) -> str:
    """Return the six digits that the authenticator of this secret shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(totp_secret, int(now.timestamp()) // 30)))
