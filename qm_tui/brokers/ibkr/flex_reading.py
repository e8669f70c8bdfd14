"""The rows of one FlexStatement become records: which row is read how, and what it then holds."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from qm_tui.brokers.ibkr.flex_known import ATTRIBUTES, CASH_NAMES, SECTIONS, words
from qm_tui.brokers.ibkr.flex_rows import BadValueError, Row, Scope
from qm_tui.brokers.ibkr.flex_sections import cash, events, lots, reference, trades, transfers
from qm_tui.brokers.ibkr.flex_sections.accounts import (
    CashReport,
    NetAssetValues,
    account_information,
)
from qm_tui.brokers.ibkr.flex_sections.holdings import OpenPositions
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.brokers.ibkr.flex_values import Clock, number
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import Coverage, Holds
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section

Read = Callable[[Row, Scope], Record | None]

_READERS: Mapping[tuple[str, str], Read] = MappingProxyType(
    {
        ("AccountInformation", "AccountInformation"): account_information,
        ("CashTransactions", "CashTransaction"): cash.cash_transaction,
        ("InterestAccruals", "InterestAccrualsCurrency"): cash.interest_accrual,
        ("TierInterestDetails", "TierInterestDetail"): cash.tier_interest,
        ("ChangeInDividendAccruals", "ChangeInDividendAccrual"): cash.dividend_change,
        ("OpenDividendAccruals", "OpenDividendAccrual"): cash.dividend_open,
        ("StmtFunds", "StatementOfFundsLine"): cash.statement_line,
        ("Transfers", "Transfer"): transfers.transfer_row,
        ("Transfers", "TransferLot"): transfers.transfer_lot,
        ("OptionEAE", "OptionEAE"): events.option_event,
        ("CorporateActions", "CorporateAction"): events.corporate_action,
        ("SecuritiesInfo", "SecurityInfo"): reference.security_info,
        ("ConversionRates", "ConversionRate"): reference.conversion_rate,
        ("Trades", "Trade"): trades.trade_row,
        ("Trades", "Order"): trades.order,
        ("Trades", "SymbolSummary"): trades.symbol_summary,
        ("Trades", "AssetSummary"): trades.asset_summary,
        ("Trades", "Lot"): lots.closed_lot,
        ("Trades", "ClosedLot"): lots.closed_lot,
        ("Trades", "WashSale"): lots.wash_sale,
        ("TradeConfirms", "TradeConfirm"): trades.confirmation,
        ("TradeConfirms", "TradeConfirmation"): trades.confirmation,
        ("TradeConfirms", "Order"): trades.confirmation_order,
        ("TradeConfirms", "SymbolSummary"): trades.confirmation_symbol,
        ("TradeConfirms", "AssetSummary"): trades.confirmation_asset,
    }
)
_OF_NO_ACCOUNT = frozenset({"SecuritiesInfo", "ConversionRates"})

# What fields hold, where it is not text; a field that is not required and does not hold it is kept
# as text.
_NUMBERS = CASH_NAMES | words(
    """
    quantity tradePrice price proceeds netCash taxes tax ibCommission commission closePrice cost
    fifoPnlRealized fxRateToBase accruedInt position markPrice positionValue openPrice
    costBasisPrice costBasisMoney fifoPnlUnrealized amount strike multiplier value costBasis
    capitalGainsPnl transferPrice positionAmount cashTransfer commisionsAndTax realizedPnl
    grossRate grossAmount netAmount fee startingAccrualBalance interestAccrued accrualReversal
    endingAccrualBalance totalPrincipal rate totalInterest debit credit balance tradeQuantity
    startingValue endingValue depositsWithdrawals mtm twr total cash stock options bonds funds
    dividendAccruals interestAccruals
    """
)
_DAYS = words(
    """
    tradeDate settleDateTarget settleDate reportDate date valueDate exDate payDate fromDate toDate
    expiry maturity dateOpened dateClosed
    """
)
_MOMENTS = words("dateTime openDateTime holdingPeriodDateTime whenRealized whenReopened")

# Without them nothing is known, and to take what stands beside them would be a guess: where they
# cannot be read, the row is refused.
_ESSENTIAL = words(
    "quantity position amount tradePrice price cashTransfer tradeDate date valueDate"
)
_ANY_DAY = dt.date(2000, 1, 1)


class Reading:
    """Reads the rows of one FlexStatement, in their order."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._positions = OpenPositions()
        self._cash_report = CashReport()
        self._values = NetAssetValues()
        self._readers: dict[tuple[str, str], Read | None] = {
            **_READERS,
            ("OpenPositions", "OpenPosition"): self._positions.row,
            ("CashReport", "CashReportCurrency"): self._cash_report.row,
            ("EquitySummaryInBase", "EquitySummaryByReportDateInBase"): self._values.day,
            ("ChangeInNAV", "ChangeInNAV"): self._values.change,
        }
        self._sections: set[str] = set()
        self._broken: set[str] = set()
        """Sections of which a row was refused."""

    def section(self, name: str) -> None:
        """Note that a section begins, with rows or without."""
        self._sections.add(name)
        if name not in SECTIONS:
            self.scope.novelties.note("section", name, name)

    def row(self, row: Row) -> Record | None:
        """Read a row; None when it tells nothing, or is told when its section ends.

        Raises:
            BadValueError: the row cannot be kept.
        """
        read = self._readers.get((row.section, row.shape.tag))
        try:
            if row.section not in _OF_NO_ACCOUNT or read is None:
                self.scope.begin(row)
            record = self._kept(row) if read is None else self._read(read, row)
        except BadValueError:
            self._broken.add(row.section)
            raise
        if read is not None:
            known = ATTRIBUTES[row.section, row.shape.tag]
            if row.unreadable or row.shape.others(known):
                self._note_attributes(row, known)
        return record

    def ended(self, section: str) -> Iterable[Record]:
        """Return what a section tells only as a whole."""
        if section == "OpenPositions":
            yield from self._positions.positions(self.scope)
        elif section == "CashReport":
            yield from self._cash_report.balances()

    def finished(self) -> Iterable[Record]:
        """Return what only the whole statement tells: each change in value has its own section."""
        yield from self._values.values()

    def holds(self) -> tuple[Holds, ...]:
        """Return what the statement holds completely: there, what is missing is closed."""
        found: list[Holds] = []
        if "OpenPositions" in self._sections - self._broken:
            places = self._positions.seen or (set() if self._positions.strange else self._whole())
            found += [_holds(Section.POSITIONS, place) for place in sorted(places)]
            found += [
                # Positions without lots come of a query that asks for none; no positions, no lots.
                _holds(Section.BROKER_LOTS, place)
                for place in sorted(self._positions.with_lots or places - self._positions.seen)
            ]
        if "CashReport" in self._sections - self._broken:
            places = self._cash_report.seen or self._whole()
            found += [_holds(Section.BALANCES, place) for place in sorted(places)]
        return tuple(found)

    def coverage(self) -> tuple[Coverage, ...]:
        """Return of which days the statement tells."""
        scope = self.scope
        if scope.from_date is None or scope.to_date is None or scope.to_date < scope.from_date:
            return ()
        accounts = dict.fromkeys([scope.account] if scope.account else []) | scope.accounts
        return tuple(
            Coverage(account=account, from_date=scope.from_date, to_date=scope.to_date)
            for account in accounts
        )

    def _whole(self) -> set[tuple[str, dt.datetime]]:
        """Return whose and when an empty section is."""
        scope = self.scope
        if scope.account is None or scope.to_date is None:
            return set()
        return {(scope.account, scope.end_of(scope.to_date))}

    def _kept(self, row: Row) -> Record:
        if row.section in SECTIONS and any(section == row.section for section, _ in self._readers):
            self.scope.novelties.note("row", row.place, row.shape.tag)
        return other_row(row, self.scope)

    def _read(self, read: Read, row: Row) -> Record | None:
        try:
            return read(row, self.scope)
        except ValueError:
            # Rare: something in the row is not what it should be. Without what cannot be read the
            # row is read again: it stays if nothing that is required is missing then.
            self._set_aside_unreadable(row)
        try:
            return read(row, self.scope)
        except ValueError as error:
            raise BadValueError("", "", str(error)) from None

    def _set_aside_unreadable(self, row: Row) -> None:
        unreadable: dict[str, str] = {}
        attributes = row.attributes
        for name, said in attributes.items():
            try:
                _try_field(name, said, self.scope.clock)
            except ValueError as error:
                if name in _ESSENTIAL or (row.section, name) == ("OpenPositions", "reportDate"):
                    raise BadValueError(name, quoted(said), str(error)) from None
                unreadable[name] = said
        for name in unreadable:
            del attributes[name]
        row.restate(attributes)
        row.unreadable = unreadable

    def _note_attributes(self, row: Row, known: frozenset[str]) -> None:
        for name in row.shape.others(known):
            if row.written(name) and name not in row.unreadable:
                self.scope.novelties.note("attribute", f"{row.place}@{name}", row.written(name))
        for name, value in row.unreadable.items():
            self.scope.novelties.note("value", f"{row.place}@{name}", value)


def _try_field(name: str, said: str, clock: Clock) -> None:
    if name in _DAYS:
        clock.day(said)
    elif name in _MOMENTS:
        clock.moment(said)
    elif name in _NUMBERS:
        number(said)
    elif name == "tradeTime":
        clock.at(_ANY_DAY, said)


def _holds(section: Section, place: tuple[str, dt.datetime]) -> Holds:
    return Holds(account=place[0], section=section, as_of=place[1])
