"""Refusals of the keyring."""

from records.errors import Refusal


class KeyringRefused(Refusal):
    """The keyring cannot do that. Read `code` and facts; nothing was changed."""

    code = "keyring.refused"


class KeyFileMissing(KeyringRefused):
    """There is no key file at that path. Run `manage.py setup`, or put it back from escrow."""

    code = "keyring.missing"


class KeyFileUnreadable(KeyringRefused):
    """The key file is there but cannot be read as one. Put the newest copy back; never edit it by
    hand.
    """

    code = "keyring.unreadable"


class KeyFileExposed(KeyringRefused):
    """Others than its owner may read or write the key file. Set its mode to 0600."""

    code = "keyring.exposed"


class KeyFileNotWritable(KeyringRefused):
    """The key file cannot be written; the old one stands. Look at the folder's disk and mode."""

    code = "keyring.not_writable"


class WrongRoot(KeyringRefused):
    """A key does not open under the root at hand: another token, or a changed or mixed key file."""

    code = "keyring.wrong_root"


class RootMissing(KeyringRefused):
    """The provider has no root of that label: it was destroyed, or this is another token or an old
    file.
    """

    code = "keyring.root_missing"


class ProviderUnavailable(KeyringRefused):
    """The root provider does not answer: module, token or PIN. The fact `reason` says which."""

    code = "keyring.provider_unavailable"


class ProviderDiffers(KeyringRefused):
    """The key file was made with another provider than the settings name. Mend KEY_PROVIDER."""

    code = "keyring.provider_differs"


class UnknownKey(KeyringRefused):
    """There is no key of that name. Run `manage.py setup`, or correct the name."""

    code = "keyring.unknown_key"


class KeyringKeyDestroyed(KeyringRefused):
    """That key was destroyed, with all that it opened. It is never made again."""

    code = "keyring.destroyed"


class StillInUse(KeyringRefused):
    """New values are still made with that key. Start its successor first."""

    code = "keyring.still_in_use"
