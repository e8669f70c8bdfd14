"""Losses that were disallowed, and what they were added to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from qm_tui.domain.booking.words import AdjustmentKind
from qm_tui.domain.selection import Scope
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format, as_sentences
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import AdjustmentView
    from qm_tui.store.reader import Reader


class Adjustments(LotsPage["AdjustmentView"]):
    """Wash sales, each with the lot that took the loss over."""

    key = "a"
    name = "Adjustments"
    noun = ("adjustment", "adjustments")
    sorted_by = ("day", True)
    EMPTY: ClassVar[str] = "No loss was disallowed in this view."
    TELLS: ClassVar[bool] = True

    @override
    def columns(self, form: Format, scope: Scope) -> "Sequence[Column[AdjustmentView]]":
        kinds = Kinds["AdjustmentView"](form)
        return (
            kinds.date("day", "Day", lambda a: a.day, letter="d"),
            kinds.text("symbol", "Symbol", 21, lambda a: a.symbol, letter="s"),
            *self.account(kinds, scope, 1),
            kinds.text(
                "words",
                "What",
                34,
                lambda a: a.words,
                min_width=16,
                drop_order=2,
                letter="k",
                flexible=True,
            ),
            kinds.date("sold_on", "Loss of", lambda a: a.sold_on, drop_order=3, letter="l"),
            kinds.quantity("quantity", "Quantity", lambda a: a.quantity, 10, letter="q"),
            kinds.amount("amount", "Disallowed", lambda a: a.amount, 11, letter="m"),
            kinds.text("currency", "Ccy", 3, lambda a: a.currency, drop_order=5),
            kinds.amount("amount_usd", "in USD", lambda a: a.amount_usd, 11, drop_order=6),
            kinds.text("to_account", "Bought in", 10, lambda a: a.to_account, drop_order=4),
        )

    @override
    async def fetch(self, reader: "Reader", asked: Asked) -> "Sequence[AdjustmentView]":
        from qm_tui.queries import lots  # noqa: PLC0415 - brings SQLAlchemy

        return await lots.adjustments(reader, asked.scope, view=asked.choice.view)

    @override
    def about(self, row: "AdjustmentView") -> str:
        loss = f"the loss is of {row.sold_on} in {row.account}"
        return as_sentences(row.words, loss, _whereto(row))


def _whereto(row: "AdjustmentView") -> str | None:
    if row.to_account is None:
        return None
    if row.kind == AdjustmentKind.PERMANENT_WASH_SALE:
        return f"the replacement was bought in {row.to_account}"
    return f"added to the basis of a lot in {row.to_account}"
