"""How long data is kept and when a contract ends: pure rules, each with its clause."""

from retention.rules.catalogue import RETENTION_RULES, RetentionRule, check_rule, get_rule
from retention.rules.contract_end import (
    ContractEnd,
    Obligation,
    ObligationFacts,
    Settled,
    contract_end,
)
from retention.rules.contract_end import ContractFacts as EndFacts

__all__ = [
    "RETENTION_RULES",
    "ContractEnd",
    "EndFacts",
    "Obligation",
    "ObligationFacts",
    "RetentionRule",
    "Settled",
    "check_rule",
    "contract_end",
    "get_rule",
]
