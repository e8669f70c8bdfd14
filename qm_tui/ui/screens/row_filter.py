"""The filter of one table screen: the line one types into, and what it says."""

from collections.abc import Callable

from textual.screen import Screen


class RowFilter:
    """Opens and closes the line; whoever owns the rows applies the text."""

    def __init__(self, screen: Screen[None], apply: Callable[[str], None]) -> None:
        self.text = ""
        self._screen = screen
        self._apply = apply

    async def open(self) -> None:
        """Let the user type, in the line that is there already or in a new one."""
        # Here, because Textual's input costs as much as the whole table.
        from qm_tui.ui.widgets.filter_bar import FilterBar  # noqa: PLC0415

        bars = self._screen.query(FilterBar)
        if bars:
            bars.first().take_keyboard()
        else:
            await self._screen.mount(FilterBar(), after="#header")

    def set(self, text: str) -> None:
        """Show the rows that contain the text."""
        self.text = text
        self._apply(text)

    async def clear(self) -> None:
        """Show all rows again, and have the line gone."""
        if self.text:
            self.set("")
        await self._screen.query("FilterBar").remove()
