"""The service's own settings with the measured table, and only the middleware that any site has."""

from portal.settings_test import *  # noqa: F403  # these are those settings

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "auditlog",
    "records.keyring",
    "records.access",
    "tests.bench.logtables",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "tests.bench.logtables.urls"
