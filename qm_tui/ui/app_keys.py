"""The keys that work on every screen; every id can be given another key in the configuration."""

from textual.binding import Binding

KEYS = (
    Binding("I,ctrl+o", "import", "Import", id="app.import"),
    Binding("0", "show('pulse')", "Pulse", id="show.pulse"),
    Binding("1", "show('accounts')", "Accounts", id="show.accounts"),
    Binding("2", "show('positions')", "Positions", id="show.positions"),
    Binding("3", "show('options')", "Options", id="show.options"),
    Binding("4", "show('lots')", "Lots", id="show.lots"),
    Binding("5", "show('discrepancies')", "Discrepancies", id="show.discrepancies"),
    Binding("6", "show('activity')", "Activity", id="show.activity"),
    Binding("7", "show('syncs')", "Syncs", id="show.syncs"),
    Binding("E,ctrl+e", "show('errors')", "Errors", id="show.errors", show=False),
    Binding("R,ctrl+r", "resync_all", "Sync everything", id="app.reload", show=False),
    # The capital too: some screens have a page of that letter.
    Binding("p,P", "pause", "Pause or resume updates", id="app.pause", show=False),
    Binding("semicolon", "jump", "Jump to any pane", id="app.jump", show=False),
    Binding("ctrl+b,alt+left", "travel(-1)", "Back in history", id="history.back", show=False),
    Binding(
        "ctrl+f,alt+right", "travel(1)", "Forward in history", id="history.forward", show=False
    ),
    Binding("dollar_sign", "toggle_amounts", "Hide or show amounts", id="app.amounts", show=False),
    Binding("question_mark", "help", "Help", id="app.help", show=False),
    Binding("f1", "tour", "Help; in the demo a tour of it", id="app.tour", show=False),
    Binding("ctrl+p", "command_palette", "Palette", id="app.palette", show=False, priority=True),
    # Not with the one above: that goes before what is typed into a line.
    Binding("colon", "command_palette", "Palette", id="app.commands", show=False),
    Binding("ctrl+z", "suspend_process", "To the shell, until fg", id="app.suspend", show=False),
    Binding("q", "leave", "Quit", id="app.quit", show=False),
    Binding("ctrl+q", "quit", "Quit", id="app.quit-always", show=False, priority=True),
)
