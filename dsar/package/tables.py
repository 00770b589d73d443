"""One table of data as people read it: what is the same said once, the rest row by row. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from dsar.package.content import Row, Sheet
from dsar.package.words import Words

Block = dict[str, object]

MOST_COLUMNS = 9
"""A table with more columns is printed record by record: nobody reads columns of one letter."""
_FEW_ROWS = 3
_WIDEST, _LONGEST_WORD = 40, 16
_MEASURED = 2_000
"""The widths follow from so many rows; a longer cell further down breaks into lines."""


@dataclass(frozen=True, slots=True)
class Printed:
    """How one sheet is laid out; its rows are made when they are printed."""

    words: Words = field(repr=False)
    sheet: Sheet
    title: str
    summary: str
    by_record: bool
    kept: tuple[int, ...]
    """The columns whose values differ from row to row."""
    headings: tuple[str, ...]
    widths: tuple[float, ...]
    numeric: tuple[int, ...]

    @property
    def cells(self) -> int:
        """How much there is to print."""
        return len(self.sheet.rows) * max(len(self.headings), 1)

    def blocks(self) -> list[Block]:
        """Return the whole table."""
        if not self.sheet.rows:
            empty = self.words.say("words.empty")
            return [{"kind": "facts", "title": self.title, "summary": empty, "rows": []}]
        return self.blocks_of(self.sheet.rows, 1, self.summary)

    def blocks_of(self, rows: Iterable[Row], number: int, summary: str) -> list[Block]:
        """Return some of the rows, the first of them being record `number`."""
        if self.by_record:
            return self._records(rows, number, summary)
        return [
            {
                "kind": "table",
                "title": self.title,
                "summary": summary,
                "columns": list(self.headings),
                "widths": list(self.widths),
                "numeric": list(self.numeric),
                "rows": list(self._cells(rows)),
            }
        ]

    def parts(self, most_cells: int) -> Iterator[tuple[int, int, list[Block]]]:
        """Yield the table in parts of bounded size: first record, last record, blocks."""
        size = max(most_cells // max(len(self.headings), 1), 1)
        rows, number = iter(self.sheet.rows), 1
        while batch := list(islice(rows, size)):
            last = number + len(batch) - 1
            yield number, last, self.blocks_of(batch, number, self.summary)
            number = last + 1

    def _records(self, rows: Iterable[Row], number: int, summary: str) -> list[Block]:
        blocks: list[Block] = []
        several = len(self.sheet.rows) > 1
        for place, row in enumerate(self._cells(rows), start=number):
            facts = [list(pair) for pair in zip(self.headings, row, strict=True)]
            label = self.words.say("words.record", number=place) if several else ""
            first = {"title": self.title, "summary": summary} if place == number else {}
            blocks.append({"kind": "facts", **first, "label": label, "rows": facts})
        return blocks

    def _cells(self, rows: Iterable[Row]) -> Iterator[list[str]]:
        chosen = [(index, self.sheet.columns[index]) for index in self.kept]
        for row in rows:
            yield [self.words.cell(column, row[index]) for index, column in chosen]


def lay_out(words: Words, sheet: Sheet) -> Printed:
    """Return how the sheet is printed: which columns, how wide, record by record or as a table."""
    headings = [words.column(sheet.table, column) for column in sheet.columns]
    summary = words.say("words.rows", count=len(sheet.rows))
    by_record = len(sheet.rows) <= _FEW_ROWS or len(headings) > MOST_COLUMNS
    everything = tuple(range(len(headings)))
    kept, numeric = (everything, ()) if by_record else _survey(sheet, len(headings))
    same = [index for index in everything if index not in kept]
    if same:
        first = next(iter(sheet.rows))
        said = "; ".join(
            f"{headings[index]}: {words.cell(sheet.columns[index], first[index]) or '–'}"
            for index in same
        )
        summary = f"{summary}. {words.say('words.same', columns=said)}"
    shown = tuple(headings[index] for index in kept)
    laid = Printed(
        words, sheet, words.table(sheet.table), summary, by_record, kept, shown, (), numeric
    )
    if by_record:
        return laid
    sample = list(laid._cells(islice(sheet.rows, _MEASURED)))
    return Printed(
        words,
        sheet,
        laid.title,
        summary,
        by_record,
        kept,
        shown,
        tuple(_widths(shown, sample)),
        numeric,
    )


def _survey(sheet: Sheet, columns: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the columns whose values differ from row to row, the first one always, and which of
    these hold numbers only.

    A value that is the same in all rows is said once, above the table: fewer cells, easier to read.
    """
    rows = iter(sheet.rows)
    first = next(rows)
    same = set(range(1, columns))
    numbers = {index for index in range(columns) if _is_number(first[index])}
    for row in rows:
        if same:
            same = {index for index in same if row[index] == first[index]}
        if numbers:
            numbers = {index for index in numbers if _is_number(row[index])}
    kept = tuple(index for index in range(columns) if index not in same)
    return kept, tuple(place for place, index in enumerate(kept) if index in numbers)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the shares of the page that let the usual cell and the longest word of each column
    fit.
    """
    shares = []
    for index, heading in enumerate(headings):
        lengths = sorted(len(row[index]) for row in rows)
        usual = min(lengths[(len(lengths) * 9) // 10], _WIDEST)
        words = {word for row in rows for word in row[index].split()} | set(heading.split())
        longest = min(max(map(len, words), default=1), _LONGEST_WORD)
        shares.append(float(max(usual * 0.7, longest, 5)))
    return shares
