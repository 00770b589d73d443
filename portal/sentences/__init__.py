"""The sentence of every refusal, from one module a topic; each in both languages."""

from django.utils.functional import Promise

from portal.sentences import (
    authority,
    core,
    corrections,
    decisions,
    erasing,
    intake,
    package,
    recipients,
    rights,
    transmission,
)

SENTENCES: dict[str, Promise] = {
    **authority.SENTENCES,
    **core.SENTENCES,
    **corrections.SENTENCES,
    **decisions.SENTENCES,
    **erasing.SENTENCES,
    **intake.SENTENCES,
    **package.SENTENCES,
    **recipients.SENTENCES,
    **rights.SENTENCES,
    **transmission.SENTENCES,
}
