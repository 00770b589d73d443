"""One CSV file per table: UTF-8 with a byte order mark, semicolons, no cell that a spreadsheet
would run. Pure.
"""

import csv
import io
import json
import re

from dsar.package.content import Sheet, Value

DELIMITER = ";"
"""What Slovenian spreadsheets expect; the manifest names it."""

_RUNS = re.compile(r"^[\s\0]*[=+\-@\t\r＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as a file: a heading of column names, then its rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n")
    writer.writerow([column.name for column in sheet.columns])
    writer.writerows([cell(value) for value in row] for row in sheet.plain_rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


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
