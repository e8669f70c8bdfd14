"""The kinds of activity: their columns, and how each is asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.activity_views import CashView, InterestView, TradeView, TransferView
from qm_tui.queries.paging import Pages
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format
from qm_tui.ui.screens.activity_tab import Tab, account_column
from qm_tui.ui.screens.timeline import CorporateActions, Everything, OptionEvents
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class Trades(Tab[TradeView]):
    """Fills."""

    key = "t"
    name = "Trades"
    noun = ("trade", "trades")
    sorted_by = ("trade_date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[TradeView]]:
        kinds = Kinds[TradeView](form)
        return (
            kinds.date("trade_date", "Date", lambda t: t.trade_date, letter="d"),
            kinds.moment(
                "executed_at", "Executed", lambda t: t.executed_at, drop_order=10, letter="e"
            ),
            *account_column(kinds, scope),
            kinds.text("symbol", "Symbol", 21, lambda t: t.symbol, letter="s"),
            kinds.text(
                "description",
                "Description",
                24,
                lambda t: t.description,
                drop_order=9,
                min_width=12,
                flexible=True,
            ),
            kinds.text("open_close", "O/C", 5, lambda t: t.open_close, drop_order=4),
            kinds.quantity("quantity", "Quantity", lambda t: t.quantity, min_width=9, letter="q"),
            kinds.price("price", "Price", lambda t: t.price, min_width=10, letter="p"),
            kinds.amount("proceeds", "Proceeds", lambda t: t.proceeds, min_width=10, letter="r"),
            kinds.amount("commission", "Commission", lambda t: t.commission, 10, drop_order=5),
            kinds.text("currency", "Ccy", 3, lambda t: t.currency, drop_order=3, letter="c"),
            kinds.gain(
                "realized_pnl", "Realized", lambda t: t.realized_pnl, drop_order=6, letter="g"
            ),
            kinds.text("exchange", "Exchange", 9, lambda t: t.exchange, drop_order=11),
            kinds.text("codes", "Codes", 6, lambda t: t.codes, drop_order=12),
            kinds.text(
                "broker_trade_id", "Broker's id", 12, lambda t: t.broker_trade_id, drop_order=13
            ),
        )

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[TradeView]:
        from qm_tui.queries.activity import trades  # noqa: PLC0415 - brings SQLAlchemy

        return trades(reader, scope, order)


class Cash(Tab[CashView]):
    """Money that moved other than by a trade."""

    key = "c"
    name = "Cash"
    noun = ("movement", "movements")
    sorted_by = ("date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[CashView]]:
        kinds = Kinds[CashView](form)
        return (
            kinds.date("date", "Date", lambda c: c.date, letter="d"),
            *account_column(kinds, scope),
            kinds.word("type", "Type", 17, lambda c: c.type, letter="y"),
            kinds.text(
                "symbol", "Symbol", 21, lambda c: c.symbol, drop_order=3, min_width=8, letter="s"
            ),
            kinds.text("currency", "Ccy", 3, lambda c: c.currency, letter="c"),
            kinds.gain("amount", "Amount", lambda c: c.amount, 13, letter="m"),
            kinds.text(
                "description",
                "Description",
                40,
                lambda c: c.description,
                min_width=16,
                flexible=True,
                drop_order=1,
            ),
            kinds.text("broker_type", "Broker's type", 24, lambda c: c.broker_type, drop_order=4),
            kinds.text("broker_id", "Broker's id", 12, lambda c: c.broker_id, drop_order=5),
        )

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[CashView]:
        from qm_tui.queries.activity import cash  # noqa: PLC0415 - brings SQLAlchemy

        return cash(reader, scope, order)


class Transfers(Tab[TransferView]):
    """Holdings and cash that came or went."""

    key = "x"
    name = "Transfers"
    noun = ("transfer", "transfers")
    sorted_by = ("date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[TransferView]]:
        kinds = Kinds[TransferView](form)
        return (
            kinds.date("date", "Date", lambda t: t.date, letter="d"),
            *account_column(kinds, scope),
            kinds.text("direction", "Dir.", 4, _arrow, letter="r"),
            kinds.text("type", "Type", 9, lambda t: t.type, drop_order=4, letter="y"),
            kinds.text("symbol", "Symbol", 21, lambda t: t.symbol, min_width=8, letter="s"),
            kinds.quantity("quantity", "Quantity", lambda t: t.quantity, letter="q"),
            kinds.amount("cash_amount", "Cash", lambda t: t.cash_amount, drop_order=1, letter="m"),
            kinds.money(
                "cost_basis", "Cost basis", lambda t: t.cost_basis, drop_order=5, letter="b"
            ),
            kinds.money("market_value", "Value", lambda t: t.market_value, drop_order=6),
            kinds.text("currency", "Ccy", 3, lambda t: t.currency, letter="c", drop_order=3),
            kinds.text("counterparty", "Counterparty", 14, lambda t: t.counterparty, drop_order=7),
            kinds.text(
                "description",
                "Description",
                24,
                lambda t: t.description,
                drop_order=8,
                min_width=12,
                flexible=True,
            ),
            kinds.text("broker_id", "Broker's id", 12, lambda t: t.broker_id, drop_order=9),
        )

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[TransferView]:
        from qm_tui.queries.activity import transfers  # noqa: PLC0415 - brings SQLAlchemy

        return transfers(reader, scope, order)


class Interest(Tab[InterestView]):
    """Interest accrued over a period."""

    key = "i"
    name = "Interest"
    noun = ("accrual", "accruals")
    sorted_by = ("to_date", True)

    @override
    def columns(self, form: Format, scope: Scope) -> Sequence[Column[InterestView]]:
        kinds = Kinds[InterestView](form)
        return (
            kinds.date("from_date", "From", lambda i: i.from_date, letter="f", drop_order=3),
            kinds.date("to_date", "To", lambda i: i.to_date, letter="d"),
            *account_column(kinds, scope),
            kinds.text(
                "type", "Type", 24, lambda i: i.type, min_width=12, letter="y", flexible=True
            ),
            kinds.text("currency", "Ccy", 3, lambda i: i.currency, letter="c"),
            kinds.money("principal", "Principal", lambda i: i.principal, letter="p", drop_order=1),
            kinds.price("rate", "Rate", lambda i: i.rate, 11, letter="r"),
            kinds.gain("accrued", "Accrued", lambda i: i.accrued, letter="m"),
            kinds.text("broker_id", "Broker's id", 12, lambda i: i.broker_id, drop_order=4),
        )

    @override
    def ask(self, reader: "Reader", scope: Scope, order: Order) -> Pages[InterestView]:
        from qm_tui.queries.activity import interest  # noqa: PLC0415 - brings SQLAlchemy

        return interest(reader, scope, order)


def _arrow(transfer: TransferView) -> str:
    return f"{'←' if transfer.direction == 'out' else '→'} {transfer.direction}"


TABS: dict[str, Tab[Any]] = {
    tab.key: tab
    for tab in (
        Everything(), Trades(), Cash(), Transfers(), Interest(), CorporateActions(), OptionEvents()
    )
}  # fmt: skip
