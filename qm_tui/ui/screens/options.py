"""Options that are held, with their Greeks: what they react to, and how strongly."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from typing_extensions import override

from qm_tui.domain.conditions import Kind
from qm_tui.queries.grouping import GroupBy
from qm_tui.queries.position_views import OptionView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.format import UNKNOWN, age
from qm_tui.ui.heading_sums import option_heading, value_of_delta
from qm_tui.ui.option_sums import OptionSum, option_sums
from qm_tui.ui.screens.holdings import HoldingsScreen, dimmed
from qm_tui.ui.steadily import Steps
from qm_tui.ui.sum_words import figure
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.headings import Sum as HeadingSum
from qm_tui.ui.widgets.sum_lines import Sum
from qm_tui.ui.widgets.sum_places import Figure

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook
    from qm_tui.domain.records import Position
    from qm_tui.store.reader import Reader

_RIGHTS = {"C": "call", "P": "put"}
_SOON = 7
"""Days to expiry from which on they stand out."""
_OLD = dt.timedelta(minutes=15)
"""Greeks that were told so long ago are of other prices."""
_GREEKS = frozenset(
    {"delta", "gamma", "theta", "vega", "rho", "implied_volatility", "delta_value"}
    | {f"position_{name}" for name in ("delta", "gamma", "theta", "vega")}
)


class OptionsScreen(HoldingsScreen[OptionView]):
    """Options of all accounts, or of one; what expires soonest stands first."""

    WAYS: ClassVar[tuple[GroupBy, ...]] = (
        GroupBy.UNDERLYING,
        GroupBy.EXPIRY,
        GroupBy.ACCOUNT,
        GroupBy.CURRENCY,
    )
    noun = ("option", "options")
    EMPTY: ClassVar[str] = "No options are held."
    sorted_by = ("expiry", False)

    @override
    def columns(self) -> Sequence[Column[OptionView]]:
        kinds = Kinds[OptionView](self.session.format)
        status = self.broken_column(), self.age_column()
        columns = (*self._contract(kinds), *self._worth(kinds), *self._reacts(kinds))
        return [dimmed(self._aged(column)) for column in (*columns, *status)]

    def _contract(self, kinds: Kinds[OptionView]) -> Sequence[Column[OptionView]]:
        """What was agreed."""
        account = kinds.text(
            "account", "Account", 10, lambda o: o.account, drop_order=10, letter="a"
        )
        return (
            kinds.text("underlying", "Under", 6, _underlying, letter="u", flexible=True),
            *(() if self.scope.account else (account,)),
            kinds.date("expiry", "Expiry", lambda o: o.expiry, letter="e"),
            Column(
                key="days_to_expiry",
                title="Days",
                cell=self._days,
                width=6,
                align="right",
                sort_key=lambda o: o.days_to_expiry,
                drop_order=2,
            ),
            kinds.price("strike", "Strike", lambda o: o.strike, 9, min_width=8, letter="k"),
            kinds.text(
                "right", "C/P", 4, lambda o: _RIGHTS.get(o.right or "", o.right), letter="r"
            ),
            Column(
                key="moneyness",
                title="In",
                cell=_moneyness,
                width=3,
                sort_key=inside,
                drop_order=3,
                field=Field(key="moneyness", kind=Kind.TEXT, value=lambda o: _moneyness(o).text),
            ),
            kinds.text("symbol", "Contract", 21, lambda o: o.symbol, drop_order=20),
            kinds.quantity("multiplier", "Mult.", lambda o: o.multiplier, 8, drop_order=18),
        )

    def _worth(self, kinds: Kinds[OptionView]) -> Sequence[Column[OptionView]]:
        """What is held of it, and what that is worth."""
        return (
            kinds.quantity("quantity", "Quantity", lambda o: o.quantity, 8, letter="q"),
            kinds.price(
                "market_price", "Mark", lambda o: o.market_price, 9, min_width=8, letter="m"
            ),
            kinds.money(
                "market_value", "Value", lambda o: o.market_value, 12, drop_order=9, letter="v"
            ),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda o: o.unrealized_pnl, 12, drop_order=11
            ),
            kinds.gain("daily_pnl", "Day P&L", lambda o: o.daily_pnl, 11, drop_order=16),
        )

    def _reacts(self, kinds: Kinds[OptionView]) -> Sequence[Column[OptionView]]:
        """What it reacts to: of one unit as quoted, and of the whole position."""
        greek, money = kinds.greek, kinds.money
        return (
            Column(
                key="implied_volatility",
                title="IV",
                cell=self._volatility,
                width=7,
                align="right",
                sort_key=lambda o: o.implied_volatility,
                drop_order=5,
                letter="i",
            ),
            greek("delta", "Delta", lambda o: o.delta, 3, 7, letter="d"),
            greek("gamma", "Gamma", lambda o: o.gamma, 4, 8, drop_order=12),
            greek("theta", "Theta", lambda o: o.theta, 3, 8, drop_order=7),
            greek("vega", "Vega", lambda o: o.vega, 3, 8, drop_order=13),
            greek("rho", "Rho", lambda o: o.rho, 3, 8, drop_order=21),
            money("position_delta", "Pos. delta", lambda o: o.position_delta, 10, drop_order=4),
            money("delta_value", "Delta value", value_of_delta, 12, drop_order=15),
            money("position_gamma", "Pos. gamma", lambda o: o.position_gamma, 10, drop_order=17),
            money("position_theta", "Theta/day", lambda o: o.position_theta, 10, drop_order=6),
            money("position_vega", "Pos. vega", lambda o: o.position_vega, 10, drop_order=14),
            Column(
                key="greeks_as_of",
                title="Greeks",
                cell=self._source,
                width=19,
                min_width=17,
                sort_key=lambda o: o.greeks_as_of,
                drop_order=8,
            ),
        )

    def _aged(self, column: Column[OptionView]) -> Column[OptionView]:
        """The same column, less bright where Greeks are old."""
        if column.key not in _GREEKS:
            return column
        write = column.cell

        def cell(option: OptionView) -> Cell:
            written = write(option)
            return Cell(written.text, Tone.STALE) if self._is_old(option) else written

        return replace(column, cell=cell)

    def _is_old(self, option: OptionView) -> bool:
        told = option.greeks_as_of
        return told is not None and self.session.context.now() - told > _OLD

    def _source(self, option: OptionView) -> Cell:
        """Whose Greeks they are, and how old."""
        if option.greeks_as_of is None:
            return UNKNOWN
        old = age(self.session.context.now(), option.greeks_as_of)
        text = f"{'? ' if self._is_old(option) else ''}{option.greeks_source} {old}"
        return Cell(f"{text} delayed", Tone.WARNING) if option.delayed else Cell(text, Tone.MUTED)

    def _days(self, option: OptionView) -> Cell:
        if option.days_to_expiry is None:
            return UNKNOWN
        days = self.session.format.number(option.days_to_expiry)
        return Cell(f"! {days}", Tone.WARNING) if option.days_to_expiry <= _SOON else Cell(days)

    def _volatility(self, option: OptionView) -> Cell:
        return self.session.format.percent(option.implied_volatility)

    @override
    async def stored(self, reader: "Reader") -> Sequence[OptionView]:
        from qm_tui.queries.options import options  # noqa: PLC0415 - brings SQLAlchemy

        return await options(reader, self.scope, today=self.session.today)

    @override
    def now(self, row: OptionView, live: "LiveBook") -> OptionView:
        from qm_tui.queries.options import option_now  # noqa: PLC0415 - see above

        return option_now(row, live)

    @override
    def age_of(self, row: OptionView) -> Cell:
        cell = super().age_of(row)
        return Cell(f"d {cell.text}", Tone.WARNING) if row.delayed and not row.stale else cell

    @override
    def belongs(self, pushed: "Position") -> bool:
        from qm_tui.domain.instruments import EquityOption, FutureOption  # noqa: PLC0415

        return super().belongs(pushed) and isinstance(
            pushed.instrument, EquityOption | FutureOption
        )

    @override
    def weigh(self) -> Iterable[OptionView]:
        return self.source.shown_now

    @override
    def sums(self, weighed: Sequence[OptionView]) -> Steps[Sequence[Sum]]:
        yield
        return [self._sum(each) for each in option_sums(weighed)]

    def _sum(self, each: OptionSum) -> Sum:
        form = self.session.format
        parts: list[Content | Figure] = [
            figure(
                "market_value", "value", form.money(each.market_value),
                form.unknown(each.without_value),
            ),
            figure(
                "unrealized_pnl", "unrealized", form.gain(each.unrealized_pnl),
                form.unknown(each.without_gain),
            ),
            figure("delta_value", "delta in money", form.money(each.delta_value)),
            figure("position_theta", "theta/day", form.gain(each.theta)),
            figure("position_vega", "vega", form.money(each.vega)),
        ]  # fmt: skip
        if each.without_greeks:
            parts.append(
                words(f"({form.number(each.without_greeks)} without Greeks)", "$text-warning")
            )
        if each.delayed:
            parts.append(words(f"({form.number(each.delayed)} delayed)", "$text-warning"))
        return Sum(name=words(f"Σ {each.currency or 'no currency'}  ", "bold $accent"), parts=parts)

    @override
    def heading(self, rows: Sequence[OptionView]) -> Mapping[str, HeadingSum]:
        held = [row for row in rows if row.quantity]
        return option_heading(held, self.session.format, self.weighing)

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.nothing(self.EMPTY)
        return self.nothing("This account holds no options.")


def _underlying(option: OptionView) -> str:
    return option.underlying or option.symbol


def inside(option: OptionView) -> Decimal | None:
    """By what share of the strike an option is in the money, negative out of it."""
    price, strike = option.underlying_price, option.strike
    if price is None or not strike or option.right not in _RIGHTS:
        return None
    return (price - strike if option.right == "C" else strike - price) / strike


def _moneyness(option: OptionView) -> Cell:
    share = inside(option)
    if share is None:
        return UNKNOWN
    if not share:
        return Cell("ATM")
    # What is short and in the money may be assigned.
    tone = Tone.WARNING if option.quantity < 0 else Tone.ACCENT
    return Cell("ITM", tone) if share > 0 else Cell("OTM", Tone.MUTED)
