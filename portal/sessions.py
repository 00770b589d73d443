"""Sessions that a copy of the identity store does not open: what stands in the table is neither
the cookie, nor anybody's answer, contact or code.
"""

import base64
import json
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from portal.sealing import mac, open_sealed, seal
from records.crypto.errors import CannotOpen

_ROW_KEYS, _CONTENT = "session-keys", "sessions"
_ROW_KEY_BYTES = 30
"""240 bits, and 40 characters: the width of Django's column."""


def row_key(cookie: str) -> str:
    """Return the key of a cookie's row. Nothing leads back from it to a cookie that opens it."""
    digest = mac(name=_ROW_KEYS, message=cookie.encode())
    return base64.urlsafe_b64encode(digest[:_ROW_KEY_BYTES]).decode()


class SessionStore(db.SessionStore):
    """Django's sessions in the database, under a keyed hash of the cookie; the content is sealed
    and bound to its row, so that nobody's content opens under another's cookie.

    `session_key` is the cookie's value, as everywhere in Django.
    """

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """Return the row of the cookie; forget the cookie that has none, so that nobody chooses
        the next one's value.
        """
        found = self.model.objects.filter(
            session_key=row_key(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Return whether the cookie has a row."""
        return super().exists(row_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row that keeps the data."""
        row = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row of the cookie, of this session's where none is given."""
        cookie = session_key or self.session_key
        if cookie:
            super().delete(row_key(cookie))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the content as the row keeps it."""
        text = json.dumps(session_dict, separators=(",", ":"))
        cell = seal(name=_CONTENT, plaintext=text.encode(), place=self._place())
        return base64.b64encode(cell).decode()

    def decode(self, session_data: str) -> dict[str, Any]:
        """Return the content; nothing where this service did not seal it for this row."""
        try:
            cell = base64.b64decode(session_data, validate=True)
            text = open_sealed(name=_CONTENT, cell=cell, place=self._place())
        except (ValueError, CannotOpen):
            return {}
        return dict(json.loads(text))

    def _place(self) -> str:
        return f"session/{row_key(self.session_key)}"

    # Django's asynchronous twins repeat the queries with the bare cookie: these call the ones
    # above.
    aload, aexists = SessionBase.aload, SessionBase.aexists
    acreate, asave, adelete = SessionBase.acreate, SessionBase.asave, SessionBase.adelete
