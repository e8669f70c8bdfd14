"""All that happened on one line of time, and two kinds that are rare: a tab for each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.activity_views import CorporateActionView, HappeningView, OptionEventView
from qm_tui.queries.paging import Pages
from qm_tui.ui.activity_words import amount_of, kind_of, type_word, what_of
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.screens.activity_tab import Tab, account_column
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class Everything(Tab[HappeningView]):
    """Trades, cash, transfers, interest, corporate actions and option events."""

    key = "a"
    name = "All"
    noun = ("happening", "happenings")
    sorted_by = ("date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[HappeningView]]:
        kinds = Kinds[HappeningView](form)
        return (
            kinds.date("date", "Date", lambda h: h.date, letter="d"),
            kinds.moment(
                "occurred_at", "Time", lambda h: h.occurred_at, drop_order=9, letter="e"
            ),
            *account_column(kinds, scope, drop_order=2),
            Column(
                key="type", title="Kind", cell=kind_of, width=14, min_width=12, letter="y",
                sort_key=lambda h: h.type,
            ),
            kinds.text("symbol", "Symbol", 21, lambda h: h.symbol, letter="s"),
            kinds.text(
                "description", "What", 24, what_of, min_width=12, flexible=True, letter="w",
                drop_order=5,
            ),
            kinds.quantity("quantity", "Quantity", lambda h: h.quantity, min_width=9, letter="q"),
            kinds.price("price", "Price", lambda h: h.price, drop_order=6, letter="p"),
            Column(
                key="amount", title="Amount", width=12, min_width=10, align="right", letter="m",
                wordless=True,
                cell=lambda h: amount_of(form, h), sort_key=lambda h: h.amount,
            ),
            kinds.text("currency", "Ccy", 3, lambda h: h.currency, letter="c", drop_order=3),
            kinds.amount(
                "cost_basis", "Cost basis", lambda h: h.cost_basis, drop_order=10, letter="b"
            ),
            kinds.text("broker_id", "Broker's id", 12, lambda h: h.broker_id, drop_order=11),
        )  # fmt: skip

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[HappeningView]:
        from qm_tui.queries.timeline import timeline  # noqa: PLC0415 - brings SQLAlchemy

        return timeline(reader, scope, order)

    @override
    def row_key(self, row: Any) -> tuple[str, int]:
        return row.kind, row.id


class CorporateActions(Tab[CorporateActionView]):
    """Splits, mergers, spin-offs and what else companies do."""

    key = "d"
    name = "Actions"
    noun = ("corporate action", "corporate actions")
    sorted_by = ("date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[CorporateActionView]]:
        kinds = Kinds[CorporateActionView](form)
        return (
            kinds.date("date", "Date", lambda a: a.date, letter="d"),
            *account_column(kinds, scope),
            kinds.text("type", "Type", 14, lambda a: type_word(a.type), letter="y"),
            kinds.text("symbol", "Symbol", 21, lambda a: a.symbol, min_width=10, letter="s"),
            kinds.quantity("quantity", "Quantity", lambda a: a.quantity, letter="q"),
            kinds.amount("proceeds", "Proceeds", lambda a: a.proceeds, drop_order=4, letter="r"),
            kinds.amount("amount", "Amount", lambda a: a.amount, drop_order=7, letter="m"),
            kinds.amount("value", "Value", lambda a: a.value, drop_order=8, letter="v"),
            kinds.amount(
                "cost_basis", "Cost basis", lambda a: a.cost_basis, drop_order=6, letter="b"
            ),
            kinds.text("currency", "Ccy", 3, lambda a: a.currency, letter="c", drop_order=3),
            kinds.gain(
                "realized_pnl", "Realized", lambda a: a.realized_pnl, drop_order=9, letter="g"
            ),
            kinds.text(
                "description", "Description", 40, lambda a: a.description, min_width=16,
                flexible=True, drop_order=1,
            ),
            kinds.text("broker_type", "Broker's type", 13, lambda a: a.broker_type, drop_order=10),
            kinds.text("broker_id", "Broker's id", 12, lambda a: a.broker_id, drop_order=11),
        )  # fmt: skip

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[CorporateActionView]:
        from qm_tui.queries.activity import corporate_actions  # noqa: PLC0415 - see above

        return corporate_actions(reader, scope, order)


class OptionEvents(Tab[OptionEventView]):
    """Exercises, assignments, expiries, and what they delivered."""

    key = "n"
    name = "Options"
    noun = ("option event", "option events")
    sorted_by = ("date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[OptionEventView]]:
        kinds = Kinds[OptionEventView](form)
        return (
            kinds.date("date", "Date", lambda e: e.date, letter="d"),
            *account_column(kinds, scope),
            kinds.text("type", "Type", 12, lambda e: type_word(e.type), letter="y"),
            kinds.text("symbol", "Symbol", 21, lambda e: e.symbol, letter="s"),
            kinds.quantity("quantity", "Quantity", lambda e: e.quantity, letter="q"),
            kinds.price("price", "Price", lambda e: e.price, drop_order=3, letter="p"),
            kinds.amount("proceeds", "Proceeds", lambda e: e.proceeds, letter="r", drop_order=1),
            kinds.amount("commission", "Commission", lambda e: e.commission, 10, drop_order=7),
            kinds.amount(
                "cost_basis", "Cost basis", lambda e: e.cost_basis, drop_order=5, letter="b"
            ),
            kinds.gain(
                "realized_pnl", "Realized", lambda e: e.realized_pnl, drop_order=4, letter="g"
            ),
            kinds.text("currency", "Ccy", 3, lambda e: e.currency, letter="c", drop_order=6),
            kinds.text(
                "description", "Description", 24, lambda e: e.description, min_width=12,
                flexible=True, drop_order=8,
            ),
            kinds.price("market_price", "Closed at", lambda e: e.market_price, drop_order=9),
            kinds.text("broker_id", "Broker's id", 12, lambda e: e.broker_id, drop_order=10),
        )  # fmt: skip

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[OptionEventView]:
        from qm_tui.queries.activity import option_events  # noqa: PLC0415 - see above

        return option_events(reader, scope, order)
