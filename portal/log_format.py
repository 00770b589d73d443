"""Log lines for people and machines: constant text, and the fields behind it."""

import logging
from typing import Final

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_UNSHOWN: Final = frozenset({"request", "taskName", "status_code", "data"})
"""What libraries add for handlers of their own; it may hold what people typed."""


class FieldsFormatter(logging.Formatter):
    """Writes `time level logger text name=value …`; fields hold identifiers and codes only."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        """Return the line with the record's own fields at its end."""
        fields = sorted(set(record.__dict__) - _STANDARD - _UNSHOWN)
        shown = "".join(f" {name}={getattr(record, name)}" for name in fields)
        return super().formatMessage(record) + shown
