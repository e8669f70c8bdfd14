"""Records of a statement, gathered into small batches of one section each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from qm_tui.domain.batches import Batch, Coverage, Holds, Novelty, RawBlock, RefusedRow
from qm_tui.domain.records import (
    AccountInfo,
    Balance,
    CashTransaction,
    CorporateAction,
    DividendAccrual,
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
from qm_tui.domain.reported import (
    BrokerLot,
    BrokerWashSale,
    ClosedLot,
    NavSummary,
    OtherRow,
    StatementLine,
    TradeSummary,
)
from qm_tui.domain.words import Section

_RECORDS_AT_MOST = 200
_BLOCKS_AT_MOST = 8

_SECTIONS: Mapping[type[Record], Section] = MappingProxyType(
    {
        AccountInfo: Section.ACCOUNTS,
        InstrumentInfo: Section.INSTRUMENTS,
        Balance: Section.BALANCES,
        NavSummary: Section.NAV,
        Position: Section.POSITIONS,
        BrokerLot: Section.BROKER_LOTS,
        Trade: Section.TRADES,
        TradeSummary: Section.TRADE_SUMMARIES,
        ClosedLot: Section.CLOSED_LOTS,
        BrokerWashSale: Section.WASH_SALES,
        CashTransaction: Section.CASH,
        DividendAccrual: Section.DIVIDEND_ACCRUALS,
        MarginInterest: Section.INTEREST,
        Transfer: Section.TRANSFERS,
        TransferLot: Section.TRANSFERS,
        CorporateAction: Section.CORPORATE_ACTIONS,
        OptionEvent: Section.OPTION_EVENTS,
        StatementLine: Section.STATEMENT_LINES,
        FxRate: Section.FX_RATES,
        OtherRow: Section.OTHER,
    }
)


class Batches:
    """Gathers records, and what goes with them; the last batch is held back for what comes last."""

    def __init__(self) -> None:
        self.blocks: list[RawBlock] = []
        self.refused: list[RefusedRow] = []
        self._records: dict[Section, list[Record]] = {}
        self._ready: list[Batch] = []

    def add(self, record: Record) -> None:
        """Take a record."""
        section = _SECTIONS[type(record)]
        records = self._records.setdefault(section, [])
        records.append(record)
        if len(records) >= _RECORDS_AT_MOST:
            self._close(section)

    def flush(self) -> None:
        """Make batches of all there is; to be called where a section ends."""
        for section in [section for section, records in self._records.items() if records]:
            self._close(section)

    @property
    def ready(self) -> bool:
        """Tell whether `take` would yield something."""
        return (
            len(self._ready) > 1
            or len(self.blocks) >= _BLOCKS_AT_MOST
            or len(self.refused) >= _RECORDS_AT_MOST
        )

    def take(self, bytes_read: int) -> Iterator[Batch]:
        """Yield the batches that are ready, but the last."""
        if len(self.blocks) >= _BLOCKS_AT_MOST or len(self.refused) >= _RECORDS_AT_MOST:
            self._ready.append(self._batch(Section.OTHER, ()))
        while len(self._ready) > 1:
            yield replace(self._ready.pop(0), bytes_read=bytes_read)

    def last(
        self,
        bytes_read: int,
        *,
        holds: tuple[Holds, ...] = (),
        coverage: tuple[Coverage, ...] = (),
        novelties: tuple[Novelty, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Iterator[Batch]:
        """Yield all batches; the last one says what only the end of a statement can say."""
        self.flush()
        if (
            self.blocks
            or self.refused
            or (not self._ready and (holds or coverage or novelties or warnings))
        ):
            self._ready.append(self._batch(Section.OTHER, ()))
        yield from self.take(bytes_read)
        if self._ready:
            yield replace(
                self._ready.pop(),
                holds=holds,
                coverage=coverage,
                novelties=novelties,
                warnings=warnings,
                bytes_read=bytes_read,
            )

    def _close(self, section: Section) -> None:
        self._ready.append(self._batch(section, tuple(self._records[section])))
        self._records[section] = []

    def _batch(self, section: Section, records: tuple[Record, ...]) -> Batch:
        batch = Batch(
            section=section,
            records=records,
            blocks=tuple(self.blocks),
            refused=tuple(self.refused),
        )
        self.blocks.clear()
        self.refused.clear()
        return batch
