from textual.app import App, ComposeResult
from textual.content import Content
from typing_extensions import override

from qm_tui.ui.widgets.panel import Panel


class OnePanel(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.panel = Panel("Worth", lambda _width, _height: [Content("1,000 USD")], id="worth")

    @override
    def compose(self) -> ComposeResult:
        yield self.panel


async def test_a_panel_is_drawn_again_only_when_its_title_or_lines_are_others() -> None:
    app = OnePanel()
    async with app.run_test(size=(40, 6)) as pilot:
        panel = app.panel
        panel.name_key("1")
        await pilot.pause()
        assert not panel._dirty_regions
        panel.name_key("1")
        panel.entitle("Worth")
        assert not panel.bring_up_to_date()
        assert not panel._dirty_regions
        panel.entitle("Cash")
        assert panel._dirty_regions
        assert panel.border_title == "[bold $accent]1[/bold $accent] Cash"
