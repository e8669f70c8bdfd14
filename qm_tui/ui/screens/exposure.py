"""What each underlying stands for: itself and the options on it, over all accounts."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.grouping import underlying_of
from qm_tui.queries.position_views import ExposureView, PositionView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import UNKNOWN
from qm_tui.ui.screens.netted import NettedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.sum_words import figure
from qm_tui.ui.sums import known_sum
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_places import Figure


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
            _whole_or_marked(
                kinds.money("delta", "Net delta", lambda e: e.delta, 11, letter="d"),
                lambda e: e.without_greeks,
            ),
            _whole_or_marked(
                kinds.money(
                    "delta_value", "Delta in money", lambda e: e.delta_value, 14, drop_order=2,
                    letter="x",
                ),
                lambda e: e.without_greeks,
            ),
            kinds.money("gamma", "Net gamma", lambda e: e.gamma, 10, drop_order=9),
            kinds.money("theta", "Theta/day", lambda e: e.theta, 10, drop_order=3),
            kinds.money("vega", "Net vega", lambda e: e.vega, 10, drop_order=8),
            kinds.number(
                "without_greeks", "No Greeks", 9, lambda e: e.without_greeks,
                tone=Tone.WARNING, drop_order=6,
            ),
            _whole_or_marked(
                kinds.money("market_value", "Value", lambda e: e.market_value, letter="v"),
                lambda e: e.without_value,
            ),
            _whole_or_marked(
                kinds.gain(
                    "unrealized_pnl", "Unrealized", lambda e: e.unrealized_pnl, drop_order=10,
                    letter="u",
                ),
                lambda e: e.without_gain,
            ),
            _whole_or_marked(
                kinds.gain("daily_pnl", "Day P&L", lambda e: e.daily_pnl, drop_order=11),
                lambda e: e.without_day,
            ),
            self.age_column(),
        )  # fmt: skip

    @override
    def together(self, held: Iterable[PositionView]) -> Sequence[ExposureView]:
        from qm_tui.queries.netting import exposures  # noqa: PLC0415 - brings SQLAlchemy

        return exposures(held)

    @override
    def key(self, row: ExposureView) -> Hashable:
        return row.underlying, row.currency

    @override
    def row_of(self, view: PositionView) -> Hashable:
        return underlying_of(view), view.currency

    @override
    def more_sums(self, rows: Sequence[ExposureView]) -> Iterator[Content | Figure]:
        """Deltas and gammas of different underlyings do not add up; these do."""
        form = self.session.format
        unknown = form.unknown(sum(row.delta_value is None for row in rows))
        value = form.money(known_sum(row.delta_value for row in rows))
        yield figure("delta_value", "delta in money", value, unknown)
        if any(row.options for row in rows):
            theta = form.gain(known_sum(row.theta for row in rows))
            yield figure("theta", "theta/day", theta)
            yield figure("vega", "vega", form.money(known_sum(row.vega for row in rows)))
        if lacking := sum(row.without_greeks for row in rows):
            yield words(f"({form.number(lacking)} without Greeks)", "$text-warning")

    @override
    def below(self, row: ExposureView) -> Page:
        from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

        scope = Scope(account=self.scope.account, as_of=self.scope.as_of, symbol=row.underlying)
        return PositionsScreen(self.session, (*self.trail, row.underlying), scope)


def _whole_or_marked(
    column: Column[ExposureView], lacking: Callable[[ExposureView], int]
) -> Column[ExposureView]:
    """The same column; a sum that lacks some positions is marked: elsewhere nothing may say so."""
    write = column.cell

    def cell(row: ExposureView) -> Cell:
        whole = write(row)
        if whole == UNKNOWN or not lacking(row):
            return whole
        return Cell(f"? {whole.text}", Tone.WARNING)

    return replace(column, cell=cell)
