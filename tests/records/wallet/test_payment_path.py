"""The payment path opens nothing sealed and needs no Grant (design, K9)."""

import ast
from pathlib import Path

import pytest
from django.db import connections
from django.test.testcases import DatabaseOperationForbidden

import portal.api
import records.wallet
from tests.records.wallet.conftest import Till

WALLET = Path(records.wallet.__file__).parent
API = Path(portal.api.__file__).parent

PATH = [
    WALLET / "queries.py",
    *(WALLET / "operations" / f"{name}.py" for name in ("accounting", "requests", "reversals")),
    WALLET / "operations" / "single.py",
    WALLET / "operations" / "terminals.py",
    *sorted((WALLET / "rules").glob("*.py")),
    *sorted(API.glob("*.py")),
]

ALLOWED = {
    # The store's alias, the two forms of a card, and the keyed digest of a chip token: none of them
    # opens anything.
    ("records.access.purposes", "CardForm"),
    ("records.access.purposes", "Store"),
    ("records.keys.links", "presentation_digest"),
}
CLOSED = ("records.access", "records.keys", "records.identity", "records.cards", "records.crypto")


def _imports(source: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


def _forbidden(source: str) -> set[tuple[str, str]]:
    return {
        (module, name)
        for module, name in _imports(source)
        if module.startswith(CLOSED) and (module, name) not in ALLOWED
    }


@pytest.mark.rule("K9")
@pytest.mark.parametrize("path", PATH, ids=lambda path: path.name)
def test_no_module_of_the_payment_path_imports_what_opens(path: Path) -> None:
    assert _forbidden(path.read_text(encoding="utf-8")) == set()


def test_an_import_that_opens_would_be_seen() -> None:
    payouts = (WALLET / "operations" / "payouts.py").read_text(encoding="utf-8")

    assert ("records.access.grants", "Grant") in _forbidden(payouts)


@pytest.mark.rule("K9")
@pytest.mark.django_db(databases=["payments"])
def test_a_payment_touches_one_store_and_so_can_open_no_gate(till: Till) -> None:
    # A Grant exists only after its entry in the audit store; a query there raises in this test.
    with pytest.raises(DatabaseOperationForbidden):
        connections["audit"].cursor()

    assert till.top_up(20_00).approved
    assert till.pay(5_00).approved
    assert till.reverse(till.pay(5_00).id).approved
