"""What a holder may carry away, table by table, from the inventory (GDPR 20, WP242)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsar.package.portable import DERIVED, OTHER_BASIS
from dsar.queries import personal_tables
from dsar.rules import Right
from records.access.purposes import DataCategory

REASONS: dict[str, Promise] = {
    DERIVED: _("we worked it out ourselves"),
    OTHER_BASIS: _("we keep it because a law demands it or for a public task"),
}
OTHERWISE = _("it is withheld from every copy, for the security of your account or of others")


@dataclass(frozen=True, slots=True)
class PortableGroup:
    """One table: what of it is given, and what is left out, by reason."""

    title: str
    given: tuple[str, ...]
    left_out: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Portable:
    """What is given, table by table, and the tables of which nothing is, by reason."""

    given: tuple[PortableGroup, ...]
    left_out: tuple[tuple[str, tuple[str, ...]], ...]


def list_portable() -> Portable:
    """Return what a holder gets and what not, without the tables that are about staff alone."""
    groups = _list_groups()
    whole: dict[str, list[str]] = {}
    for group in groups:
        if not group.given:
            for reason, _labels in group.left_out:
                whole.setdefault(reason, []).append(group.title)
    return Portable(
        given=tuple(group for group in groups if group.given),
        left_out=tuple((reason, tuple(titles)) for reason, titles in whole.items()),
    )


def _list_groups() -> list[PortableGroup]:
    groups = []
    for _source, table in personal_tables(Right.PORTABILITY).values():
        if all(column.category is DataCategory.STAFF for column in table.personal()):
            continue
        by_reason: dict[str, list[str]] = {}
        for column in table.personal():
            if column.withheld:
                reason = str(REASONS.get(column.withheld, OTHERWISE))
                by_reason.setdefault(reason, []).append(gettext(column.label))
        groups.append(
            PortableGroup(
                gettext(table.label),
                tuple(gettext(one.label) for one in table.personal() if not one.withheld),
                tuple((reason, tuple(labels)) for reason, labels in by_reason.items()),
            )
        )
    return groups
