"""All addresses of the service."""

from allauth.account.views import account_inactive, logout, reauthenticate
from allauth.mfa.base.views import authenticate as second_factor
from allauth.mfa.base.views import index as factors
from allauth.mfa.base.views import reauthenticate as reauthenticate_factor
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, reauthenticate_webauthn
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from portal.views import health, public, sign_in, staff_account

_PUBLIC = [
    path("", public.home, name="home"),
    path("start/", public.start, name="start"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
    path("privacy/texts/<slug:kind>/", public.notice, name="notice"),
    path("paper/", public.paper, name="paper"),
    path("language/", set_language, name="set_language"),
    path("demo/messages/", public.demo_messages, name="demo_messages"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

_SIGN_IN = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("lost/", sign_in.lost, name="lost"),
    path("unlock/", staff_account.unlock, name="unlock"),
    path("unlock/code/", sign_in.unlock_code, name="unlock_code"),
    path("staff/sign-in/", staff_account.StaffLoginView.as_view(), name="account_login"),
    path("staff/sign-out/", logout, name="account_logout"),
    path("staff/closed/", account_inactive, name="account_inactive"),
    path("staff/confirm/", reauthenticate, name="account_reauthenticate"),
    path("staff/second-factor/", second_factor, name="mfa_authenticate"),
    path("staff/second-factor/confirm/", reauthenticate_factor, name="mfa_reauthenticate"),
    path("staff/second-factor/confirm-key/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("staff/factors/", factors, name="mfa_index"),
    path("staff/factors/needed/", staff_account.factor_needed, name="factor_needed"),
    path("staff/factors/app/", activate_totp, name="mfa_activate_totp"),
    path("staff/factors/app/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    path("staff/factors/key/", add_webauthn, name="mfa_add_webauthn"),
]




urlpatterns: list[URLPattern | URLResolver] = [*_PUBLIC, *_SIGN_IN]
