"""What a worker does in one turn: a request, or an append."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

ROWS = 1_000
Work = Callable[[], None]


def _requests(kind: str) -> Work:
    from django.core.wsgi import get_wsgi_application
    from django.test import RequestFactory

    application, factory = get_wsgi_application(), RequestFactory(SERVER_NAME="localhost")
    environs = [factory.get(f"/{kind}/{pk}").environ for pk in range(1, ROWS + 1)]

    def request() -> None:
        said: list[str] = []
        answer: Any = application(
            dict(random.choice(environs)), lambda status, _headers: said.append(status)
        )
        answer.close()
        if not said[0].startswith("200"):
            raise RuntimeError(said[0])

    return request


def plain() -> Work:
    """A view without a log."""
    return _requests("plain")


def gated() -> Work:
    """The view behind the gate."""
    return _requests("gated")


def mixin() -> Work:
    """The view with LogAccessMixin."""
    from auditlog.registry import auditlog

    from tests.bench.logtables.models import Looked

    auditlog.register(Looked)
    return _requests("mixin")


def _content() -> Any:
    from records.access.leaves import Content, join_subjects

    return Content(
        timestamp=datetime.now(UTC),
        stage=0,
        action=3,
        purpose=2,
        role=2,
        categories=1,
        actor=UUID(int=7),
        task=UUID(int=8),
        subjects=join_subjects([uuid4().bytes]),
        organisation="novo-mesto",
    )


def append() -> Work:
    """An entry, through the one writer."""
    from records.access.append import append_entry

    def one() -> None:
        append_entry(year=2026, content=_content())

    return one


def chain() -> Work:
    """The same columns, chained: the head row is locked, the hash of the last entry goes into the
    next.
    """
    from django.db import connections
    from django.db.transaction import atomic

    from records.access.leaves import canonical_form

    connection = connections["audit"]

    def one() -> None:
        content = _content()
        with atomic(using="audit"), connection.cursor() as cursor:
            cursor.execute("SELECT number, hash FROM bench_head WHERE id = 1 FOR UPDATE")
            number, before = cursor.fetchone()
            form = canonical_form(entry_id=number + 1, content=content, tag=UUID(int=0))
            leaf = sha256(bytes(before) + form).digest()
            cursor.execute(
                "INSERT INTO bench_chain (id, timestamp, stage, action, purpose, role, categories,"
                " actor, task, subjects, organisation, hash)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    number + 1,
                    content.timestamp,
                    content.stage,
                    content.action,
                    content.purpose,
                    content.role,
                    content.categories,
                    content.actor,
                    content.task,
                    content.subjects,
                    content.organisation,
                    leaf,
                ),
            )
            cursor.execute(
                "INSERT INTO bench_subject (subject, entry_id) VALUES (%s, %s)",
                (UUID(bytes=content.subjects), number + 1),
            )
            cursor.execute(
                "UPDATE bench_head SET number = %s, hash = %s WHERE id = 1", (number + 1, leaf)
            )

    return one
