"""The retention rules and who uses them."""

import pytest
from django.conf import settings

from records.access.inventory import Personal
from records.access.registry import sources
from retention.rules import RETENTION_RULES, RetentionRule, check_rule
from retention.rules.catalogue import RuleTooLongError, Starts


@pytest.mark.rule("C24", "PP5b")
def test_a_rule_without_a_citation_cannot_exceed_five_years():
    longer = RetentionRule("x", "x", Starts.CONTRACT_END, citation=" ", months=61)
    check_rule(RetentionRule("x", "x", Starts.CONTRACT_END, citation="", months=60))

    with pytest.raises(RuleTooLongError):
        check_rule(longer)


@pytest.mark.rule("C24")
@pytest.mark.parametrize("code", sorted(RETENTION_RULES))
def test_every_rule_cites_its_law_and_has_a_period(code):
    rule = RETENTION_RULES[code]

    assert rule.citation
    assert rule.because
    assert (rule.months > 0) != (rule.days > 0)


@pytest.mark.rule("PP5b")
def test_contract_data_is_kept_five_years_after_the_contract_ended():
    rule = RETENTION_RULES["contract"]

    assert (rule.starts, rule.months) == (Starts.CONTRACT_END, 60)
    assert "PP5b" in rule.citation


@pytest.mark.rule("PP5b", "C24")
def test_every_period_named_in_an_inventory_is_a_rule():
    used = {
        (column.retention, f"{table.model}.{column.name}")
        for source in sources()
        for table in source.tables
        for column in table.columns
        if isinstance(column, Personal)
    }

    assert used, "no inventory is registered"
    assert [place for code, place in sorted(used) if code not in RETENTION_RULES] == []


@pytest.mark.rule("C24")
def test_the_access_log_lives_by_its_own_rule():
    rule = RETENTION_RULES["access_log"]

    assert (rule.starts, rule.months) == (Starts.YEAR_END, 24)
    assert "ZVOP-2 22" in rule.citation


def test_the_erasure_ledger_outlives_every_backup():
    assert RETENTION_RULES["erasure_ledger"].days >= 2 * settings.BACKUP_LIFE_DAYS
