"""One process that measures one way of encrypting against plain Django, on one database, taking
turns.

It imports nothing of Varuh, so that the peers run it in virtual environments of their own:

    python -m tests.bench.peers.harness <adaptor> <database URL or "sqlite:///file">

It prints one JSON object a line: {"row", "plain", "sealed"} with the median seconds of one run
each.
"""

import gc
import importlib
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

NAMES = (
    "given_name",
    "family_name",
    "street",
    "post",
    "birth_date",
    "phone",
    "email",
    "note",
)
"""The 8 fields. All are text, so that every package can take part."""
SEARCHED = "email"
ROW_NAMES = ("insert", "read", "export", "tuples", "page", "update", "search")
READERS = frozenset({"read", "export", "tuples", "page", "update"})
ROWS = 10_000
MANY = 100_000
PAGE = 50
CHUNK = 1_000


def facts(number: int) -> dict[str, str]:
    """Return the invented facts of one person."""
    return {
        "given_name": f"Ana{number % 997}",
        "family_name": f"Novak-Žagar{number}",
        "street": f"Cesta na Brdo {number % 300}",
        "post": "4000 Kranj",
        "birth_date": f"19{number % 90 + 10}-0{number % 9 + 1}-1{number % 10}",
        "phone": f"+38640{number:06}",
        "email": f"ana.novak{number}@example.org",
        "note": "-" if number % 2 else "prinese potrdilo",
    }


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Return the items in bounded parts."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Plain:
    """The same work with plain Django fields."""

    def __init__(self, model: Any, searched: Any) -> None:
        self.model, self.searched = model, searched

    def insert(self, ids: Sequence[UUID], people: Sequence[dict[str, str]]) -> None:
        """Insert the people, in the same parts as everybody."""
        for part in chunks(list(zip(ids, people, strict=True)), CHUNK):
            self.model.objects.bulk_create([self.model(id=one, **facts) for one, facts in part])

    def read(self) -> list[tuple[Any, ...]]:
        """Read all fields of all people."""
        rows = list(self.model.objects.all())
        return [
            (r.given_name, r.family_name, r.street, r.post, r.birth_date, r.phone, r.email, r.note)
            for r in rows
        ]

    def export(self) -> list[tuple[Any, ...]]:
        """Read all fields of all people as tuples."""
        return list(self.model.objects.values_list("pk", *NAMES))

    def page(self, ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
        """Read 2 fields of the people of a page."""
        rows = list(self.model.objects.filter(pk__gte=ids[0]).order_by("pk")[:PAGE])
        return [(row.given_name, row.family_name) for row in rows]

    def fill(self, people: Sequence[tuple[UUID, str]]) -> None:
        """Insert the rows that are searched."""
        for part in chunks(people, CHUNK):
            self.searched.objects.bulk_create(
                [self.searched(id=one, email=email) for one, email in part]
            )

    def search(self, email: str) -> int:
        """Find a row by its exact value."""
        return len([row.email for row in self.searched.objects.filter(email=email)])

    def update(self, row: Any, value: str) -> None:
        """Change one value of a loaded row."""
        row.email = value
        row.save(update_fields=["email"])

    def prepare(self, ids: Sequence[UUID]) -> None:
        """Get ready; plain Django needs nothing."""


def compare(
    plain: Callable[[int], object], sealed: Callable[[int], object], *, rounds: int, inner: int = 1
) -> tuple[float, float]:
    """Return the median seconds of one run of each, in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        order = ((0, plain), (1, sealed)) if turn % 2 else ((1, sealed), (0, plain))
        for which, work in order:
            gc.collect()
            started = perf_counter()
            for number in range(inner):
                work(turn * inner + number)
            if turn:  # the first turn warms up
                times[which].append((perf_counter() - started) / inner)
    return statistics.median(times[0]), statistics.median(times[1])


class Harness:
    """All rows of the table for one adaptor."""

    def __init__(self, plain: Plain, sealed: Any) -> None:
        self.plain, self.sealed = plain, sealed
        self.ids = sorted(uuid4() for _ in range(ROWS))
        self.people = [facts(number) for number in range(ROWS)]

    def run(self, wanted: Sequence[str]) -> None:
        """Measure the rows that are wanted, all without names."""
        # The collector's walks through this process's own heap would fall at random on one side.
        gc.collect()
        gc.freeze()
        for name in ROW_NAMES:
            # The other rows read what the first one has inserted.
            if not wanted or name in wanted or (name == "insert" and set(wanted) & READERS):
                pair = getattr(self, name)()
                if pair and (not wanted or name in wanted):
                    plain, sealed = pair
                    print_line({"row": name, "plain": plain, "sealed": sealed})

    def insert(self) -> tuple[float, float]:
        """Bulk insert; new people in every turn, the last turn's stay for the reading rows."""

        def timed(side: Any) -> float:
            side.model.objects.all().delete()
            self.ids = sorted(uuid4() for _ in range(ROWS))
            side.prepare(self.ids)
            gc.collect()
            started = perf_counter()
            side.insert(self.ids, self.people)
            return perf_counter() - started

        times = [(timed(self.plain), timed(self.sealed)) for _ in range(4)][1:]
        self.plain.model.objects.all().delete()
        self.plain.insert(self.ids, self.people)
        return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)

    def read(self) -> tuple[float, float]:
        """Reading all fields."""
        self.check(self.plain.read(), self.sealed.read())
        return compare(lambda _: self.plain.read(), lambda _: self.sealed.read(), rounds=5)

    def export(self) -> tuple[float, float]:
        """The export path against plain Django reading the same rows."""
        return compare(lambda _: self.plain.read(), lambda _: self.sealed.export(), rounds=7)

    def tuples(self) -> tuple[float, float]:
        """The export path against plain Django's own `values_list`."""
        plain = [row[1:] for row in self.plain.export()]
        self.check(plain, [row[-len(NAMES) :] for row in self.sealed.export()])
        return compare(lambda _: self.plain.export(), lambda _: self.sealed.export(), rounds=7)

    def page(self) -> tuple[float, float]:
        """Pages at changing places."""
        places = [self.ids[start : start + PAGE] for start in range(0, ROWS - PAGE, PAGE)]
        self.check(self.plain.page(places[0]), self.sealed.page(places[0]))
        return compare(
            lambda number: self.plain.page(places[number % len(places)]),
            lambda number: self.sealed.page(places[number % len(places)]),
            rounds=7,
            inner=25,
        )

    def update(self) -> tuple[float, float]:
        """One update of a loaded row."""
        plain = list(self.plain.model.objects.all()[:300])
        sealed = list(self.sealed.model.objects.all()[:300])
        return compare(
            lambda number: self.plain.update(plain[number % 300], f"nova{number}@example.org"),
            lambda number: self.sealed.update(sealed[number % 300], f"nova{number}@example.org"),
            rounds=9,
            inner=25,
        )

    def search(self) -> tuple[float, float] | None:
        """Exact search."""
        if not getattr(self.sealed, "can_search", True):
            return None
        ids = [uuid4() for _ in range(MANY)]
        people = [(one, facts(number)["email"]) for number, one in enumerate(ids)]
        self.plain.fill(people)
        self.sealed.prepare(ids)
        self.sealed.fill(people)
        for number in (0, 77, MANY - 1):
            found = self.plain.search(people[number][1]), self.sealed.search(people[number][1])
            if found != (1, 1):
                raise SystemExit(f"The searches do not agree: {found}.")
        return compare(
            lambda number: self.plain.search(people[number * 37 % MANY][1]),
            lambda number: self.sealed.search(people[number * 37 % MANY][1]),
            rounds=7,
            inner=100,
        )

    def check(self, plain: Sequence[Any], sealed: Sequence[Any]) -> None:
        """Stop where the two do not give the same people: a fast wrong answer is worth nothing."""
        if sorted(map(tuple, plain)) != sorted(map(tuple, sealed)):
            raise SystemExit("The sealed side does not give the same values as the plain one.")


def print_line(line: dict[str, Any]) -> None:
    """Print one JSON line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Set Django up for one adaptor and one database, make the tables, measure."""
    name, url, *wanted = sys.argv[1:]
    adaptor = importlib.import_module(f"tests.bench.peers.{name}")
    adaptor.configure(url)

    import django
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    from tests.bench.peers.plain import PlainPerson, PlainSearched

    tables = [PlainPerson, PlainSearched, *adaptor.tables()]
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    try:
        with connection.schema_editor() as editor:
            for table in tables:
                editor.create_model(table)
        sealed = adaptor.Sealed()
        Harness(Plain(PlainPerson, PlainSearched), sealed).run(wanted)
        if hasattr(sealed, "measure_roll") and (not wanted or "roll" in wanted):
            print_line({"row": "roll", "keys_a_second": sealed.measure_roll()})
    finally:
        teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    main()
