"""The sentences of the report in Slovenian and English, plain words first (GDPR 12(1)). Data
only.
"""

from dsar.package import texts_package_en, texts_package_sl
from dsar.package.texts_en import EN
from dsar.package.texts_sl import SL

TEXTS: dict[str, dict[str, str]] = {
    "sl": SL | texts_package_sl.SL,
    "en": EN | texts_package_en.EN,
}
LANGUAGES = tuple(TEXTS)


def say(language: str, key: str, **values: object) -> str:
    """Return the sentence in that language with the values filled in."""
    return TEXTS[language][key].format(**values)


def name_of(language: str, kind: str, code: str) -> str:
    """Return the words for a code (kind "purpose", "category", …); the code itself where there are
    none.
    """
    return TEXTS[language].get(f"{kind}.{code}", code)
