"""The sentence of every refusal, from one module a topic; each in both languages."""

from django.utils.functional import Promise

from portal.sentences import core, corrections, rights

SENTENCES: dict[str, Promise] = {**core.SENTENCES, **rights.SENTENCES, **corrections.SENTENCES}
