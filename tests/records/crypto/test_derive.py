"""Keys from keys, against RFC 5869."""

import pytest

from records.crypto.derive import derive_key, hkdf
from records.crypto.secret import Secret, new_key
from tests.vectors import read_vectors

CASES = read_vectors("hkdf")["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_published_key_is_derived(case: dict[str, str]) -> None:
    derived = hkdf(
        key=bytes.fromhex(case["key"]),
        salt=bytes.fromhex(case["salt"]),
        info=bytes.fromhex(case["info"]),
        size=len(case["out"]) // 2,
    )

    assert bytes(derived).hex() == case["out"]


def test_a_label_without_letters_gives_the_published_key_without_info() -> None:
    case = CASES[2]

    derived = derive_key(bytes.fromhex(case["key"]), "")

    assert bytes(derived).hex() == case["out"][:64]


def test_two_labels_give_two_secret_keys() -> None:
    key = new_key()

    one, other = derive_key(key, "secret/sessions"), derive_key(key, "secret/codes")

    assert one != other
    assert type(one) is Secret
    assert len(one) == 32
