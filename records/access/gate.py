"""The gate: the one place where a Grant is made, and only after its entry in the log is
committed.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from records.access.append import (
    append_entry,
    append_entry_once,
    name_actor,
    name_subjects,
    name_task,
)
from records.access.codes import ACTIONS, ROLES, Stage, mask_of
from records.access.codes import PURPOSES as PURPOSE_CODES
from records.access.errors import (
    AccessRefused,
    LogUnavailable,
    OutcomeNotExpected,
    PurposeNotAllowed,
    SubjectRestricted,
    SubjectsMissing,
)
from records.access.grants import Actor, Grant, make_grant, mark_reported
from records.access.leaves import Content, join_subjects, log_year, year_of
from records.access.purposes import PURPOSES, Action, DataCategory, Purpose
from records.access.registry import checks
from records.access.restriction import find_restricted, is_exempt, name_restricted
from records.keyring.errors import KeyringRefused


def open_gate(
    *,
    actor: Actor,
    purpose: Purpose,
    subjects: Collection[UUID],
    categories: Collection[DataCategory],
    action: Action = Action.CONSULT,
    task: str,
    now: datetime,
    wallets: Collection[UUID] = (),
) -> Grant:
    """Commit an entry that says who opens what of whom and why; then return the Grant (GDPR
    5(1)(b), ZVOP-2 22).

    `subjects` are identity's DataSubject ids, `wallets` the pseudonyms of work on the payments
    side; both may be empty for a search only. `task` is the reference of the work (a case, an
    application); it stands in the log as a pseudonym. Raises PurposeNotAllowed, SubjectsMissing,
    SubjectRestricted or a registered check's refusal, each of which is logged itself;
    LogUnavailable and InsideTransaction, which cannot be.
    """
    people, purses = frozenset(subjects), frozenset(wallets)
    kinds = frozenset(categories)
    try:
        content = _content(
            stage=Stage.OPENED,
            actor=actor,
            purpose=purpose,
            action=action,
            categories=kinds,
            task=task,
            now=now,
            people=people,
            purses=purses,
        )
        refusal = _find_refusal(actor, purpose, action, people, purses, kinds, now)
        if refusal is None:
            barred = [] if is_exempt(purpose, action) else name_restricted(people)
            try:
                entry_id = append_entry(
                    year=log_year(now), content=content, unless_restricted=barred
                )
            except SubjectRestricted:
                refusal = SubjectRestricted(
                    purpose=purpose.value,
                    restricted=len(find_restricted(subjects=people, categories=kinds)),
                )
    except KeyringRefused as error:
        raise LogUnavailable(cause=type(error).__name__) from error
    if refusal is not None:
        _log_refusal(content, refusal, now)
        raise refusal
    return make_grant(
        entry_id=entry_id,
        actor=actor,
        purpose=purpose,
        action=action,
        task=task,
        subjects=people,
        wallets=purses,
        categories=kinds,
        opened_at=now,
    )


def _content(
    *,
    stage: Stage,
    actor: Actor,
    purpose: Purpose,
    action: Action,
    categories: frozenset[DataCategory],
    task: str,
    now: datetime,
    people: frozenset[UUID],
    purses: frozenset[UUID],
) -> Content:
    year = log_year(now)
    return Content(
        timestamp=now,
        stage=stage,
        action=ACTIONS[action],
        purpose=PURPOSE_CODES[purpose],
        role=ROLES[actor.role],
        categories=mask_of(categories),
        actor=name_actor(year=year, actor_id=actor.id),
        task=name_task(year=year, task=task),
        subjects=join_subjects(name_subjects(year=year, subjects=people, wallets=purses)),
        organisation=actor.organisation,
    )


def _find_refusal(
    actor: Actor,
    purpose: Purpose,
    action: Action,
    people: frozenset[UUID],
    purses: frozenset[UUID],
    kinds: frozenset[DataCategory],
    now: datetime,
) -> AccessRefused | None:
    spec = PURPOSES[purpose]
    allowed = actor.role in spec.roles and action in spec.actions and kinds <= spec.categories
    if not (allowed and kinds):
        return PurposeNotAllowed(
            purpose=purpose.value,
            role=actor.role.value,
            action=action.value,
            categories=",".join(sorted(kinds - spec.categories)),
        )
    if not people and not purses and action is not Action.SEARCH:
        return SubjectsMissing(purpose=purpose.value, action=action.value)
    ordered = sorted(people, key=attrgetter("int"))
    for check in checks():
        refusal = check(purpose, action, ordered, now)
        if refusal is not None:
            return refusal
    return None


def _log_refusal(content: Content, refusal: AccessRefused, now: datetime) -> None:

    details = json.dumps({"refused": refusal.code}, separators=(",", ":"))
    # Nothing is shown either way; a log that is down must not hide why the gate stayed shut.
    with suppress(LogUnavailable):
        append_entry(
            year=log_year(now), content=replace(content, stage=Stage.REFUSED, details=details)
        )


def report_outcome(
    grant: Grant, *, done: bool, now: datetime, counts: Mapping[str, int] | None = None
) -> None:
    """Append whether the announced act was committed; people see one line of the two.

    The outcome stands in the log year of its intent. Raises OutcomeNotExpected the second time,
    GrantNotLive, LogUnavailable, InsideTransaction.
    """
    if not mark_reported(grant):
        raise OutcomeNotExpected(entry_id=grant.entry_id)
    year = year_of(grant.entry_id)
    try:
        content = Content(
            timestamp=now,
            stage=Stage.DONE if done else Stage.FAILED,
            action=ACTIONS[grant.action],
            purpose=PURPOSE_CODES[grant.purpose],
            role=ROLES[grant.actor.role],
            categories=mask_of(grant.categories),
            actor=name_actor(year=year, actor_id=grant.actor.id),
            task=name_task(year=year, task=grant.task),
            subjects=b"",
            organisation=grant.actor.organisation,
            intent=grant.entry_id,
            details=json.dumps({"counts": dict(counts)}, sort_keys=True, separators=(",", ":"))
            if counts
            else None,
        )
    except KeyringRefused as error:
        raise LogUnavailable(cause=type(error).__name__) from error
    append_entry(year=year, content=content)


def log_block_event(*, event_id: UUID, actor: Actor, subject: UUID, blocked_at: datetime) -> int:
    """Append the entry of a blocking that the outbox carried here; return its id, the same one for
    the same event.

    Blocking takes a card id, opens nothing and never waits for the log (T4.4.2): the block commits
    first with a row in its own store, and a sweep calls this until it succeeds. Raises
    LogUnavailable, InsideTransaction.
    """
    try:
        content = _content(
            stage=Stage.OPENED,
            actor=actor,
            purpose=Purpose.CARD_ADMINISTRATION,
            action=Action.BLOCK,
            categories=frozenset({DataCategory.CARD}),
            task=str(event_id),
            now=blocked_at,
            people=frozenset({subject}),
            purses=frozenset(),
        )
    except KeyringRefused as error:
        raise LogUnavailable(cause=type(error).__name__) from error
    return append_entry_once(year=log_year(blocked_at), content=content)
