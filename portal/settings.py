"""The one settings file. Every knob is an environment variable, read by portal.environment; README
lists them.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from portal.environment import (
    read_database,
    read_dates,
    read_file,
    read_flag,
    read_imap,
    read_list,
    read_number,
    read_path,
    read_secret,
    read_text,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# -- The folder of the embedded stores, the key file and what lies beside them
VAR_DIR = read_path("VARUH_VAR", BASE_DIR / "var")

# -- Mode. Demo mode is the embedded default: invented people, codes on the console, a clock that
# may run ahead.
DEMO = read_flag("VARUH_DEMO", default=True)
DEBUG = read_flag("VARUH_DEBUG", default=False)
SECRET_KEY_SETTING = read_secret("VARUH_SECRET_KEY")
if SECRET_KEY_SETTING is None:
    if not DEMO:
        raise ImproperlyConfigured(
            "Set VARUH_SECRET_KEY or VARUH_SECRET_KEY_FILE (demo mode makes its own)."
        )
    from portal.demo_secret import read_or_create_demo_secret

    SECRET_KEY_SETTING = read_or_create_demo_secret(VAR_DIR)
SECRET_KEY = SECRET_KEY_SETTING
ALLOWED_HOSTS = read_list(
    "VARUH_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEMO else []
)
SITE_URL = read_text("VARUH_SITE_URL", f"http://127.0.0.1:{read_number('VARUH_PORT', 8000)}")

# -- Keys: see records.keyring
KEY_PROVIDER = read_text("VARUH_KEY_PROVIDER", "file")  # file | pkcs11
KEY_FILE = read_path("VARUH_KEY_FILE", VAR_DIR / "varuh.keys")
PKCS11_MODULE = read_text("VARUH_PKCS11_MODULE", "")
PKCS11_TOKEN = read_text("VARUH_PKCS11_TOKEN", "")
PKCS11_PIN = read_secret("VARUH_PKCS11_PIN")

# -- Documents (records.documents): who seals, and which timestamp authority makes the seal last
SEAL_PROVIDER = read_text("VARUH_SEAL_PROVIDER", "demo" if DEMO else "file")  # demo | file | pkcs11
SEAL_CERTIFICATE_FILE = read_path("VARUH_SEAL_CERTIFICATE_FILE", VAR_DIR / "seal.crt")
SEAL_KEY_FILE = read_path("VARUH_SEAL_KEY_FILE", VAR_DIR / "seal.key")
SEAL_PKCS11_LABEL = read_text("VARUH_SEAL_PKCS11_LABEL", "")
TIMESTAMP_URL = read_text("VARUH_TIMESTAMP_URL", "")
TRUST_ROOTS_FILE = read_text("VARUH_TRUST_ROOTS_FILE", "")

# -- Who runs the card: controllers, processors, registration points
REGISTER_FILE = read_path("VARUH_REGISTER_FILE", BASE_DIR / "deploy" / "demo-register.toml")

# -- Outside the backup set
HEADS_DIR = read_path("VARUH_HEADS_DIR", VAR_DIR / "heads")
ERASURE_LEDGER_FILE = read_path("VARUH_ERASURE_LEDGER_FILE", VAR_DIR / "erasure-ledger.jsonl")
PACKAGES_DIR = read_path("VARUH_PACKAGES_DIR", VAR_DIR / "packages")
EXTRA_WORK_FREE_DAYS = read_dates("VARUH_EXTRA_WORK_FREE_DAYS")
BACKUP_LIFE_DAYS = read_number("VARUH_BACKUP_LIFE_DAYS", 35, least=1)

# -- Apps: each floor under its own label
INSTALLED_APPS = [
    "records.keyring",
    "records.access",
    "records.keys",
    "records.identity",
    "records.cards",
    "records.wallet",
    "records.contracts",
    "records.documents",
    "consent",
    "retention",
    "dsar",
    "portal",
    "auditlog",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

# -- Stores
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=ON;PRAGMA foreign_keys=ON;"
)


def _embedded(name: str) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / f"{name}.sqlite3")}


def _store(name: str) -> dict[str, Any]:
    settings = read_database(f"VARUH_{name.upper()}_DATABASE_URL") or _embedded(name)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": _SQLITE_PRAGMAS,
        }
    else:
        settings["CONN_MAX_AGE"] = read_number("VARUH_DATABASE_CONN_MAX_AGE_SECONDS", 60, least=0)
        settings["CONN_HEALTH_CHECKS"] = True
        settings["DISABLE_SERVER_SIDE_CURSORS"] = read_flag("VARUH_PGBOUNCER", default=False)
    return settings


DATABASES = {
    "default": _store("identity"),
    "payments": _store("payments"),
    "keys": _store("keys"),
    "audit": _store("audit"),
}
DATABASE_ROUTERS = ["portal.stores.StoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- The log rides on django-auditlog (docs/adr)
AUDITLOG_LOGENTRY_MODEL = "access.LogEntry"
AUDITLOG_DISABLE_REMOTE_ADDR = True
# Its own migrations would make its own table, with foreign keys to people, beside ours.
MIGRATION_MODULES = {"auditlog": None}

# -- Web
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.SessionGuardMiddleware",
    "portal.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.context.page",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# With "no-referrer" browsers send "Origin: null" with forms, which the CSRF protection refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_COOKIES = read_flag("VARUH_SECURE_COOKIES", default=not DEMO)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = read_flag("VARUH_SSL_REDIRECT", default=not DEMO)
SECURE_HSTS_SECONDS = read_number("VARUH_HSTS_SECONDS", 0 if DEMO else 31_536_000, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
BEHIND_PROXY = read_flag("VARUH_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Limits count visitors' addresses: behind one proxy each is the last in X-Forwarded-For, and
# without one nobody can invent theirs there.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# -- Sign-in
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "portal.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ACCOUNT_ADAPTER = "portal.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "portal.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_TOTP_ISSUER = "Varuh"
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_FORMS = {
    "add_webauthn": "portal.views.staff_account.AddPasskeyForm",
    "authenticate_webauthn": "portal.views.staff_account.PasskeyForm",
    "reauthenticate_webauthn": "portal.views.staff_account.ConfirmPasskeyForm",
}
# Counters of failed attempts. One process may keep them in memory; several need one place.
if _CACHE_URL := read_secret("VARUH_CACHE_URL"):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": _CACHE_URL,
        }
    }

# -- Messages to holders: demo writes them to the console and under VAR_DIR, email sends by Django's
# mail settings
DELIVERY = read_text("VARUH_DELIVERY", "demo" if DEMO else "email")  # demo | email
if DELIVERY not in ({"demo", "email"} if DEMO else {"email"}):
    raise ImproperlyConfigured(
        "VARUH_DELIVERY must be email, or in demo mode demo: that one writes codes into the log."
    )
DEMO_MESSAGES_DIR = VAR_DIR / "demo-messages"
METRICS_TOKEN = read_secret("VARUH_METRICS_TOKEN")

# -- Language and time
LANGUAGE_CODE = "sl"
LANGUAGES = [("sl", "Slovenščina"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Europe/Ljubljana"
USE_TZ = True
USE_I18N = True

# -- Work that takes long
CELERY_BROKER_URL = read_secret("VARUH_BROKER_URL") or "filesystem://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT = "portal.embedded_queue.Transport"
    _QUEUE_DIR = VAR_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_QUEUE_DIR / "messages"),
        "data_folder_out": str(_QUEUE_DIR / "messages"),
        "control_folder": str(_QUEUE_DIR / "control"),
        "processed_folder": str(_QUEUE_DIR / "processed"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }

# -- Letters and messages
DEFAULT_FROM_EMAIL = read_text("VARUH_FROM_EMAIL", "varuh@localhost")
# The mailbox to which people write with requests: imaps://user:password@host[:port]/folder
PEERS_FILE = read_file("VARUH_PEERS_FILE")
IMAP = read_imap("VARUH_IMAP_URL", needs_tls=not DEMO)

# -- Logs hold identifiers, never personal data
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "portal.log_format.FieldsFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": read_text("VARUH_LOG_LEVEL", "INFO")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
