"""Records with everything filled in, so that a test names only what it is about.

Decimals may be given as text or whole numbers and days as ISO text: `a_trade(quantity=-5,
price="12.50", trade_date="2024-03-15")`. A key that is not given follows from the content: the
same trade built twice is one fact, two different ones are two.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from qm_tui.domain.batches import Authority, Batch, Coverage, Document, Holds, RefusedRow
from qm_tui.domain.instruments import (
    Equity,
    EquityOption,
    Identifiers,
    Instrument,
    Right,
    osi_symbol,
)
from qm_tui.domain.records import (
    AccountInfo,
    Balance,
    CashTransaction,
    CorporateAction,
    DividendAccrual,
    Fact,
    FxRate,
    InstrumentInfo,
    MarginInterest,
    OptionEvent,
    Position,
    Record,
    Trade,
    Transfer,
    TransferLot,
)
from qm_tui.domain.reported import BrokerLot, ClosedLot, NavSummary
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    NavKind,
    OptionEventType,
    Section,
    TransferDirection,
)

ACCOUNT = "U1234567"
DAY = dt.date(2024, 3, 15)
MOMENT = dt.datetime(2024, 3, 15, 20, 0, tzinfo=dt.UTC)

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

_SECTIONS: Mapping[type[Record], Section] = {
    AccountInfo: Section.ACCOUNTS,
    Balance: Section.BALANCES,
    BrokerLot: Section.BROKER_LOTS,
    CashTransaction: Section.CASH,
    ClosedLot: Section.CLOSED_LOTS,
    CorporateAction: Section.CORPORATE_ACTIONS,
    DividendAccrual: Section.DIVIDEND_ACCRUALS,
    FxRate: Section.FX_RATES,
    InstrumentInfo: Section.INSTRUMENTS,
    MarginInterest: Section.INTEREST,
    NavSummary: Section.NAV,
    OptionEvent: Section.OPTION_EVENTS,
    Position: Section.POSITIONS,
    Trade: Section.TRADES,
    Transfer: Section.TRANSFERS,
    TransferLot: Section.TRANSFERS,
}


# --- instruments -------------------------------------------------------------------------------


def an_equity(symbol: str = "AAPL", conid: str | None = None, **changes: Any) -> Equity:
    """A stock with a ticker and, where a test needs one, a strong identifier."""
    stock = Equity(symbol=symbol, currency="USD", identifiers=Identifiers(conid=conid))
    return _with(stock, changes)


def an_option(
    underlying: str = "AAPL",
    expiry: dt.date | str = "2024-06-21",
    right: Right | str = Right.CALL,
    strike: Decimal | int | str = 150,
    conid: str | None = None,
    **changes: Any,
) -> EquityOption:
    """An option on a stock, with its OSI symbol and a multiplier of 100."""
    day = expiry if isinstance(expiry, dt.date) else dt.date.fromisoformat(expiry)
    symbol = osi_symbol(underlying, day, Right(right), Decimal(strike))
    assert symbol is not None, "no OSI symbol for such an option"
    option = EquityOption(
        symbol=symbol,
        currency="USD",
        identifiers=Identifiers(conid=conid, osi_symbol=symbol),
        multiplier=Decimal(100),
        underlying_symbol=underlying,
        expiry=day,
        right=Right(right),
        strike=Decimal(strike),
    )
    return _with(option, changes)


# --- accounts and what is seen in them ---------------------------------------------------------


def an_account(account: str = ACCOUNT, **changes: Any) -> AccountInfo:
    return _with(
        AccountInfo(account=account, account_type="Individual", base_currency="USD"), changes
    )


def a_balance(**changes: Any) -> Balance:
    balance = Balance(
        account=ACCOUNT, as_of=MOMENT, tag="TotalCashValue", currency="USD", value=Decimal(1000)
    )
    return _with(balance, changes)


def a_nav(**changes: Any) -> NavSummary:
    to_date = _typed(NavSummary, "to_date", changes.get("to_date", DAY))
    nav = NavSummary(
        account=ACCOUNT,
        as_of=dt.datetime.combine(to_date, dt.time(21), tzinfo=dt.UTC),
        kind=NavKind.EQUITY_SUMMARY,
        to_date=to_date,
        currency="USD",
        total=Decimal(100000),
    )
    return _with(nav, changes)


def a_position(**changes: Any) -> Position:
    """100 AAPL bought at 150, worth 160: what is not given follows from the rest."""
    seen = Position(
        account=ACCOUNT,
        as_of=MOMENT,
        instrument=an_equity(),
        currency="USD",
        quantity=Decimal(100),
        average_cost=Decimal(150),
        market_price=Decimal(160),
    )
    seen = _with(seen, changes)
    units = seen.quantity * seen.instrument.multiplier
    if "cost_basis" not in changes and seen.average_cost is not None:
        seen = replace(seen, cost_basis=units * seen.average_cost)
    if "market_value" not in changes and seen.market_price is not None:
        seen = replace(seen, market_value=units * seen.market_price)
    if (
        "unrealized_pnl" not in changes
        and seen.market_value is not None
        and seen.cost_basis is not None
    ):
        seen = replace(seen, unrealized_pnl=seen.market_value - seen.cost_basis)
    return seen


def a_broker_lot(**changes: Any) -> BrokerLot:
    """A lot of 100 AAPL bought at 150 on 2024-03-15."""
    lot = BrokerLot(
        account=ACCOUNT,
        as_of=MOMENT,
        key="1",
        instrument=an_equity(),
        currency="USD",
        quantity=Decimal(100),
        open_price=Decimal(150),
        opened_at=MOMENT,
        acquisition_date=DAY,
        holding_start=DAY,
    )
    lot = _with(lot, changes)
    if "cost_basis" not in changes and lot.open_price is not None:
        lot = replace(lot, cost_basis=lot.quantity * lot.open_price * lot.instrument.multiplier)
    return lot


# --- what happened -----------------------------------------------------------------------------


def a_trade(**changes: Any) -> Trade:
    """A purchase of 100 AAPL at 150; proceeds, net cash and time follow from what is given."""
    trade = Trade(
        account=ACCOUNT,
        key="",
        instrument=an_equity(),
        trade_date=DAY,
        quantity=Decimal(100),
        price=Decimal(150),
        currency="USD",
        commission=Decimal(-1),
        commission_currency="USD",
    )
    trade = _with(trade, changes)
    if "executed_at" not in changes:
        moment = dt.datetime.combine(trade.trade_date, dt.time(15), tzinfo=dt.UTC)
        trade = replace(trade, executed_at=moment)
    if "proceeds" not in changes and trade.price is not None:
        units = trade.quantity * trade.instrument.multiplier
        trade = replace(trade, proceeds=-units * trade.price)
    if "net_cash" not in changes and trade.proceeds is not None:
        trade = replace(trade, net_cash=trade.proceeds + (trade.commission or 0))
    return _keyed(trade, "TX")


def a_closed_lot(**changes: Any) -> ClosedLot:
    lot = ClosedLot(
        account=ACCOUNT,
        key="",
        instrument=an_equity(),
        currency="USD",
        quantity=Decimal(100),
        cost_basis=Decimal(15000),
        open_price=Decimal(150),
        realized_pnl=Decimal(1000),
        acquisition_date=dt.date(2023, 3, 15),
        disposition_date=DAY,
    )
    return _keyed(_with(lot, changes), "LOT")


def a_cash_transaction(**changes: Any) -> CashTransaction:
    """A dividend of 24 USD on AAPL."""
    movement = CashTransaction(
        account=ACCOUNT,
        key="",
        date=DAY,
        type=CashType.DIVIDEND,
        instrument=an_equity(),
        currency="USD",
        amount=Decimal(24),
    )
    return _keyed(_with(movement, changes), "CT")


def a_margin_interest(**changes: Any) -> MarginInterest:
    interest = MarginInterest(
        account=ACCOUNT,
        key="",
        type="accrual",
        currency="USD",
        from_date=dt.date(2024, 3, 1),
        to_date=DAY,
        accrued=Decimal("-12.34"),
    )
    return _keyed(_with(interest, changes), "MI")


def a_transfer(**changes: Any) -> Transfer:
    """100 AAPL that came in with a basis; a negative quantity goes out unless a test says else."""
    quantity = _typed(Transfer, "quantity", changes.get("quantity", 100))
    goes_out = quantity is not None and quantity < 0
    transfer = Transfer(
        account=ACCOUNT,
        key="",
        date=DAY,
        type="ACATS",
        direction=TransferDirection.OUT if goes_out else TransferDirection.IN,
        instrument=an_equity(),
        currency="USD",
        quantity=Decimal(100),
        cost_basis=Decimal(12000),
    )
    return _keyed(_with(transfer, changes), "TF")


def a_transfer_lot(**changes: Any) -> TransferLot:
    lot = TransferLot(
        account=ACCOUNT,
        key="",
        instrument=an_equity(),
        currency="USD",
        date=DAY,
        direction=TransferDirection.IN,
        quantity=Decimal(100),
        cost_basis=Decimal(12000),
        acquisition_date=dt.date(2022, 5, 2),
        holding_start=dt.date(2022, 5, 2),
    )
    return _keyed(_with(lot, changes), "TL")


def a_corporate_action(**changes: Any) -> CorporateAction:
    """A 2-for-1 split that brought 100 AAPL."""
    action = CorporateAction(
        account=ACCOUNT,
        key="",
        type=CorporateActionType.SPLIT,
        date=DAY,
        instrument=an_equity(),
        currency="USD",
        quantity=Decimal(100),
        description="AAPL SPLIT 2 FOR 1",
        action_id="1",
    )
    return _keyed(_with(action, changes), "CA")


def an_option_event(**changes: Any) -> OptionEvent:
    """A long call that expired."""
    event = OptionEvent(
        account=ACCOUNT,
        key="",
        type=OptionEventType.EXPIRATION,
        date=dt.date(2024, 6, 21),
        instrument=an_option(),
        currency="USD",
        quantity=Decimal(-1),
    )
    return _keyed(_with(event, changes), "OE")


def an_fx_rate(**changes: Any) -> FxRate:
    rate = FxRate(
        account="", date=DAY, from_currency="EUR", to_currency="USD", rate=Decimal("1.0885")
    )
    return _with(rate, changes)


# --- how it travels ----------------------------------------------------------------------------


def a_document(**changes: Any) -> Document:
    """A statement; its hash follows from its name unless a test gives one."""
    name = changes.get("name", "statement.xml")
    document = Document(
        name=name,
        kind="flex-activity",
        sha256=hashlib.sha256(str(name).encode()).hexdigest(),
        size=1000,
        generated_at=MOMENT,
        authority=Authority.FINAL,
        reader="test/1",
    )
    return _with(document, changes)


def a_refused_row(**changes: Any) -> RefusedRow:
    row = RefusedRow(
        section="Trades", document_row=3, field="quantity", text="ten", reason="is not a number"
    )
    return _with(row, changes)


def holds(section: Section | str, account: str = ACCOUNT, as_of: dt.datetime = MOMENT) -> Holds:
    """Say that a batch holds all of a section of an account."""
    return Holds(account=account, section=Section(section), as_of=as_of)


def covers(from_date: str, to_date: str, account: str = ACCOUNT) -> Coverage:
    """Say that a statement speaks of these days of an account."""
    return Coverage(
        account=account,
        from_date=dt.date.fromisoformat(from_date),
        to_date=dt.date.fromisoformat(to_date),
    )


def a_batch(*records: Record, section: Section | str | None = None, **changes: Any) -> Batch:
    """A batch of these records; its section follows from the first, or from what it holds."""
    if section is None:
        held = changes.get("holds", ())
        section = _SECTIONS[type(records[0])] if records else held[0].section if held else "trades"
    changes = {
        name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()
    }
    return Batch(section=Section(section), records=records, **changes)


# --- how it is done ----------------------------------------------------------------------------


@cache
def _kinds(cls: Any) -> dict[str, tuple[object, ...]]:
    """The types each field admits."""
    return {name: get_args(hint) or (hint,) for name, hint in get_type_hints(cls).items()}


def _typed(cls: Any, field: str, value: Any) -> Any:
    kinds = _kinds(cls).get(field, ())
    if Decimal in kinds and isinstance(value, (int, str)):
        return Decimal(value)
    if isinstance(value, str) and dt.datetime in kinds:
        return dt.datetime.fromisoformat(value)
    if isinstance(value, str) and dt.date in kinds:
        return dt.date.fromisoformat(value)
    if isinstance(value, str) and Instrument in kinds:
        return an_equity(value)
    return value


def _with(record: T, changes: Mapping[str, Any]) -> T:
    typed = {name: _typed(type(record), name, value) for name, value in changes.items()}
    return replace(record, **typed)  # type: ignore[type-var]


def _keyed(fact: F, kind: str) -> F:
    if fact.key:
        return fact
    return replace(fact, key=f"{kind}:{hashlib.sha256(repr(fact).encode()).hexdigest()[:12]}")
