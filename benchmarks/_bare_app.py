"""The least there is to compare a start with: a Textual app with one table of twenty rows."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable
from typing_extensions import override


class BareApp(App[None]):
    @override
    def compose(self) -> ComposeResult:
        table: DataTable[str] = DataTable()
        table.add_columns("Account", "Broker", "Value")
        for number in range(20):
            table.add_row(f"A{number:07}", "IBKR", f"{number * 1234.56:,.2f}")
        yield table


if __name__ == "__main__":
    BareApp().run()
