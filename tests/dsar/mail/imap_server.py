"""A small real IMAP4rev1 server on loopback: enough of RFC 3501 for fetching unread mail."""

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

USER, PASSWORD = "varuh", "skrivno geslo"


@dataclass
class Stored:
    """One message in the mailbox."""

    data: bytes
    date: str = "20-Nov-2026 08:15:00 +0100"
    seen: bool = False


@dataclass
class Box:
    """The mailbox, and what the server is told to do wrong."""

    messages: list[Stored] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    hang_up_at: str = ""
    """The server breaks the connection at this command."""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Box = self.server.box  # type: ignore[attr-defined]
        self._say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            literal = re.search(r"\{(\d+)\}$", rest)
            while literal:
                self._say("+ go on")
                more = self.rfile.read(int(literal[1])).decode()
                rest = rest[: literal.start()] + more + self.rfile.readline().decode().rstrip()
                literal = re.search(r"\{(\d+)\}$", rest)
            box.commands.append(re.sub(r"(?i)^login .*", "LOGIN", rest))
            if box.hang_up_at and box.hang_up_at in rest:
                return
            self._answer(box, tag, rest)
            if rest.upper().startswith("LOGOUT"):
                return

    def _say(self, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        self.wfile.write(data + b"\r\n")

    def _answer(self, box: Box, tag: str, rest: str) -> None:
        words = rest.split()
        verb = words[0].upper()
        if verb == "LOGIN" and (USER not in rest or PASSWORD not in rest):
            self._say(f"{tag} NO wrong")
            return
        if verb == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        if verb == "SELECT":
            if '"INBOX"' not in rest:
                self._say(f"{tag} NO no such mailbox")
                return
            self._say(f"* {len(box.messages)} EXISTS")
        if verb == "LOGOUT":
            self._say("* BYE")
        if verb == "UID":
            self._uid(box, words[1].upper(), words[2:], rest)
        self._say(f"{tag} OK done")

    def _uid(self, box: Box, verb: str, words: list[str], rest: str) -> None:
        if verb == "SEARCH":
            unseen = [str(n) for n, one in enumerate(box.messages, start=1) if not one.seen]
            self._say("* SEARCH " + " ".join(unseen))
            return
        number = int(words[0])
        one = box.messages[number - 1]
        if verb == "STORE":
            one.seen = True
            self._say(f"* {number} FETCH (UID {number} FLAGS (\\Seen))")
        elif "RFC822.SIZE" in rest:
            facts = f'RFC822.SIZE {len(one.data)} INTERNALDATE "{one.date}"'
            self._say(f"* {number} FETCH (UID {number} {facts})")
        else:
            data = one.data
            if "HEADER" in rest:
                data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            head = f"* {number} FETCH (UID {number} BODY[] {{{len(data)}}}".encode()
            self._say(head + b"\r\n" + data + b")")


class Server(socketserver.ThreadingTCPServer):
    """Start it with `with`; it ends with the block."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: Box, *, tls: ssl.SSLContext | None = None) -> None:
        self.box, self._tls = box, tls
        super().__init__(("127.0.0.1", 0), _Talk)

    def get_request(self) -> Any:
        """Return the connection, wrapped where the server speaks TLS."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that refuse our certificate are part of the tests."""

    def __enter__(self) -> "Server":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])
