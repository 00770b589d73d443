"""django-auditlog as it comes, on the same database."""

from portal.settings_test import DATABASES as _ALL

SECRET_KEY = "for-the-benchmark-only"  # nothing is behind it
USE_TZ = True
ALLOWED_HOSTS = ["localhost"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "auditlog",
    "tests.bench.logtables",
]
DATABASES = {"default": _ALL["default"]}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "tests.bench.logtables.urls"
