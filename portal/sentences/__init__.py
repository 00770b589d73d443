"""The sentence of every refusal, from one module a topic; each in both languages."""

from django.utils.functional import Promise

from portal.sentences import authority, core, rights

SENTENCES: dict[str, Promise] = {
    **core.SENTENCES,
    **rights.SENTENCES,
    **authority.SENTENCES,
}
