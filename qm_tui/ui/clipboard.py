"""Copying by way of the terminal, which does not say whether it has taken anything."""

from collections.abc import Mapping

from textual.screen import Screen

from qm_tui.ui.format import size

MOST = 74_000
"""Bytes: terminals take some 100,000 characters, and what is sent is a third longer than this."""
_INSTEAD = "e writes a file instead."
_REFUSES = {
    "linux": "The Linux console has no clipboard",
    "dumb": "This terminal has no clipboard",
    "Apple_Terminal": "Apple's Terminal takes nothing into the clipboard",
}


def refusal(terminal: Mapping[str, str], length: int = 0) -> str | None:
    """Say why this terminal is known not to take a text; None where it may.

    Args:
        terminal: the environment, as far as it tells of the terminal.
        length: of the text, in bytes.
    """
    if length > MOST:
        return f"{size(length)} are more than a terminal's clipboard takes"
    if "STY" in terminal and "TMUX" not in terminal:
        return "GNU screen hands nothing on to the clipboard"
    named = (terminal.get("TERM", ""), terminal.get("TERM_PROGRAM", ""))
    return next((_REFUSES[name] for name in named if name in _REFUSES), None)


def copy(screen: Screen[None], terminal: Mapping[str, str], text: str, what: str) -> None:
    """Send a text to the clipboard, and say as much as is known about where it went.

    Args:
        screen: whose user is told.
        terminal: see `refusal`.
        text: what is copied.
        what: what that is, in a word or two: `3 rows`.
    """
    reason = refusal(terminal, len(text.encode(errors="replace")))
    if reason is not None:
        says = f"{reason}: {what} not copied. {_INSTEAD}"
        screen.notify(says, severity="warning", timeout=6, markup=False)
        return
    screen.app.copy_to_clipboard(text)
    if "TMUX" in terminal:
        says = f"{what} sent to tmux, which hands it on if its set-clipboard is on."
    else:
        says = f"{what} sent to the terminal's clipboard."
    screen.notify(says[0].upper() + says[1:], timeout=3, markup=False)
