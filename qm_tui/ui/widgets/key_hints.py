"""The line of keys that work here."""

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style

from qm_tui.ui.widgets.bar import words

_APART = Content("  ")


def key_hints(keys: Iterable[tuple[str, str, str]]) -> Content:
    """Keys with what they do; a click does it as well.

    Args:
        keys: The key as it is written, what it does in a word, and the action.
    """
    return _APART.join(_part(*each) for each in keys)


def hints_that_fit(keys: Iterable[tuple[str, str, str]], room: int) -> Content:
    """The same, as many of the first as have room: none is cut in the middle."""
    said: list[Content] = []
    for each in keys:
        part = _part(*each)
        room -= part.cell_length + (_APART.cell_length if said else 0)
        if room < 0:
            break
        said.append(part)
    return _APART.join(said)


def _part(key: str, label: str, action: str) -> Content:
    return Content.assemble(words(key, "bold $accent"), " ", words(label, "$text-muted")).stylize(
        Style.from_meta({"@click": action})
    )
