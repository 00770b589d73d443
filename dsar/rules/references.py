"""Reference numbers of cases: random, readable aloud, with a check character. Pure.

`VP-K7QM2-X4T9R` says nothing about how many cases there are or when it was filed. The alphabet has
31 characters without those that look alike (0 O, 1 I L); 31 is prime, so that the weighted check
character finds every single wrong character and every swap of two.
"""

from collections.abc import Callable

from dsar.errors import BadReference

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PREFIX = "VP"
LENGTH = 9


def make_reference(choose: Callable[[str], str]) -> str:
    """Return a reference of characters that `choose` picks from the alphabet (secrets.choice)."""
    body = "".join(choose(ALPHABET) for _ in range(LENGTH))
    return _written(body + _check(body))


def read_reference(text: str) -> str:
    """Return the reference as it is written, whatever case, spaces or dashes were typed; raise
    BadReference.
    """
    letters = "".join(text.upper().replace("-", " ").split()).removeprefix(PREFIX)
    if len(letters) != LENGTH + 1 or any(letter not in ALPHABET for letter in letters):
        raise BadReference
    if _check(letters[:LENGTH]) != letters[LENGTH]:
        raise BadReference
    return _written(letters)


def _written(letters: str) -> str:
    return f"{PREFIX}-{letters[:5]}-{letters[5:]}"


def _check(body: str) -> str:
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]
