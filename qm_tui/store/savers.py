"""Which table takes which kind of record."""

from sqlalchemy import Dialect, Table

from qm_tui.domain import records as r
from qm_tui.domain import reported as told
from qm_tui.domain.words import Section
from qm_tui.store.facts import FactTable
from qm_tui.store.observations import ObservationTable
from qm_tui.store.schema import activity, holdings, reported
from qm_tui.store.trades import TradeTable

_FACTS: dict[type[r.Record], tuple[Table, Section]] = {
    told.TradeSummary: (reported.trade_summaries, Section.TRADE_SUMMARIES),
    told.ClosedLot: (reported.closed_lots, Section.CLOSED_LOTS),
    told.BrokerWashSale: (reported.broker_wash_sales, Section.WASH_SALES),
    r.CashTransaction: (activity.cash_transactions, Section.CASH),
    r.DividendAccrual: (activity.dividend_accruals, Section.DIVIDEND_ACCRUALS),
    r.MarginInterest: (activity.margin_interest, Section.INTEREST),
    r.Transfer: (activity.transfers, Section.TRANSFERS),
    r.TransferLot: (activity.transfer_lots, Section.TRANSFERS),
    r.CorporateAction: (activity.corporate_actions, Section.CORPORATE_ACTIONS),
    r.OptionEvent: (activity.option_events, Section.OPTION_EVENTS),
    told.StatementLine: (reported.statement_lines, Section.STATEMENT_LINES),
    told.NavSummary: (reported.nav_summaries, Section.NAV),
    told.OtherRow: (reported.other_rows, Section.OTHER),
}
_OBSERVATIONS: dict[type[r.Record], tuple[type[r.Observation], Table, Section, tuple[str, ...]]] = {
    r.Balance: (r.Balance, holdings.balances, Section.BALANCES, ("tag", "currency")),
    r.Position: (r.Position, holdings.positions, Section.POSITIONS, ("instrument_id",)),
    told.BrokerLot: (
        told.BrokerLot,
        holdings.broker_lots,
        Section.BROKER_LOTS,
        ("instrument_id", "key"),
    ),
    r.MarginRequirement: (
        r.MarginRequirement,
        holdings.margin_requirements,
        Section.MARGIN,
        ("underlying_symbol",),
    ),
}
_SECTIONS: dict[type[r.Record], Section] = {
    r.Trade: Section.TRADES,
    r.AccountInfo: Section.ACCOUNTS,
    r.InstrumentInfo: Section.INSTRUMENTS,
    r.FxRate: Section.FX_RATES,
    r.Quote: Section.QUOTES,
    r.Greeks: Section.GREEKS,
    r.AccountNotice: Section.NOTICES,
    **{kind: section for kind, (_, section) in _FACTS.items()},
    **{kind: section for kind, (_, _, section, _) in _OBSERVATIONS.items()},
}
_BOOKED = frozenset(
    {
        r.Trade, r.Transfer, r.TransferLot, r.CorporateAction, r.CashTransaction, r.OptionEvent,
        told.ClosedLot,
    }
)  # fmt: skip


class Savers:
    """The tables of one transaction; each is made when its first record comes."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.trades = TradeTable(dialect)
        self._facts: dict[type[r.Record], FactTable] = {r.Trade: self.trades}
        self._observations: dict[type[r.Record], ObservationTable] = {}

    def facts(self, kind: type[r.Record]) -> FactTable:
        """Return the table of a kind of fact."""
        if kind not in self._facts:
            table, _ = _FACTS[kind]
            self._facts[kind] = FactTable(table, kind, self._dialect)
        return self._facts[kind]

    def observations(self, kind: type[r.Record]) -> ObservationTable:
        """Return the table of a kind of observation."""
        if kind not in self._observations:
            observed, table, section, identity = _OBSERVATIONS[kind]
            self._observations[kind] = ObservationTable(
                table, observed, section, identity, self._dialect
            )
        return self._observations[kind]

    def of_section(self, section: Section) -> ObservationTable | None:
        """Return the table of a section that can be complete, None for a section of facts."""
        for kind, (_, _, of, _) in _OBSERVATIONS.items():
            if of is section:
                return self.observations(kind)
        return None

    @staticmethod
    def section(kind: type[r.Record], default: Section) -> Section:
        """Return the section under which records of a kind are counted."""
        return _SECTIONS.get(kind, default)

    @staticmethod
    def is_booked(kind: type[r.Record]) -> bool:
        """Tell whether lots and gains follow from such facts."""
        return kind in _BOOKED
