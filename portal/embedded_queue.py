"""The embedded queue: kombu's folder of files, with messages that appear whole or not at all.

As it comes, kombu creates the file and then writes into it. A worker that looks in between takes an
empty message, fails to read it and ends. Here the message is written beside its place and renamed
into it.
"""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages are put down in one step."""

    def _put(self, queue: str, payload: dict[str, Any], **_kwargs: Any) -> None:
        """Put a message down; raise ChannelError where the folder cannot be written."""
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        place = Path(self.data_folder_out) / name
        part = place.with_suffix(".part")
        try:
            part.write_text(dumps(payload), encoding="utf-8")
            part.replace(place)
        except OSError as error:
            raise ChannelError(f"Cannot add file {str(place)!r} to directory") from error


class Transport(filesystem.Transport):
    """The filesystem transport with the channel above."""

    Channel = Channel
