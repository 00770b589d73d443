"""Sealed values: they open in their place, under their key, whole, and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.crypto.aad import cell_aad, cell_prefix, complete
from records.crypto.cells import CellKey, generation_of
from records.crypto.errors import CannotOpen, UnusableKey
from records.crypto.secret import new_key

KEY = new_key()
SECRET = "Žužek Črnič"
HEADER_AND_NONCE = 17


@dataclass(frozen=True)
class Place:
    """Where a cell stands."""

    store: str = "default"
    table: str = "identity_datasubject"
    column: str = "family_name"
    row: bytes = b"r" * 16
    subject: bytes = b"s" * 16
    generation: int = 3

    def aad(self) -> bytes:
        """Return what the cell is bound to."""
        return cell_aad(
            self.store, self.table, self.column, self.row, self.subject, self.generation
        )


HERE = Place()


def _sealed(place: Place = HERE) -> bytes:
    return CellKey(KEY, place.generation).seal(SECRET.encode(), place.aad())


def _open(cell: bytes, place: Place = HERE, key: bytes = KEY) -> str:
    return CellKey(key, place.generation).open(cell, place.aad()).decode()


def _flipped(cell: bytes, at: int) -> bytes:
    changed = bytearray(cell)
    changed[at] ^= 1
    return bytes(changed)


def test_a_cell_opens_in_its_place() -> None:
    assert _open(_sealed()) == SECRET


@given(plaintext=st.binary(max_size=2000), aad=st.binary(max_size=200))
def test_what_is_sealed_opens_to_itself(plaintext: bytes, aad: bytes) -> None:
    key = CellKey(KEY, 1)

    assert key.open(key.seal(plaintext, aad), aad) == plaintext


def test_a_cell_opens_from_a_memoryview_as_drivers_give_it() -> None:
    cell = memoryview(_sealed())

    assert CellKey(KEY, HERE.generation).open(cell, HERE.aad()).decode() == SECRET  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, row=b"x" * 16),
        replace(HERE, column="given_name"),
        replace(HERE, table="identity_representation"),
        replace(HERE, store="payments"),
        replace(HERE, subject=b"x" * 16),
    ],
    ids=["row", "column", "table", "store", "subject"],
)
def test_a_cell_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    cell = _sealed()
    assert _open(cell) == SECRET

    with pytest.raises(CannotOpen):
        _open(cell, elsewhere)


def test_a_cell_relabelled_as_another_generation_does_not_open() -> None:
    cell = bytearray(_sealed())
    cell[4] = 4

    with pytest.raises(CannotOpen):
        _open(bytes(cell), replace(HERE, generation=4))


def test_a_cell_of_one_generation_does_not_open_under_the_key_of_another() -> None:
    with pytest.raises(CannotOpen):
        _open(_sealed(), replace(HERE, generation=4))


def test_a_cell_does_not_open_under_another_key() -> None:
    with pytest.raises(CannotOpen):
        _open(_sealed(), key=new_key())


@given(cut=st.integers(min_value=1, max_value=len(_sealed())))
def test_a_truncated_cell_does_not_open(cut: int) -> None:
    with pytest.raises(CannotOpen):
        _open(_sealed()[:-cut])


@given(at=st.integers(min_value=0, max_value=len(_sealed()) - 1))
def test_a_cell_with_one_flipped_bit_does_not_open(at: int) -> None:
    with pytest.raises(CannotOpen):
        _open(_flipped(_sealed(), at))


def test_a_cell_with_something_appended_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        _open(_sealed() + b"\x00")


def test_a_cell_of_another_format_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        _open(b"\x00" + _sealed()[1:])


@pytest.mark.parametrize("value", [b"", b"Zuzek", SECRET.encode(), b"\x01" * 49])
def test_plaintext_in_the_column_does_not_open(value: bytes) -> None:
    with pytest.raises(CannotOpen):
        _open(value)


def test_every_failure_is_the_same_failure() -> None:
    cell = _sealed()
    causes: list[Callable[[], object]] = [
        lambda: _open(cell, replace(HERE, row=b"x" * 16)),
        lambda: _open(cell, key=new_key()),
        lambda: _open(cell[:-1]),
        lambda: _open(b""),
        lambda: _open(_flipped(cell, 0)),
        lambda: _open(_flipped(cell, len(cell) - 1)),
        lambda: _open(cell, replace(HERE, generation=9)),
    ]

    told = set()
    for cause in causes:
        with pytest.raises(CannotOpen) as caught:
            cause()
        told.add((str(caught.value), repr(caught.value.facts), caught.value.__cause__))
    assert told == {("crypto.cannot_open()", "{}", None)}


def test_two_cells_of_one_value_differ() -> None:
    assert _sealed() != _sealed()


@pytest.mark.parametrize("length", range(32))
def test_short_values_of_any_length_make_cells_of_one_length(length: int) -> None:
    cell = CellKey(KEY, 1).seal(b"x" * length, b"")

    assert len(cell) == HEADER_AND_NONCE + 32 + 16


def test_a_cell_tells_its_generation_and_nothing_of_its_row() -> None:
    cell = _sealed()

    assert generation_of(cell) == HERE.generation
    assert HERE.row not in cell
    assert HERE.subject not in cell


@pytest.mark.parametrize("junk", [b"", b"\x01" * 32, b"\x02" + b"\x00" * 60])
def test_what_is_no_cell_has_no_generation(junk: bytes) -> None:
    with pytest.raises(CannotOpen):
        generation_of(junk)


@pytest.mark.parametrize(("size", "generation"), [(16, 1), (0, 1), (32, -1), (32, 2**32)])
def test_a_key_that_cannot_be_one_is_refused(size: int, generation: int) -> None:
    with pytest.raises(UnusableKey):
        CellKey(bytes(size), generation)


ROW, SUBJECT = b"r" * 16, b"s" * 16
COLUMNS = [cell_prefix("default", "person", f"column_{number}") for number in range(6)]


@given(values=st.lists(st.binary(max_size=300), max_size=6))
def test_a_row_that_is_sealed_at_once_opens_value_by_value_and_at_once(values: list[bytes]) -> None:
    key, prefixes = CellKey(KEY, 7), COLUMNS[: len(values)]

    cells = key.seal_row(values, prefixes, ROW, SUBJECT)

    aads = [complete(prefix, ROW, SUBJECT, 7) for prefix in prefixes]
    assert [key.open(cell, aad) for cell, aad in zip(cells, aads, strict=True)] == values
    assert key.open_row(cells, prefixes, ROW, SUBJECT) == values
    assert len({cell[:HEADER_AND_NONCE] for cell in cells}) == len(values)


def test_a_row_with_two_cells_exchanged_does_not_open() -> None:
    key = CellKey(KEY, 1)
    one, other = key.seal_row([b"one", b"other"], COLUMNS[:2], ROW, SUBJECT)

    with pytest.raises(CannotOpen):
        key.open_row([other, one], COLUMNS[:2], ROW, SUBJECT)


@pytest.mark.parametrize(("row", "subject"), [(b"x" * 16, SUBJECT), (ROW, b"x" * 16)])
def test_a_row_moved_to_another_row_or_subject_does_not_open(row: bytes, subject: bytes) -> None:
    key = CellKey(KEY, 1)
    cells = key.seal_row([b"one", b"other"], COLUMNS[:2], ROW, SUBJECT)

    with pytest.raises(CannotOpen):
        key.open_row(cells, COLUMNS[:2], row, subject)


@pytest.mark.parametrize("junk", [b"", b"plain", b"\x02" * 60, "text"])
def test_a_row_with_plaintext_in_it_does_not_open(junk: bytes) -> None:
    key = CellKey(KEY, 1)
    cells = [*key.seal_row([b"one"], COLUMNS[:1], ROW, SUBJECT), junk]

    with pytest.raises(CannotOpen):
        key.open_row(cells, COLUMNS[:2], ROW, SUBJECT)


def test_a_missing_cell_of_a_row_is_none() -> None:
    key = CellKey(KEY, 1)
    cells = [None, *key.seal_row([b""], COLUMNS[1:2], ROW, SUBJECT)]

    assert key.open_row(cells, COLUMNS[:2], ROW, SUBJECT) == [None, b""]


def test_texts_open_as_their_bytes_do() -> None:
    key = CellKey(KEY, 1)
    cells = [None, *key.seal_row([b"", SECRET.encode()], COLUMNS[1:3], ROW, SUBJECT)]

    assert key.open_texts(cells, COLUMNS[:3], ROW, SUBJECT) == (None, "", SECRET)
    for junk in (b"plain", "text", cells[1], key.seal(b"\xff", b"")):
        with pytest.raises(CannotOpen):
            key.open_texts([None, cells[1], junk], COLUMNS[:3], ROW, SUBJECT)


def test_bytes_that_are_no_text_do_not_open_as_text() -> None:
    key = CellKey(KEY, 1)
    cells = key.seal_row([b"\xff"], COLUMNS[:1], ROW, SUBJECT)

    with pytest.raises(CannotOpen):
        key.open_texts(cells, COLUMNS[:1], ROW, SUBJECT)
