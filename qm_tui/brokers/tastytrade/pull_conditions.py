"""Asks what has to be kept for the holdings of an account, and what holds for it now."""

from collections.abc import Sequence

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.brokers.tastytrade.margin import requirements_of
from qm_tui.brokers.tastytrade.notices import notices_of
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.pull_holdings import holds_of, sentence
from qm_tui.brokers.tastytrade.rounds import asked
from qm_tui.brokers.tastytrade.rows import refusal, row_of
from qm_tui.domain.batches import Batch, RefusedRow
from qm_tui.domain.records import AccountNotice, MarginRequirement
from qm_tui.domain.words import Section


async def margin(parts: Parts, failures: Failures) -> Batch:
    """Ask what the broker requires for each underlying, and for each account."""
    section, as_of = Section.MARGIN, parts.now()
    found = await asked(
        parts.access, parts.customer.open, section, "/margin/accounts/{account}/requirements",
        "The margin requirements of {account}", failures,
    )  # fmt: skip
    records: list[MarginRequirement] = []
    refused: list[RefusedRow] = []
    whole: list[str] = []
    for account, answer in found.answers.items():
        try:
            made, bad = requirements_of(row_of(answer.data), account, as_of, parts.instruments)
        except BadRow as error:
            made, bad = (), (refusal(section, 0, answer.data, error),)
        records += made
        refused += bad
        if not bad:
            whole.append(account)
    return Batch(
        section=section,
        records=tuple(records),
        holds=holds_of(section, whole, as_of),
        refused=tuple(refused),
        incomplete=sentence(found.reasons, refused),
    )


async def notices(parts: Parts, failures: Failures, more: Sequence[AccountNotice]) -> Batch:
    """Ask what holds for the accounts.

    Args:
        parts: the connection.
        failures: are told what was not answered.
        more: what we know by ourselves.
    """
    section, as_of = Section.NOTICES, parts.now()
    found = await asked(
        parts.access, parts.customer.open, section, "/accounts/{account}/trading-status",
        "The trading status of {account}", failures,
    )  # fmt: skip
    records = list(more)
    refused: list[RefusedRow] = []
    # Of a closed account only we know something.
    whole = [account.number for account in parts.customer.accounts if account.is_closed]
    for account, answer in found.answers.items():
        try:
            records += notices_of(row_of(answer.data, account), account, as_of)
        except BadRow as error:
            refused.append(refusal(section, 0, answer.data, error))
        else:
            whole.append(account)
    return Batch(
        section=section,
        records=tuple(records),
        holds=holds_of(section, whole, as_of),
        refused=tuple(refused),
        incomplete=sentence(found.reasons, refused),
    )
