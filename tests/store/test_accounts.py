"""Whose account a row belongs to, and what is known of it."""

import itertools
from typing import Any

from tests.builders import a_batch, a_trade, an_account
from tests.store.stores import T1, T2, T3, Contents, Told, after, differences, told, values


def in_any_order(*all_told: Told) -> Contents:
    first = after(*all_told)
    for order in itertools.permutations(all_told):
        assert differences(first, after(*order)) == []
    return first


def describes(at: Any, **changes: Any) -> Told:
    return told(a_batch(an_account(**changes)), at=at)


def test_rows_of_a_ledger_belong_to_the_brokers_account_with_that_number() -> None:
    found = in_any_order(
        told(a_batch(a_trade(quantity=7)), at=T1, broker="files"),
        told(a_batch(an_account(), a_trade()), at=T2, broker="ibkr"),
    )

    assert values(found["accounts"], "account", "broker") == [("U1234567", "ibkr")]
    assert len(found["trades"]) == 2


def test_a_number_that_only_a_ledger_names_is_an_account_of_the_users_files() -> None:
    found = after(told(a_batch(a_trade()), broker="files"))

    assert values(found["accounts"], "broker") == ["files"]


def test_one_number_at_two_brokers_is_two_accounts() -> None:
    found = in_any_order(
        told(a_batch(an_account()), broker="ibkr"),
        told(a_batch(an_account()), broker="tastytrade", connection="tasty"),
    )

    assert values(found["accounts"], "broker") == ["ibkr", "tastytrade"]


def test_what_a_later_statement_leaves_out_of_an_account_stays_known() -> None:
    found = in_any_order(
        describes(T1, nickname="Main"), describes(T2, nickname=None, account_type="Margin")
    )

    assert values(found["accounts"], "nickname", "account_type") == [("Main", "Margin")]


def test_each_word_of_an_account_is_the_newest_that_was_said() -> None:
    found = in_any_order(
        describes(T1, nickname="First"),
        describes(T2, nickname="Second"),
        describes(T3, nickname=None, account_type="Margin"),
    )

    assert values(found["accounts"], "nickname") == ["Second"]


def test_two_statements_of_one_moment_describe_an_account_the_same_in_any_order() -> None:
    in_any_order(describes(T1, nickname="One"), describes(T1, nickname="Other"))
