"""Erasure in a real browser: preview, choice, typed word, the case page; and the page for former
holders. Both languages, narrow and wide; axe finds nothing.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_walks import walker_for

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "width", "word"), [("sl", 320, "izbriši"), ("en", 1280, "erase")]
)
def test_an_erasure_is_asked_for_and_cancelled(
    service: Any, chromium: Any, axe_source: str, language: str, width: int, word: str
) -> None:
    holder = walker_for(chromium, service, axe_source, language, width)
    if shots := os.environ.get("VARUH_SHOTS"):
        holder.shots = Path(shots) / f"{language}-{width}"
    holder.sign_in_holder(service.demo["holders"][0]["holder_id"])
    holder.press(re.compile("Prijava|Sign in"))
    holder.go("/me/requests/rights/")
    holder.press(re.compile("Izbris mojih podatkov|Erase my data"), role="link")
    holder.page.locator("#id_end_0").check()
    holder.press(re.compile("Naprej|Continue"))
    holder.press(re.compile("Potrdi izbris|Confirm the erasure"))  # nothing typed: the error
    holder.page.fill("#id_word", word)
    holder.press(re.compile("Potrdi izbris|Confirm the erasure"))
    holder.press(re.compile("Spremljaj|Follow"), role="link")
    holder.press(re.compile("Prekliči izbris|Cancel the erasure"))
    assert re.search("izbris je preklican|the erasure is cancelled",
                     holder.page.locator("main").inner_text())  # fmt: skip
    holder.go("/remaining-log/")
    holder.page.fill("#id_code", "A" * 72)
    holder.press(re.compile("Pokaži dnevnik|Show the record"))
    assert holder.findings == []
