"""Screens of positions that can be shown under headings, and remember how."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.grouping import GroupBy
from qm_tui.queries.position_views import PositionView
from qm_tui.ui.row_groups import RowGroups, letters
from qm_tui.ui.screens.narrowed import NarrowedScreen
from qm_tui.ui.session import Session
from qm_tui.ui.ways_to_group import FLAT
from qm_tui.ui.widgets.headings import Sum
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.row_source import RowSource

V = TypeVar("V", bound=PositionView)

_OF_ACCOUNTS = frozenset({GroupBy.ACCOUNT, GroupBy.BROKER, GroupBy.CATEGORY})
"""What all positions of one account have in common."""


class GroupedScreen(NarrowedScreen[V]):
    """Subclasses say by what, and what the headings say."""

    WAYS: ClassVar[tuple[GroupBy, ...]] = ()
    """How rows can be grouped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "group", "Group", id="positions.group"),
    ]

    groups: RowGroups[V]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self._group_is_known = False
        super().__init__(session, trail, scope)

    def heading(self, rows: Sequence[V]) -> Mapping[str, Sum]:
        """What stands in the columns of a heading, of the rows below it as they are now."""
        raise NotImplementedError

    def make_groups(self, source: LiveSource[V]) -> None:
        """Let the rows of a source be grouped."""
        self.groups = RowGroups(source, self.heading)

    @override
    def shown_source(self) -> RowSource[V]:
        return self.groups.source

    @property
    def ways(self) -> Sequence[GroupBy]:
        """How the rows can be grouped: not by what those of one account have in common."""
        return [by for by in self.WAYS if not (self.scope.account and by in _OF_ACCOUNTS)]

    def forget_headings(self) -> None:
        """Have headings in sight reckoned again: now and then, for each looks at all its rows."""
        if (grouped := self.groups.grouped) is None:
            return
        grouped.update_headings()
        self.table.update_indexes(
            index
            for index in self.table.visible_rows
            if index < len(grouped) and grouped.row(index) is None
        )

    # What the user chooses

    def action_group(self) -> None:
        """Ask by what rows are grouped."""
        from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - when asked for

        self.app.push_screen(LetterDialog("group by", letters(self.ways)), self._choose_group)

    def _choose_group(self, chosen: str | None) -> None:
        if chosen is None:
            return
        self.group_by(chosen)
        kept = self.session.kept.keep(self._kept_as, None if chosen == FLAT else chosen)
        self.run_worker(kept, group="preferences", exit_on_error=False)

    def group_by(self, chosen: object) -> None:
        """Group rows otherwise; by what there is no way of here they are not grouped."""
        self._group_is_known = True
        by = next((by for by in self.ways if by.value == chosen), None)
        if by is self.groups.by:
            return
        self.groups.choose(by)
        if self.loaded is not None:
            self.table.show(self.groups.source)
            self._show_heading()
            self.show_frame()

    def _show_heading(self) -> None:
        """Have the heading of the cursor's row in sight, if it is just above."""
        top = self.table.cursor_index - 1
        if self.groups.grouped is not None and self.table.scroll_offset.y > top >= 0:
            self.table.scroll_to(y=top, animate=False)

    # What is remembered

    @property
    def _kept_as(self) -> str:
        return f"group.{self.view_name}{'.account' if self.scope.account else ''}"

    def recall_group(self) -> None:
        """Group as the user did the last time, at once or when that is known."""
        if self._group_is_known:
            return
        if self.session.kept.is_read:
            self.group_by(self.session.kept.get(self._kept_as))
        else:
            self._group_is_known = True
            self.run_worker(self._read_group(), group="views", exit_on_error=False)

    async def _read_group(self) -> None:
        await self.session.first_rows.wait()
        await self.session.kept.read()
        if self.groups.by is None:
            self.group_by(self.session.kept.get(self._kept_as))

    @override
    def view_state(self) -> Mapping[str, Any]:
        by = self.groups.by
        return {**super().view_state(), "group": FLAT if by is None else by.value}

    @override
    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        super().restore_view_state(state)
        self.group_by(state.get("group"))

    @override
    def wishes(self) -> list[str]:
        by = self.groups.by
        return [*super().wishes(), *([] if by is None else [f"by {by.value}"])]
