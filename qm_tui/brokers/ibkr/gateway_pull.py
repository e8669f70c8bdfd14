"""Asks the gateway for everything, section by section: what one does not answer costs no other."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator

from qm_tui.brokers.client import BrokerUnavailable, Known
from qm_tui.brokers.ibkr.gateway_accounts import AccountsPull
from qm_tui.brokers.ibkr.gateway_details import described
from qm_tui.brokers.ibkr.gateway_executions import trades_of
from qm_tui.brokers.ibkr.gateway_holdings import holds_of
from qm_tui.brokers.ibkr.gateway_link import SectionFailed
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.brokers.ibkr.gateway_reasons import Reasons, some
from qm_tui.brokers.ibkr.gateway_session import Session
from qm_tui.domain.batches import Batch
from qm_tui.domain.records import AccountNotice, Record, Trade
from qm_tui.domain.words import Section

_EXECUTION_ROWS = (11, 59)
_AT_ONCE = 100
"""Records made before the event loop turns."""


async def pulled(session: Session, known: Known) -> AsyncGenerator[Batch, None]:
    """Yield what the gateway answers, what is shown first first.

    Args:
        session: the connection.
        known: what need not be asked for again.

    Raises:
        BrokerUnavailable: the connection is lost. What failed with it was yielded.
    """
    session.link.check()
    session.instruments.remember(known.held)
    async with AccountsPull(session) as asked:
        await asked.values()
        yield asked.accounts()
        yield asked.balances()
        asked.check()
        yield await asked.positions()
        asked.check()
        if (profits := await asked.late_profits()) is not None:
            yield profits
    session.link.check()
    yield await _trades(session)
    session.link.check()
    async for batch in described(
        link=session.link,
        instruments=session.instruments,
        contracts=session.holdings.contracts(),
        known=known.described,
        settings=session.settings,
        now=session.now,
    ):
        session.holdings.renew_instruments()
        yield batch
    async for batch in _market(session):
        yield batch
    yield _notices(session)


async def _trades(session: Session) -> Batch:
    reasons = Reasons(session.link, Section.TRADES, _EXECUTION_ROWS)
    try:
        asked = session.link.ask(session.ib.reqExecutionsAsync)
        await session.link.answer("Today's fills", asked)
    except (SectionFailed, BrokerUnavailable) as failure:
        reasons.add(str(failure))
    # Not the answer but all that is known: late commissions are filled in only there.
    fills = list(session.ib.fills())
    records: list[Trade] = []
    bad: list[BadRow] = []
    for number, trade in enumerate(trades_of(fills, session.instruments.of), start=1):
        if isinstance(trade, BadRow):
            bad.append(trade)
        else:
            records.append(trade)
        if not number % _AT_ONCE:
            await asyncio.sleep(0)
    session.pushed.told(fills)
    reasons.look()
    reasons.unreadable(bad)
    return Batch(
        section=Section.TRADES,
        records=tuple(records),
        refused=tuple(reasons.refused),
        incomplete=reasons.sentence,
    )


async def _market(session: Session) -> AsyncIterator[Batch]:
    if not session.settings.market_data or not session.holdings.contracts():
        return
    try:
        found = await session.market.one_round(session.settings.market_budget)
    except ConnectionError:
        session.link.check()
        raise
    session.link.check()
    says = list(found.says)
    if found.unanswered:
        says.append(
            f"{len(found.unanswered)} of the instruments held gave no prices in time: "
            f"{some(found.unanswered)}."
        )
    yield Batch(section=Section.QUOTES, records=found.quotes, warnings=tuple(says))
    yield Batch(section=Section.GREEKS, records=found.greeks)


def _notices(session: Session) -> Batch:
    as_of = session.now()
    accounts = session.link.accounts
    since = as_of - dt.timedelta(seconds=session.settings.notices_for)
    found: list[Record] = []
    for heard in session.link.condition.heard.values():
        if heard.at < since:
            continue
        named = [account for account in accounts if account in heard.message]
        found += (
            AccountNotice(
                account=account,
                kind=heard.meaning.kind,
                message=heard.meaning.says,
                noticed_at=heard.at,
            )
            for account in named or accounts
        )
    return Batch(
        section=Section.NOTICES,
        records=tuple(found),
        holds=holds_of(Section.NOTICES, accounts, as_of),
    )
