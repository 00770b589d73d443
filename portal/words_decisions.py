"""Grounds, reasons and results in everyday words; joined to the other words in portal.words."""

from django.utils.functional import lazystr
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dsar.rules.grounds import EXTENSION_REASONS, GROUNDS, Ground


class _Title:
    """A ground's title in the active language: the list holds both, the catalogue neither."""

    def __init__(self, ground: Ground) -> None:
        self._titles = ground.title

    def __str__(self) -> str:
        return self._titles.get((get_language() or "sl")[:2], self._titles["sl"])


CASE_WORDS = {
    "prepared": _("waits for confirmation"),
    "returned": _("returned"),
    "confirmed": _("confirmed"),
    "clarification": _("to clarify what is meant"),
    "linked_case": _("as in the linked request"),
    "upheld": _("complaint upheld"),
    "partly": _("complaint upheld in part"),
    "dismissed": _("complaint dismissed"),
    **{code: lazystr(_Title(ground)) for code, ground in (GROUNDS | EXTENSION_REASONS).items()},
}
