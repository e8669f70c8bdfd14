"""Screens whose rows are marked where something does not add up, and that can show only these."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Scope
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.feeds import ListFeed
from qm_tui.ui.screens.past import PastScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

V = TypeVar("V")

_WHOLE = Cell("")
_TONES = {"major": Tone.ERROR, "minor": Tone.WARNING}
_RANK = {"major": 0, "minor": 1}


class NarrowedScreen(PastScreen[V]):
    """Holds all rows that were read, and shows those that the user wants to see."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("exclamation_mark", "broken", "Only broken", id="rows.broken", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self.only_broken = False
        self.broken: Mapping[tuple[str, int], str] = {}
        """(account, instrument) → how grave it is that something does not add up."""
        self._all: Sequence[tuple[V, V]] = ()
        super().__init__(session, trail, scope)

    # What subclasses say

    def severity(self, row: V) -> str | None:
        """How grave it is that something of a row does not add up; None where all does."""
        raise NotImplementedError

    def wants(self, row: V) -> bool:
        """Whether the user wants to see a row, as it is now."""
        return not self.only_broken or self.severity(row) is not None

    def wishes(self) -> list[str]:
        """What of the rows is shown, in words for the header."""
        return ["broken only"] if self.only_broken else []

    def put(self, rows: Sequence[V], now: Sequence[V]) -> None:
        """Have rows shown in the place of those before."""
        raise NotImplementedError

    # The rows

    async def read_broken(self, reader: "Reader") -> None:
        """Read what does not add up: of now; a former day is not judged."""
        from qm_tui.queries.discrepancies import broken  # noqa: PLC0415 - brings SQLAlchemy

        found = {} if self.scope.as_of is not None else await broken(reader)
        # A cent is no reason to look twice.
        self.broken = {place: how for place, how in found.items() if how in _RANK}

    def wanted(self, pairs: Sequence[tuple[V, V]]) -> tuple[list[V], list[V]]:
        """Keep rows that were read, each with what it is now; those the user wants to see."""
        self._all = pairs
        found = [pair for pair in pairs if self.wants(pair[1])]
        return [row for row, _ in found], [now for _, now in found]

    def select_again(self) -> None:
        """Show what the user wants to see now, of the rows that were read."""
        if self.loaded is None:
            return
        rows, now = self.wanted(self._all)
        if isinstance(self.feed, ListFeed):
            self.feed.total = len(rows)
        self.put(rows, now)
        self.filter.again()
        self.say_why_empty()
        self.show_frame()

    @override
    def summary(self) -> str:
        return " · ".join(filter(None, [super().summary(), *self.wishes()]))

    @override
    def view_state(self) -> Mapping[str, Any]:
        return {**super().view_state(), "broken": self.only_broken}

    @override
    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        super().restore_view_state(state)
        self.only_broken = state.get("broken") is True
        self.select_again()

    def action_broken(self) -> None:
        """Show only rows with something that does not add up, or all again."""
        self.only_broken = not self.only_broken
        self.select_again()

    @override
    def say_why_empty(self) -> None:
        super().say_why_empty()
        if self._all and self.wishes() and not self.filter.text:
            self.table.empty = f"None of them: {', '.join(self.wishes())}. The same key shows all."

    def broken_column(self) -> Column[V]:
        """A sign where something does not add up."""
        return Column(
            key="broken",
            title="!",
            cell=self._sign,
            width=1,
            sort_key=lambda row: _RANK.get(self.severity(row) or ""),
            field=Field(
                key="broken", kind=Kind.FLAG, value=lambda row: self.severity(row) is not None
            ),
        )

    def _sign(self, row: V) -> Cell:
        severity = self.severity(row)
        return _WHOLE if severity is None else Cell("!", _TONES.get(severity, Tone.WARNING))
