"""The embedded queue: a reader that looks at any moment finds whole messages only."""

import threading
from pathlib import Path
from queue import Empty

from kombu import Connection

from portal.celery import app


def connect(folder: Path) -> Connection:
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    return Connection(
        "filesystem://", transport="portal.embedded_queue.Transport", transport_options=options
    )


def test_the_service_uses_it() -> None:
    assert app.connection_for_write().transport_cls == "portal.embedded_queue.Transport"


def test_no_message_is_ever_seen_half_written(tmp_path: Path) -> None:
    count, found = 400, []
    large = "x" * 20_000

    def write() -> None:
        with connect(tmp_path) as connection:
            channel = connection.channel()
            for number in range(count):
                channel._put("q", {"number": number, "text": large})

    writer = threading.Thread(target=write)
    with connect(tmp_path) as connection:
        channel = connection.channel()
        writer.start()
        while len(found) < count and (writer.is_alive() or list((tmp_path / "messages").iterdir())):
            try:
                found.append(channel._get("q")["number"])
            except Empty:
                continue
        writer.join()

    assert sorted(found) == list(range(count))
