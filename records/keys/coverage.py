"""Asking the Grant: the one place where keys meet the gate's answer."""

from collections.abc import Iterable
from uuid import UUID

from records.access.grants import Grant
from records.access.purposes import DataCategory, Store


def require_coverage(
    grant: Grant, *, store: Store, subjects: Iterable[UUID], categories: Iterable[DataCategory]
) -> None:
    """Raise the gate's refusal unless the Grant covers each of these categories for each of these subjects."""
    wanted = frozenset(subjects)
    for category in frozenset(categories):
        for subject in wanted:
            grant.require(store, subject, category)


def require_subjects(grant: Grant, *, store: Store, subjects: Iterable[UUID]) -> None:
    """Raise the gate's refusal unless the Grant covers each of these subjects, in whatever category it has."""
    require_coverage(grant, store=store, subjects=subjects, categories=sorted(grant.categories)[:1])
