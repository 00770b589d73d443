"""Changes of records that are about nobody (roles, prices, rules), as django-auditlog reports them.

Values stand in an entry only where the record's table is declared to hold nothing personal
(records.access.inventory); of any other record the entry names the changed fields and nothing else,
whatever was sent: its number, too, would stand in two stores.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from auditlog.registry import auditlog
from django.db import models

from records.access.append import append_entry, name_actor, name_task
from records.access.codes import NO_PURPOSE, ROLES, Stage
from records.access.errors import PersonalTableNotTracked
from records.access.grants import Actor
from records.access.inventory import NotPersonal
from records.access.leaves import Content, log_year
from records.access.purposes import ActorRole
from records.access.registry import sources

UNKNOWN: Final = Actor(role=ActorRole.SYSTEM, id="system:unknown", organisation="")
_MOST_KEYS: Final = 50

_acting: ContextVar[tuple[Actor, datetime] | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(actor: Actor, *, now: datetime) -> Iterator[None]:
    """Name who changes records inside the block, and when. Nests; unlike django-auditlog's, nothing
    leaks out.
    """
    token = _acting.set((actor, now))
    try:
        yield
    finally:
        _acting.reset(token)


def is_not_personal(model: type[models.Model]) -> bool:
    """Return whether the model's table is declared, and every column of it as saying nothing about
    a person.
    """
    for source in sources():
        for table in source.tables:
            if table.model == model._meta.label:
                return bool(table.whole_because) or all(
                    isinstance(column, NotPersonal) for column in table.columns
                )
    return False


def track_changes(model: type[models.Model], **options: Any) -> None:
    """Let django-auditlog log each change of the model's rows. Raises PersonalTableNotTracked.

    Call it after the sources are registered; `checks` looks at every registered model again at
    start.
    """
    if not is_not_personal(model):
        raise PersonalTableNotTracked(model=model._meta.label)
    auditlog.register(model, **options)


def list_wrongly_tracked() -> list[str]:
    """Return the models registered with django-auditlog whose tables are not declared free of
    personal data.
    """
    return sorted(
        model._meta.label for model in auditlog.get_models() if not is_not_personal(model)
    )


def _shown(model: type[models.Model], changes: Mapping[str, Any]) -> dict[str, Any]:
    if is_not_personal(model):
        return dict(changes)
    return dict.fromkeys(changes, None)


def _append(*, record: str, action: int, details: Mapping[str, Any]) -> int:
    # A door that changes records names its actor and time; without one, the change is still logged.
    acting = _acting.get()
    actor, now = acting or (UNKNOWN, datetime.now(UTC))
    year = log_year(now)
    return append_entry(
        year=year,
        content=Content(
            timestamp=now,
            stage=Stage.OPENED,
            action=action,
            purpose=NO_PURPOSE,
            role=ROLES[actor.role],
            categories=0,
            actor=name_actor(year=year, actor_id=actor.id),
            task=name_task(year=year, task=""),
            subjects=b"",
            organisation=actor.organisation,
            record=record,
            details=json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        ),
    )


def append_change(*, instance: models.Model, action: int, changes: Mapping[str, Any]) -> int:
    """Append the change of one record; return the entry's id. Raises LogUnavailable,
    InsideTransaction.
    """
    model = type(instance)
    return _append(
        record=f"{model._meta.label}:{instance.pk if is_not_personal(model) else '-'}",
        action=action,
        details={"changes": _shown(model, changes)},
    )


def append_changes(*, instances: Sequence[models.Model], action: int) -> int:
    """Append one entry for many rows of one model; return its id. Raises LogUnavailable,
    InsideTransaction.
    """
    model = type(instances[0])
    details: dict[str, Any] = {"rows": len(instances)}
    if is_not_personal(model):
        details["keys"] = [str(instance.pk) for instance in instances[:_MOST_KEYS]]
    return _append(record=f"{model._meta.label}:*", action=action, details=details)
