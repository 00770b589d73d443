"""Published vectors, and the frozen values of every format that lasts."""

import json
from pathlib import Path
from typing import Any


def read_vectors(name: str) -> Any:
    """Return the content of a file of vectors."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
