"""Processes that wait for their turn, so that rounds of all variants interleave on the same
machine.
"""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from tests.bench.logtables import turns

Work = Callable[[], None]


def _serve(settings: str, variant: str, pipe: Connection) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()
    work: Work = getattr(turns, variant)()
    for _ in range(20):
        work()
    pipe.send(True)
    while (seconds := pipe.recv()) is not None:
        count, start = 0, perf_counter()
        until = start + seconds
        while perf_counter() < until:
            work()
            count += 1
        pipe.send(count / (perf_counter() - start))


class Crew:
    """So many processes doing one kind of work."""

    def __init__(self, *, settings: str, variant: str, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipes: list[Any] = []
        self.processes = []
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(settings, variant, theirs), daemon=True)
            process.start()
            self.pipes.append(ours)
            self.processes.append(process)
        for pipe in self.pipes:
            pipe.recv()

    def turn(self, seconds: float) -> float:
        """Work for so long; return the rate of all workers together."""
        for pipe in self.pipes:
            pipe.send(seconds)
        return float(sum(pipe.recv() for pipe in self.pipes))

    def end(self) -> None:
        """End the processes."""
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)


def compete(crews: dict[str, Crew], *, rounds: int, seconds: float) -> dict[str, float]:
    """Return each crew's median rate over interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in crews}
    for _ in range(rounds):
        for name, crew in crews.items():
            rates[name].append(crew.turn(seconds))
    return {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
