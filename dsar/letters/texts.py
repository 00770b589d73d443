"""The sentences of letters in Slovenian and English, plain words first (GDPR 12(1)). Data only."""

from dsar.letters import texts_erasure
from dsar.letters.texts_en import EN
from dsar.letters.texts_sl import SL

TEXTS: dict[str, dict[str, str]] = {"sl": SL | texts_erasure.SL, "en": EN | texts_erasure.EN}


def say(language: str, key: str, **values: object) -> str:
    """Return the sentence in that language with the values filled in."""
    return TEXTS[language][key].format(**values)
