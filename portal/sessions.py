"""Sessions whose content is sealed: a copy of the identity store shows no answer, contact or code
of anybody.
"""

import json
from typing import Any

from portal.sealing import open_sealed, seal

_SECRET = "sessions"  # noqa: S105  # the name of a keyring secret, not a secret
_PLACE = "session"


class SealedSerializer:
    """Django's session serialiser: JSON, sealed under the keyring's secret."""

    def dumps(self, obj: Any) -> bytes:
        """Return the session's content, sealed."""
        text = json.dumps(obj, separators=(",", ":"))
        return seal(name=_SECRET, plaintext=text.encode(), place=_PLACE)

    def loads(self, data: bytes) -> Any:
        """Return the session's content; raise CannotOpen where this service did not seal it."""
        return json.loads(open_sealed(name=_SECRET, cell=data, place=_PLACE))
