"""Asks Tastytrade for everything, section by section: what one does not answer costs no other."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from qm_tui.brokers.client import BrokerUnavailable, Known
from qm_tui.brokers.tastytrade.answers import AskFailed
from qm_tui.brokers.tastytrade.cursor import Cursor
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.pull_conditions import margin, notices
from qm_tui.brokers.tastytrade.pull_holdings import HoldingsPull
from qm_tui.brokers.tastytrade.pull_instruments import InstrumentsPull
from qm_tui.brokers.tastytrade.pull_values import PastValues
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import AccountNotice
from qm_tui.domain.words import Section

_GONE = frozenset({403, 404})
"""Statuses by which the history of an account that is closed may be refused for good."""


async def pulled(parts: Parts, known: Known) -> AsyncGenerator[Batch, None]:
    """Yield what Tastytrade answers, what is shown first first.

    Args:
        parts: the connection.
        known: what need not be asked for again.

    Raises:
        BrokerUnavailable, BrokerRefused: the connection is lost. What came before was yielded.
    """
    failures = Failures()
    parts.instruments.remember(known.held)
    parts.history.cursor = Cursor.read(known.cursors.get(Section.TRANSACTIONS))
    holdings = HoldingsPull(parts, failures)
    instruments = InstrumentsPull(parts, failures)
    yield await _accounts(parts, failures)
    yield await holdings.balances()
    failures.check()
    yield await holdings.positions()
    failures.check()
    yield await instruments.held(holdings.held)
    failures.check()
    if (renewed := await holdings.renew()) is not None:
        yield renewed
    async with aclosing(_transactions(parts, failures)) as batches:
        async for batch in batches:
            yield batch
    if (products := await instruments.products()) is not None:
        yield products
    values = PastValues(parts, Cursor.read(known.cursors.get(Section.NAV)), failures)
    for account in parts.customer.open:
        yield await values.of(account)
        failures.check()
    yield await margin(parts, failures)
    failures.check()
    yield await notices(parts, failures, tuple(_beginnings(parts)))
    failures.check()
    async with aclosing(_market(parts)) as batches:
        async for batch in batches:
            yield batch


async def _accounts(parts: Parts, failures: Failures) -> Batch:
    customer, why = parts.customer, None
    if not customer.is_fresh:
        try:
            await customer.ask()
        except AskFailed as failure:
            failures.add(Section.ACCOUNTS, failure)
            why = str(failure)
    customer.is_fresh = False
    return Batch(
        section=Section.ACCOUNTS,
        records=tuple(account.info for account in customer.accounts),
        refused=customer.read.refused,
        incomplete=why,
    )


async def _transactions(parts: Parts, failures: Failures) -> AsyncGenerator[Batch, None]:
    section = Section.TRANSACTIONS
    for account in parts.customer.accounts:
        try:
            async with aclosing(parts.history.since(account)) as batches:
                async for batch in batches:
                    failures.answered()
                    yield batch
        except AskFailed as failure:
            failures.add(section, failure)
            if account.is_closed and failure.status in _GONE:
                yield Batch(section=section, warnings=(str(failure),))
            else:
                yield Batch(section=section, incomplete=str(failure))
        except BrokerUnavailable as lost:
            yield Batch(section=section, incomplete=str(lost))
            raise
        failures.check()
    warnings = tuple(notice.message for notice in _beginnings(parts))
    if warnings:
        yield Batch(section=section, warnings=warnings)


def _beginnings(parts: Parts) -> Iterator[AccountNotice]:
    """Say where a history begins in the middle of something."""
    for account in parts.customer.accounts:
        reach = parts.history.cursor.of(account.number)
        if reach is not None and reach.begins is not None:
            yield AccountNotice(
                account=account.number,
                kind="information",
                message=(
                    f"The transactions of {account.number} that Tastytrade tells begin on "
                    f"{reach.begins} in the middle of something: what was bought before that day "
                    "has no purchase day and no basis. Import older statements if there are any."
                ),
                noticed_at=parts.now(),
            )


async def _market(parts: Parts) -> AsyncGenerator[Batch, None]:
    streaming = parts.settings.streaming
    if not streaming.enabled:
        return
    says = await parts.live.market_round(streaming.budget)
    quotes, greeks = parts.live.prices()
    yield Batch(section=Section.QUOTES, records=tuple(quotes), warnings=tuple(says))
    yield Batch(section=Section.GREEKS, records=tuple(greeks))
