"""Terminal credentials: `Authorization: Bearer <terminal id>.<secret>`, slowed down after
failures.
"""

import hashlib
from uuid import UUID

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from portal.api.problems import TooManyFailures
from records.wallet.models import Terminal
from records.wallet.queries import find_terminal

FAILURES = 10
WINDOW_SECONDS = 60
"""Ten wrong secrets a minute. The secret has 256 bits: the limit keeps noise away, not guesses."""

LONGEST_CREDENTIALS = 256


class TerminalCredentials(HttpBearer):
    """Finds the terminal behind the credentials; any cause of failure gives the same 401."""

    def authenticate(self, request: HttpRequest, token: str) -> Terminal | None:
        """Return the terminal, None for wrong credentials; raise TooManyFailures after ten of
        them.

        Failures are counted per address *and* terminal, so that nobody can lock a terminal out
        from elsewhere.
        """
        identifier, _, secret = token[:LONGEST_CREDENTIALS].partition(".")
        counter = _counter(request, identifier)
        if (cache.get(counter) or 0) >= FAILURES:
            raise TooManyFailures
        terminal = _find(identifier, secret)
        if terminal is None:
            _count(counter)
        return terminal


def _find(identifier: str, secret: str) -> Terminal | None:
    try:
        return find_terminal(terminal=UUID(identifier), secret=secret)
    except ValueError:
        return None


def _counter(request: HttpRequest, identifier: str) -> str:
    """Return the counter's name: a hash, so that the cache holds no address.

    Behind a proxy the address is the visitor's, not the proxy's: a terminal's id stands on slips.
    """
    try:
        address = get_ip(request)
    except PermissionDenied:
        # No address to be had (a socket file, a header that is none): all such count together.
        address = ""
    source = f"{address}|{identifier}"
    return "api-failures:" + hashlib.sha256(source.encode()).hexdigest()


def _count(counter: str) -> None:
    if not cache.add(counter, 1, WINDOW_SECONDS):
        try:
            cache.incr(counter)
        except ValueError:
            # It has just run out; the next failure starts a new minute.
            cache.add(counter, 1, WINDOW_SECONDS)
