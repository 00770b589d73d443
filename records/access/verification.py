"""Re-checking the log: every entry against its leaf, every head against the tree, every copy
against the heads.

Leaves are computed anew from the columns; the store is asked for nothing but the columns. What is
found names the first bad entry of each year: changed, deleted, reordered, inserted, or cut off at
the end.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.db import connections

from records.access.append import AUDIT
from records.access.batches import Expected, Problem, ProblemCode, compare_batch, has_good_tag
from records.access.forms import (
    SUBJECT_ROW_SIZE,
    expected_subject_rows,
    id_of,
    iterate_forms,
    iterate_subject_rows,
)
from records.access.heads import (
    Copy,
    bad_tags_in,
    heads_file,
    list_controllers,
    open_note,
    origin_of,
    read_copies,
)
from records.access.leaves import LEAF_PREFIX, timestamp_of, year_bounds
from records.access.models import DisposedYear, TreeHead
from records.access.sealing import list_log_years
from records.access.triggers import list_missing_triggers
from records.crypto.checkpoints import Checkpoint, SigningKey
from records.crypto.merkle import HASH_SIZE, MerkleFrontier
from records.keyring.queries import get_keyring

HEADS_AT_ONCE: Final = 256
ENTRIES_AT_ONCE: Final = 65_536
"""What is held in memory at a time."""
UNSEALED_LIMIT: Final = timedelta(minutes=15)
"""An entry is not yet tamper-evident before it is sealed; the sweep runs every few seconds, so this
is an alarm.
"""


@dataclass(slots=True)
class YearReport:
    """What was found about one log year."""

    year: int
    entries: int = 0
    sealed: int = 0
    heads: int = 0
    root: str = ""
    disposed_at: datetime | None = None


@dataclass(slots=True)
class LogReport:
    """The whole verdict: complete and unbroken, or the problems, the first bad entry of each year
    before all else.
    """

    checked_at: datetime
    years: list[YearReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copies: int = 0

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    @property
    def first_bad_entry(self) -> int | None:
        """The id of the first bad entry."""
        return min((one.entry_id for one in self.problems if one.entry_id), default=None)


@dataclass(slots=True)
class _Wanted:
    """The heads that copies outside the store claim for a year: size → (file, line, what the copy
    says).
    """

    claims: dict[int, list[tuple[str, Copy, Checkpoint]]] = field(default_factory=dict)


def verify_log(*, now: datetime, heads_files: Sequence[Path] = ()) -> LogReport:
    """Check the whole log against itself, the controllers' files and `heads_files` (a DPO's own
    copies).
    """
    report = LogReport(checked_at=now)
    for name in list_missing_triggers(connections[AUDIT]):
        report.problems.append(Problem(ProblemCode.TRIGGER_MISSING, detail=name))
    key = get_keyring().log_signing_key()
    wanted = _read_claims(report, key, heads_files)
    disposed = {row.year: row for row in DisposedYear.objects.all()}
    standing = {head_id >> 40 for head_id in TreeHead.objects.values_list("id", flat=True)}
    logged = list_log_years()
    years = {*logged, *disposed, *wanted, *standing}
    for year in sorted(years):
        claims = wanted.get(year, _Wanted()).claims
        if year in disposed:
            _check_disposed(report, key, disposed[year], claims)
            if year in logged:
                problem = Problem(ProblemCode.DISPOSAL_WRONG, year=year, detail="entries stand")
                report.problems.append(problem)
        else:
            _Year(report, key, year, claims, now).check()
    return report


def _read_claims(report: LogReport, key: SigningKey, extra: Sequence[Path]) -> dict[int, _Wanted]:
    wanted: dict[int, _Wanted] = {}
    own = [heads_file(controller) for controller in list_controllers()]
    sealed = TreeHead.objects.exists()
    for path in [*own, *extra]:
        if not path.exists():
            if sealed or path in extra:
                report.problems.append(Problem(ProblemCode.COPY_MISSING, detail=path.name))
            continue
        for copy in read_copies(path):
            report.copies += 1
            said = open_note(key, copy.note)
            year = None if said is None else _year_in(said.origin)
            if said is None or year is None:
                detail = f"{path.name}:{copy.line}"
                report.problems.append(Problem(ProblemCode.COPY_UNREADABLE, detail=detail))
                continue
            claims = wanted.setdefault(year, _Wanted()).claims
            claims.setdefault(said.size, []).append((path.name, copy, said))
    return wanted


def _year_in(origin: str) -> int | None:
    _, _, year = origin.rpartition("/")
    return int(year) if year.isdigit() and origin == origin_of(int(year)) else None


def _check_disposed(
    report: LogReport,
    key: SigningKey,
    row: DisposedYear,
    claims: dict[int, list[tuple[str, Copy, Checkpoint]]],
) -> None:
    last = open_note(key, row.note)
    report.years.append(YearReport(year=row.year, sealed=row.size, disposed_at=row.disposed_at))
    good = last is not None and last.size == row.size and last.origin == origin_of(row.year)
    if not good or any(
        size > row.size or (last is not None and size == row.size and said.root != last.root)
        for size, copies in claims.items()
        for _, _, said in copies
    ):
        problem = Problem(ProblemCode.DISPOSAL_WRONG, year=row.year, detail=str(row.size))
        report.problems.append(problem)


class _Year:
    """The check of one log year, in one pass over its entries and one over its subject index."""

    def __init__(
        self,
        report: LogReport,
        key: SigningKey,
        year: int,
        claims: dict[int, list[tuple[str, Copy, Checkpoint]]],
        now: datetime,
    ) -> None:
        self.report = report
        self.key = key
        self.year = year
        self.claims = claims
        self.now = now
        self.first, after = year_bounds(year)
        self.last = after - 1
        self.said = YearReport(year=year)
        self.frontier = MerkleFrontier()
        self.subject_rows = sha256()
        self.broken = False

    def check(self) -> None:
        """Add what is found to the report."""
        self.report.years.append(self.said)
        done = self.first
        for heads in self._groups():
            forms = list(iterate_forms(after=done, last=heads[-1].last_entry))
            self.said.entries += len(forms)
            ends = [bisect_right(forms, head.last_entry, key=id_of) for head in heads]
            for head, start, end in zip(heads, [0, *ends], ends, strict=False):
                self._check_batch(head, done, forms[start:end])
                done = max(done, head.last_entry)
        self._check_tail(iterate_forms(after=done, last=self.last))
        self._check_claims_beyond(done)
        self.said.root = self.frontier.root().hex() if self.frontier.size else ""
        self._check_subject_index(done)

    def _groups(self) -> Iterator[list[TreeHead]]:
        """Yield the year's heads in groups of one read each: a store sends one stream at a time."""
        group: list[TreeHead] = []
        cursor = self.first
        while True:
            some = TreeHead.objects.filter(id__gt=cursor, id__lte=self.last).order_by("id")
            heads = list(some[:HEADS_AT_ONCE])
            if not heads:
                break
            for head in heads:
                group.append(head)
                if head.id - cursor >= ENTRIES_AT_ONCE:
                    cursor = head.id
                    yield group
                    group = []
            cursor = heads[-1].id
            if group:
                yield group
                group = []

    def _add(self, code: ProblemCode, *, entry_id: int | None = None, detail: str = "") -> None:
        self.report.problems.append(Problem(code, year=self.year, entry_id=entry_id, detail=detail))

    def _check_batch(self, head: TreeHead, done: int, forms: list[bytes]) -> None:
        self.said.heads += 1
        prefix = LEAF_PREFIX
        leaves = [sha256(prefix + form).digest() for form in forms]
        self.subject_rows.update(b"".join(map(expected_subject_rows, forms)))
        sealed = bytes(head.leaves)
        if b"".join(leaves) != sealed and not self.broken:
            self.broken = True
            expected = Expected(
                position=self.frontier.size,
                first=max(head.first_entry, done + 1),
                leaves=[sealed[at : at + HASH_SIZE] for at in range(0, len(sealed), HASH_SIZE)],
            )
            problem = compare_batch(forms, leaves, expected)
            self._add(problem.code, entry_id=problem.entry_id, detail=problem.detail)
        start = self.frontier.size
        differing = self._extend(sealed)
        said = open_note(self.key, head.note)
        signed = (
            said is not None
            and said.origin == origin_of(self.year)
            and said.size == self.frontier.size == head.size
            and said.root == self.frontier.root()
        )
        if not signed and not self.broken:
            self.broken = True
            self._add(
                ProblemCode.HEAD_WRONG,
                entry_id=_first_bad_tag(forms) or head.first_entry,
                detail=f"{start}..{head.size}",
            )
        elif said is not None:
            for entry_id in bad_tags_in(said):
                self._add(ProblemCode.CHANGED, entry_id=entry_id, detail="before it was sealed")
        if differing and not self.broken:
            self.broken = True
            self._add(ProblemCode.COPY_DIFFERS, entry_id=done + 1, detail=differing[0])
        self.said.sealed = self.frontier.size

    def _extend(self, sealed: bytes) -> list[str]:
        """Grow the tree by the sealed leaves, stopping at every size that a copy claims; return the
        copies whose root is another.
        """
        differing = []
        leaves = [sealed[at : at + HASH_SIZE] for at in range(0, len(sealed), HASH_SIZE)]
        start, end = self.frontier.size, self.frontier.size + len(leaves)
        stops = sorted(size for size in self.claims if start < size <= end)
        at = 0
        for stop in [*stops, end]:
            self.frontier.extend(leaves[at : stop - start])
            at = stop - start
            if stop in self.claims:
                root = self.frontier.root()
                differing += [
                    f"{name}:{copy.line}"
                    for name, copy, said in self.claims[stop]
                    if said.root != root
                ]
        return differing

    def _check_tail(self, forms: Iterable[bytes]) -> None:
        """Entries that are not sealed yet carry a keyed tag, and must not grow old."""
        oldest: int | None = None
        for form in forms:
            self.said.entries += 1
            if not has_good_tag(form):
                if not self.broken:
                    self.broken = True
                    self._add(ProblemCode.CHANGED, entry_id=id_of(form), detail="not sealed yet")
                continue
            if oldest is None and self.now - timestamp_of(form) > UNSEALED_LIMIT:
                oldest = id_of(form)
        if oldest is not None:
            self._add(ProblemCode.TAIL_OLD, entry_id=oldest)

    def _check_claims_beyond(self, done: int) -> None:
        beyond = [size for size in self.claims if size > self.frontier.size]
        if beyond and not self.broken:
            self.broken = True
            name, copy, _ = self.claims[min(beyond)][0]
            missing = min(beyond) - self.frontier.size
            self._add(
                ProblemCode.TRUNCATED,
                entry_id=max(copy.first_entry, done + 1),
                detail=f"{name}:{copy.line} knows {missing} more",
            )

    def _check_subject_index(self, sealed: int) -> None:
        """The index is derived when an entry is sealed, and holds rows of sealed entries alone."""
        bounds = {"after": self.first, "sealed": sealed, "last": self.last}
        found = sha256()
        for row in iterate_subject_rows(**bounds):
            found.update(row)
        if found.digest() == self.subject_rows.digest():
            return
        expected = _split_rows(
            map(expected_subject_rows, iterate_forms(after=self.first, last=sealed))
        )
        standing = _split_rows(iterate_subject_rows(**bounds))
        missing = min((id_of_row(row) for row in expected - standing), default=None)
        extra = min((id_of_row(row) for row in standing - expected), default=None)
        if missing is not None:
            self._add(ProblemCode.INDEX_ROW_MISSING, entry_id=missing)
        if extra is not None:
            self._add(ProblemCode.INDEX_ROW_EXTRA, entry_id=extra)


def id_of_row(row: bytes) -> int:
    """Return the entry's id in a row of the subject index."""
    return int.from_bytes(row[:8], "big")


def _first_bad_tag(forms: list[bytes]) -> int | None:
    return next((id_of(form) for form in forms if not has_good_tag(form)), None)


def _split_rows(joined: Iterable[bytes]) -> set[bytes]:
    return {
        rows[at : at + SUBJECT_ROW_SIZE]
        for rows in joined
        for at in range(0, len(rows), SUBJECT_ROW_SIZE)
    }
