"""System checks of the keys, each with a stable id and a hint that says what to do."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from records.keyring.errors import (
    KeyFileExposed,
    KeyFileMissing,
    KeyFileUnreadable,
    KeyringRefused,
    ProviderDiffers,
)
from records.keyring.keyfile import read_key_file
from records.keyring.queries import load_keyring

_RESTORE = "Put the newest copy back from escrow. Do not edit the file by hand."


@register(Tags.security)
def check_key_file(**_: Any) -> list[CheckMessage]:
    """Refuse a key file that others may read, that is no key file, or that has another provider.

    One that is missing is no error here: `setup` and `makemigrations` run before it is made.
    """
    try:
        file, _signature = read_key_file(Path(settings.KEY_FILE))
    except KeyFileMissing:
        return []
    except KeyFileExposed as refusal:
        return [
            Error(
                f"Others may read or write the key file (mode {refusal.facts['mode']}).",
                hint=f"chmod 600 {settings.KEY_FILE}, find out who could read it, and rotate.",
                id="varuh.keyring.E002",
            )
        ]
    except KeyFileUnreadable:
        message = f"{settings.KEY_FILE} cannot be read as a key file."
        return [Error(message, hint=_RESTORE, id="varuh.keyring.E003")]
    if file.provider != settings.KEY_PROVIDER:
        return [
            Error(
                f"The key file was made with the provider {file.provider!r}, "
                f"the settings name {settings.KEY_PROVIDER!r}.",
                hint="Set VARUH_KEY_PROVIDER to the provider of the key file.",
                id="varuh.keyring.E004",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_keys_open(**_: Any) -> list[CheckMessage]:
    """Refuse to go into production without a key file all of whose keys open under their roots."""
    try:
        load_keyring(Path(settings.KEY_FILE))
    except KeyFileMissing:
        return [
            Error(
                f"There is no key file at {settings.KEY_FILE}.",
                hint="Run manage.py setup for a new installation; else put it back from escrow.",
                id="varuh.keyring.E001",
            )
        ]
    except (KeyFileExposed, KeyFileUnreadable, ProviderDiffers):
        return []  # check_key_file reports these
    except KeyringRefused as refusal:
        return [
            Error(
                f"The root provider does not open the keys: {refusal}.",
                hint="Look at VARUH_PKCS11_MODULE, _TOKEN and _PIN, and that this is the token "
                "and the newest key file that belong together.",
                id="varuh.keyring.E005",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_provider(**_: Any) -> list[CheckMessage]:
    """Warn where production keeps its roots in a file: old copies of it open what was destroyed."""
    if settings.KEY_PROVIDER != "file":
        return []
    return [
        Caution(
            "The root keys stand in the key file itself.",
            hint="Use a token (VARUH_KEY_PROVIDER=pkcs11), or keep the file and its copies as "
            "carefully as one and destroy copies from before each destruction of a key.",
            id="varuh.keyring.W001",
        )
    ]
