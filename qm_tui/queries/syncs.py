"""Syncs and imports, and what each of them changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Anchor
from qm_tui.queries.paging import PAGE_SIZE, Pages
from qm_tui.queries.sync_views import ChangeView, RunView, SyncView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import changes as reading
from qm_tui.store.reading import runs as run_reading
from qm_tui.store.reading.changes import Change


async def syncs(reader: Reader) -> list[SyncView]:
    """Return one row a section of every import and sync, the newest first."""
    return [SyncView(**row._mapping) for row in await reader.read(run_reading.sections)]


async def runs(reader: Reader) -> list[RunView]:
    """Return every import and sync, the newest first; not what was stored between syncs."""
    rows = await reader.read(run_reading.runs)
    return [_run(dict(row._mapping)) for row in rows]


async def sections_of(reader: Reader, run: int) -> list[SyncView]:
    """Return one row a section of a run, in the order they were done."""
    rows = await reader.read(run_reading.sections, run=run)
    return [SyncView(**row._mapping) for row in rows]


def _run(row: dict[str, Any]) -> RunView:
    details = row.pop("details") or {}
    return RunView(
        **row,
        accounts=tuple(details.get("accounts", ())),
        warnings=tuple(details.get("warnings", ())),
    )


def changes(reader: Reader, run: int) -> Pages[ChangeView]:
    """List what a run refused, met for the first time, changed, added and saw."""
    return _ChangePages(reader, run)


class _ChangePages:
    def __init__(self, reader: Reader, run: int) -> None:
        self._reader = reader
        self._run = run

    @property
    def fields(self) -> Mapping[str, Kind]:
        return {}

    async def count(self) -> int:
        return await self._reader.read(reading.count_changes, self._run)

    async def anchors(self) -> Sequence[Anchor]:
        return await self._reader.read(reading.change_anchors, self._run, PAGE_SIZE)

    async def page(self, after: Anchor | None, size: int = PAGE_SIZE) -> Sequence[ChangeView]:
        found = await self._reader.read(reading.changes_after, self._run, after, size)
        return [_change(self._run, change) for change in found]

    async def onward(
        self, after: Anchor | None, size: int = PAGE_SIZE
    ) -> tuple[Sequence[ChangeView], Anchor | None]:
        found, last = await self._reader.read(reading.changes_onward, self._run, after, size)
        return [_change(self._run, change) for change in found], last

    async def last_page(self, size: int = PAGE_SIZE) -> Sequence[ChangeView]:
        found = await self._reader.read(reading.last_changes, self._run, size)
        return [_change(self._run, change) for change in found]


_SECTIONS = {"refused_rows": "section", "novelties": "what"}
_WORDS = {
    "refused_rows": ("field", "text", "reason"),
    "novelties": ("where", "example", "count"),
    "trades": ("trade_date", "quantity", "price", "currency"),
    "trade_summaries": ("trade_date", "level", "quantity", "proceeds"),
    "cash_transactions": ("date", "type", "amount", "currency", "description"),
    "transfers": ("date", "direction", "quantity", "cash_amount", "currency"),
    "closed_lots": ("disposition_date", "quantity", "realized_pnl", "currency"),
    "margin_interest": ("to_date", "type", "accrued", "currency"),
    "statement_lines": ("date", "activity_code", "amount", "currency", "description"),
    "nav_summaries": ("to_date", "kind", "total", "currency"),
    "corporate_actions": ("date", "type", "quantity", "description"),
    "option_events": ("date", "type", "quantity"),
    "dividend_accruals": ("ex_date", "pay_date", "net_amount", "currency"),
    "positions": ("quantity", "market_value", "currency", "as_of"),
    "margin_requirements": ("underlying_symbol", "initial", "maintenance"),
    "broker_lots": ("acquisition_date", "quantity", "cost_basis", "currency"),
    "balances": ("tag", "value", "currency"),
    "other_rows": ("section", "tag", "date"),
}


def _change(run: int, change: Change) -> ChangeView:
    named = _SECTIONS.get(change.section)
    words = [change.row.get(name) for name in _WORDS.get(change.section, ("key",))]
    return ChangeView(
        id=change.id,
        run=run,
        change=change.change,
        section=str(change.row[named]) if named else change.section,
        account=change.account,
        symbol=change.symbol,
        what=" ".join(str(word) for word in (change.symbol, *words) if word is not None),
        document_id=change.document_id,
        document_row=change.document_row,
    )
