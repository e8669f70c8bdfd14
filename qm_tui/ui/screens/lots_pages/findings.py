"""What the engine saw and could not settle: for somebody to look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format, as_sentences
from qm_tui.ui.masked import masked
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import FindingView
    from qm_tui.store.reader import Reader


class Findings(LotsPage["FindingView"]):
    """Each with the row of the broker that it is about."""

    key = "f"
    name = "Findings"
    noun = ("finding", "findings")
    sorted_by = ("day", True)
    EMPTY: ClassVar[str] = "Nothing to look at: every fact could be booked."
    TELLS: ClassVar[bool] = True
    ENDS_AT_SOURCE: ClassVar[bool] = True

    @override
    def columns(self, form: Format, scope: Scope) -> "Sequence[Column[FindingView]]":
        kinds = Kinds["FindingView"](form)

        def said(finding: "FindingView", text: str | None) -> str | None:
            return text and masked(form, text, finding.symbol, finding.account)

        return (
            kinds.date("day", "Day", lambda f: f.day, letter="d"),
            kinds.text("symbol", "Symbol", 21, lambda f: f.symbol, letter="s"),
            *self.account(kinds, scope, 1),
            kinds.quantity("quantity", "Quantity", lambda f: f.quantity, 10, drop_order=2,
                           letter="q"),
            kinds.text(
                "words", "What", 44, lambda f: said(f, f.words), min_width=24, flexible=True,
                letter="k",
            ),
            kinds.text(
                "detail", "Detail", 40, lambda f: said(f, f.detail), min_width=20, drop_order=3
            ),
        )  # fmt: skip

    @override
    async def fetch(self, reader: "Reader", asked: Asked) -> "Sequence[FindingView]":
        from qm_tui.queries import lots  # noqa: PLC0415 - brings SQLAlchemy

        return await lots.findings(reader, asked.scope, view=asked.choice.view)

    @override
    def about(self, row: "FindingView") -> str:
        return f"{row.symbol} in {row.account}: {as_sentences(row.words, row.detail)}"
