"""How keys are named and which root wraps which."""

import pytest

from records.keyring.rules import first_names, numbers_of, root_label


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("kek/default/3", "default/3#2"),
        ("kek/payments/1", "payments/1#2"),
        ("index/default/1", "index/default/1#2"),
        ("link/keys/default", "links#2"),
        ("link/wallet", "links#2"),
        ("log/2026", "log/2026#2"),
        ("ledger", "ledger#2"),
        ("signing", "signing#2"),
        ("secrets", "secrets#2"),
    ],
)
def test_a_key_is_wrapped_by_the_root_of_what_it_is_destroyed_with(name: str, root: str) -> None:
    assert root_label(name, 2) == root


def test_no_two_first_keys_have_one_name() -> None:
    assert len(set(first_names())) == len(first_names())


def test_numbers_are_counted_and_not_spelled() -> None:
    names = ["kek/default/10", "kek/default/9", "kek/payments/1", "kek/default/x"]

    assert numbers_of("kek/default/", names) == [9, 10]
