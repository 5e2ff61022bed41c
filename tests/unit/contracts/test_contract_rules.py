"""Every promise of the contract on every kind of chain, the fake included."""

import pytest
from fakes.contract_rules import RULES
from fakes.ledgers import KINDS, ledger_on


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_rule_holds(kind, rule, tmp_path):
    with ledger_on(kind, tmp_path) as made:
        rule(made)
