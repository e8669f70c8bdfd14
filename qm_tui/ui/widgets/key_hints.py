"""The line of keys that work here."""

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style

from qm_tui.ui.widgets.bar import words


def key_hints(keys: Iterable[tuple[str, str, str]]) -> Content:
    """Keys with what they do; a click does it as well.

    Args:
        keys: The key as it is written, what it does in a word, and the action.
    """
    parts = [
        Content.assemble(words(key, "bold $accent"), " ", words(label, "$text-muted")).stylize(
            Style.from_meta({"@click": action})
        )
        for key, label, action in keys
    ]
    return Content("  ").join(parts)
