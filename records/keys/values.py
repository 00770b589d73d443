"""Values and the bytes that are sealed: one canonical form for each kind of column."""

import json
from collections.abc import Callable
from datetime import date, datetime

from records.keys.errors import WrongKind


def _text_to_bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise WrongKind(kind="text")
    return value.encode()


def _date_to_bytes(value: object) -> bytes:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongKind(kind="date")
    return value.isoformat().encode()


def _json_to_bytes(value: object) -> bytes:
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
        ).encode()
    except (TypeError, ValueError):
        raise WrongKind(kind="json") from None


def _bytes_to_date(plaintext: bytes) -> date:
    return date.fromisoformat(plaintext.decode())


TO_BYTES: dict[str, Callable[[object], bytes]] = {
    "text": _text_to_bytes,
    "date": _date_to_bytes,
    "json": _json_to_bytes,
}
FROM_BYTES: dict[str, Callable[[bytes], object]] = {
    "text": bytes.decode,
    "date": _bytes_to_date,
    "json": json.loads,
}
