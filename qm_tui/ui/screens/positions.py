"""What is held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Scope
from qm_tui.queries.grouping import GroupBy, WeightOf
from qm_tui.queries.position_views import PositionView
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.heading_sums import position_heading
from qm_tui.ui.screens.charted import Charted
from qm_tui.ui.screens.holdings import HoldingsScreen, dimmed
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steps
from qm_tui.ui.sum_words import position_sum
from qm_tui.ui.sums import (
    PositionSum,
    Weighed,
    as_stored,
    base_sum,
    known_sum,
    of_one_day,
    position_sums,
    weight_part,
)
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.headings import Sum as HeadingSum
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook
    from qm_tui.store.reader import Reader

_SIDES = ("all", "long", "short")
_WHOLE = {WeightOf.ACCOUNT: "of the account", WeightOf.ALL: "of all"}


class PositionsScreen(Charted, HoldingsScreen[PositionView]):
    """Positions of all accounts, or of one."""

    WAYS: ClassVar[tuple[GroupBy, ...]] = (
        GroupBy.ACCOUNT,
        GroupBy.UNDERLYING,
        GroupBy.TYPE,
        GroupBy.BROKER,
        GroupBy.CATEGORY,
        GroupBy.CURRENCY,
    )
    noun = ("position", "positions")
    EMPTY: ClassVar[str] = "No positions. Press I to import a statement."
    sorted_by = ("symbol", False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L", "side", "Long/short", id="positions.side"),
        Binding("T", "closed", "Closed today", id="positions.closed"),
        Binding("percent_sign", "weight", "Weight of", id="positions.weight", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self.side = "all"
        self.shows_closed = False
        self.weight_of = WeightOf.ACCOUNT if scope.account else WeightOf.ALL
        super().__init__(session, trail, scope)

    @override
    def columns(self) -> Sequence[Column[PositionView]]:
        kinds = Kinds[PositionView](self.session.format)
        account = kinds.text(
            "account", "Account", 10, lambda p: p.account, min_width=9, drop_order=2, letter="a"
        )
        made = (
            kinds.text("symbol", "Symbol", 21, lambda p: p.symbol, letter="s"),
            *(() if self.scope.account else (account,)),
            kinds.text(
                "description",
                "Description",
                24,
                lambda p: p.description,
                drop_order=9,
                min_width=12,
                flexible=True,
            ),
            kinds.word(
                "instrument_type",
                "Type",
                13,
                lambda p: p.instrument_type,
                drop_order=11,
                letter="t",
            ),
            kinds.quantity("quantity", "Quantity", lambda p: p.quantity, min_width=9, letter="q"),
            kinds.text("currency", "Ccy", 3, lambda p: p.currency, drop_order=4, letter="c"),
            kinds.price("average_cost", "Avg. cost", lambda p: p.average_cost, drop_order=8),
            kinds.price(
                "market_price", "Price", lambda p: p.market_price, drop_order=3, letter="p"
            ),
            kinds.money(
                "cost_basis", "Cost basis", lambda p: p.cost_basis, drop_order=7, letter="b"
            ),
            kinds.money(
                "market_value", "Value", lambda p: p.market_value, min_width=11, letter="v"
            ),
            self._weight_column(),
            kinds.gain(
                "unrealized_pnl", "Unrealized", lambda p: p.unrealized_pnl, min_width=11, letter="u"
            ),
            kinds.gain("daily_pnl", "Day P&L", lambda p: p.daily_pnl, drop_order=5, letter="d"),
            kinds.gain("realized_pnl", "Realized", lambda p: p.realized_pnl, drop_order=10),
            self.broken_column(),
            self.age_column(),
        )
        return [dimmed(column) for column in made]

    def _weight_column(self) -> Column[PositionView]:
        return Column(
            key="weight",
            title="Weight",
            cell=lambda p: self.session.format.percent(self._weight(p)),
            width=7,
            align="right",
            sort_key=self._weight,
            drop_order=6,
            letter="w",
            field=Field(key="weight", kind=Kind.NUMBER, value=self._weight),
        )

    def _weight(self, position: PositionView) -> Decimal | None:
        if self.weighing is None or not position.quantity:
            return None
        return self.weighing.weight(position, self.weight_of)

    @override
    async def stored(self, reader: "Reader") -> Sequence[PositionView]:
        from qm_tui.queries.positions import positions  # noqa: PLC0415 - brings SQLAlchemy

        rows = await positions(reader, self.scope)
        if (live := self.live) is None:
            return rows
        from qm_tui.queries.arrivals import arrivals  # noqa: PLC0415 - when something is live

        return [*rows, *await arrivals(rows, live, self.scope)]

    @override
    def now(self, row: PositionView, live: "LiveBook") -> PositionView:
        from qm_tui.queries.live import position_now  # noqa: PLC0415 - when something is live

        return position_now(row, live)

    @override
    async def closed(
        self, reader: "Reader", held: Sequence[PositionView]
    ) -> Sequence[PositionView]:
        if not self.shows_closed:
            return ()
        from qm_tui.queries.closings import closed_today  # noqa: PLC0415 - brings SQLAlchemy

        return await closed_today(
            reader, self.scope, held, today=self.session.today, live=self.live
        )

    # What the user wants to see

    @override
    def more_fields(self) -> Sequence[Field]:
        days = Field(key="days_to_expiry", kind=Kind.NUMBER, value=self._days_to_expiry)
        return (*super().more_fields(), days)

    def _days_to_expiry(self, position: PositionView) -> int | None:
        return None if position.expiry is None else (position.expiry - self.session.today).days

    @override
    def wants(self, row: PositionView) -> bool:
        if self.side == "long" and row.quantity < 0:
            return False
        if self.side == "short" and row.quantity > 0:
            return False
        return super().wants(row)

    @override
    def wishes(self) -> list[str]:
        sides = [] if self.side == "all" else [f"{self.side} only"]
        closed = ["with closed"] if self.shows_closed else []
        return [*sides, *closed, *super().wishes()]

    @override
    def view_state(self) -> Mapping[str, Any]:
        more = {"side": self.side, "closed": self.shows_closed, "weight": self.weight_of.value}
        return {**super().view_state(), **more}

    @override
    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        side, weight = state.get("side"), state.get("weight")
        self.side = side if side in _SIDES else "all"
        self.weight_of = next((of for of in WeightOf if of.value == weight), self.weight_of)
        super().restore_view_state(state)
        wants_closed = state.get("closed") is True
        if wants_closed is not self.shows_closed:
            self.shows_closed = wants_closed
            self.action_reload()

    def action_side(self) -> None:
        """Show what is long, then what is short, then all again."""
        self.side = _SIDES[(_SIDES.index(self.side) + 1) % len(_SIDES)]
        self.select_again()

    def action_closed(self) -> None:
        """Show also what was closed today, or not any more."""
        self.shows_closed = not self.shows_closed
        self.action_reload()

    def action_weight(self) -> None:
        """Weigh by the account, or by all of them."""
        is_all = self.weight_of is WeightOf.ALL
        self.weight_of = WeightOf.ACCOUNT if is_all else WeightOf.ALL
        self.notify(f"Weight: share {_WHOLE[self.weight_of]}.", timeout=3, markup=False)
        self.redraw()

    # The sums

    @override
    def weigh(self) -> Iterable[Weighed]:
        if (live := self.live) is None:
            return map(as_stored, self.source.shown)
        from qm_tui.queries.live import worth_now  # noqa: PLC0415 - when something is live

        return (Weighed(row, *worth_now(live, row)) for row in self.source.shown)

    @override
    def sums(self, weighed: Sequence[Weighed]) -> Steps[Sequence[Sum]]:
        held = of_one_day([each for each in weighed if each.view.quantity])
        yield
        by_currency = position_sums(held)
        yield
        if (weighing := self.weighing) is None:
            return self._told(by_currency, weighed)
        apart = self.weight_of is WeightOf.ACCOUNT and len(_accounts(held)) > 1
        weight = weight_part(held, weighing, self.weight_of, apart=apart)
        yield
        if [each.currency for each in by_currency] == [weighing.base]:
            return self._told([replace(by_currency[0], weight=weight)], weighed)
        if held and weighing.base is not None:
            by_currency.append(replace(base_sum(held, weighing), weight=weight))
            yield
        return self._told(by_currency, weighed)

    def _told(self, sums: Sequence[PositionSum], weighed: Sequence[Weighed]) -> Sequence[Sum]:
        form, closed = self.session.format, self._about_closed(weighed)
        if not sums and closed:
            return [Sum(name=Content(""), parts=closed)]
        last = len(sums) - 1
        return [
            position_sum(
                each, form, f"weight {_WHOLE[self.weight_of]}", closed if place == last else ()
            )
            for place, each in enumerate(sums)
        ]

    def _about_closed(self, weighed: Sequence[Weighed]) -> Sequence[Content]:
        """What closing brought today."""
        closed = [each.view for each in weighed if not each.view.quantity]
        if not closed:
            return ()
        realized = known_sum(self._in_sum(view) for view in closed)
        lacking = sum(view.realized_pnl is None for view in closed)
        form = self.session.format
        label = f"{form.count(len(closed), 'position')} closed today, realized"
        return (labeled(label, form.gain(realized), form.unknown(lacking)),)

    def _in_sum(self, view: PositionView) -> Decimal | None:
        """What closing brought, in the base currency if there is one."""
        if self.weighing is None or self.weighing.base is None:
            return view.realized_pnl
        return self.weighing.in_base(view, view.realized_pnl)

    @override
    def heading(self, rows: Sequence[PositionView]) -> Mapping[str, HeadingSum]:
        held = [row for row in rows if row.quantity]
        return position_heading(held, self.session.format, self.weighing, self.weight_of)

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.nothing(self.EMPTY)
        return self.nothing(
            "No open positions are stored for this account. t shows its trades and cash."
        )


def _accounts(held: Iterable[Weighed]) -> set[tuple[str, str]]:
    return {(each.view.broker, each.view.account) for each in held}
