"""The sentence of every refusal, from one module a topic; each in both languages."""

from django.utils.functional import Promise

from portal.sentences import (
    authority,
    core,
    corrections,
    decisions,
    intake,
    recipients,
    rights,
)

SENTENCES: dict[str, Promise] = {
    **authority.SENTENCES,
    **core.SENTENCES,
    **corrections.SENTENCES,
    **decisions.SENTENCES,
    **intake.SENTENCES,
    **recipients.SENTENCES,
    **rights.SENTENCES,
}
from portal.sentences import core, package, rights

SENTENCES: dict[str, Promise] = {**core.SENTENCES, **rights.SENTENCES, **package.SENTENCES}
