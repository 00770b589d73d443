"""One CSV file per table: UTF-8 with a byte order mark, semicolons, no cell that a spreadsheet
would run. Pure.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice

from dsar.package.content import Sheet, Value

DELIMITER = ";"
"""What Slovenian spreadsheets expect; the manifest names it."""

_RUNS = re.compile(r"^[\s\0]*[=+\-@\t\r＝＋－＠]")
_HALF = re.compile("[\ud800-\udfff]")
_BATCH = 500
_PLAIN_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as a file: a heading of column names, then its rows."""
    return b"".join(csv_pieces(sheet))


def csv_pieces(sheet: Sheet) -> Iterator[bytes]:
    """Yield the sheet's file in pieces of some hundred rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n")
    writer.writerow([column.name for column in sheet.columns])
    yield b"\xef\xbb\xbf"
    rows = sheet.plain_rows()
    while batch := list(islice(rows, _BATCH)):
        writer.writerows([cell(value) for value in row] for row in batch)
        yield _emptied(text)
    yield _emptied(text)


def _emptied(text: io.StringIO) -> bytes:
    """Return what was written and begin anew; half a character, which no file can hold, is shown by
    its number.
    """
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    try:
        return written.encode()
    except UnicodeEncodeError:
        return _HALF.sub(lambda half: f"[U+{ord(half[0]):04X}]", written).encode()


def cell(value: Value) -> str:
    """Return the cell's text; what a spreadsheet would take for a formula begins with an apostrophe
    (threat 34).

    Negative numbers stay numbers. The exact value stands in the JSON.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _RUNS.match(text) and not _PLAIN_NUMBER.match(text):
        return f"'{text}"
    return text


def file_name(sheet: Sheet) -> str:
    """Return the attachment's name: source and table, in lower case."""
    return f"{sheet.source}.{sheet.table.model.rpartition('.')[2]}.csv".lower()
