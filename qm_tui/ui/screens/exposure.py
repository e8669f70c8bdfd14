"""What each underlying stands for: itself and the options on it, over all accounts."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.position_views import ExposureView, PositionView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import UNKNOWN
from qm_tui.ui.screens.netted import NettedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.columns import Column


class ExposureScreen(NettedScreen[ExposureView]):
    """One row an underlying; Enter leads to its positions."""

    noun = ("underlying", "underlyings")
    EMPTY: ClassVar[str] = "No positions. Press I to import a statement."
    sorted_by = ("underlying", False)

    @override
    def columns(self) -> Sequence[Column[ExposureView]]:
        kinds = Kinds[ExposureView](self.session.format)
        return (
            kinds.text(
                "underlying", "Underlying", 12, lambda e: e.underlying, letter="s", flexible=True
            ),
            kinds.text("accounts", "Held in", 11, self.accounts_of, drop_order=4, letter="a"),
            kinds.quantity("units", "Units", lambda e: e.units, 10, letter="q"),
            kinds.number("options", "Options", 7, lambda e: e.options, letter="o"),
            kinds.text("currency", "Ccy", 3, lambda e: e.currency, drop_order=5, letter="c"),
            kinds.price("price", "Price", lambda e: e.price, 11, drop_order=7, letter="p"),
            replace(
                kinds.amount("delta", "Net delta", lambda e: e.delta, 11, letter="d"),
                cell=self._delta,
            ),
            replace(
                kinds.amount(
                    "delta_value", "Delta in money", lambda e: e.delta_value, 14, drop_order=2,
                    letter="x",
                ),
                cell=self._delta_value,
            ),
            kinds.amount("gamma", "Net gamma", lambda e: e.gamma, 10, drop_order=9),
            kinds.amount("theta", "Theta/day", lambda e: e.theta, 10, drop_order=3),
            kinds.amount("vega", "Net vega", lambda e: e.vega, 10, drop_order=8),
            Column(
                key="without_greeks",
                title="No Greeks",
                cell=_without,
                width=9,
                align="right",
                sort_key=lambda e: e.without_greeks,
                drop_order=6,
            ),
            kinds.money("market_value", "Value", lambda e: e.market_value, letter="v"),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda e: e.unrealized_pnl, drop_order=10,
                letter="u",
            ),
            kinds.gain("daily_pnl", "Day P&L", lambda e: e.daily_pnl, drop_order=11),
            self.age_column(),
        )  # fmt: skip

    def _delta(self, row: ExposureView) -> Cell:
        return _in_part(self.session.format.amount(row.delta), row)

    def _delta_value(self, row: ExposureView) -> Cell:
        return _in_part(self.session.format.amount(row.delta_value), row)

    @override
    def together(self, held: Iterable[PositionView]) -> Sequence[ExposureView]:
        from qm_tui.queries.netting import exposures  # noqa: PLC0415 - brings SQLAlchemy

        return exposures(held)

    @override
    def key(self, row: ExposureView) -> Hashable:
        return row.underlying, row.currency

    @override
    def below(self, row: ExposureView) -> Page:
        from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

        scope = Scope(account=self.scope.account, as_of=self.scope.as_of, symbol=row.underlying)
        return PositionsScreen(self.session, (*self.trail, row.underlying), scope)


def _in_part(cell: Cell, row: ExposureView) -> Cell:
    """Mark a sum that lacks what some options add: in a narrow terminal nothing else says so."""
    if not row.without_greeks or cell == UNKNOWN:
        return cell
    return Cell(f"? {cell.text}", Tone.WARNING)


def _without(row: ExposureView) -> Cell:
    """How many positions are not in the sums of Greeks."""
    return Cell(f"{row.without_greeks:,}", Tone.WARNING if row.without_greeks else Tone.MUTED)
