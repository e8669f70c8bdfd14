"""Where one is: the screens one came through, each a click away."""

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style

from qm_tui.ui.widgets.bar import words


def breadcrumbs(trail: Sequence[str]) -> Content:
    """The names of the screens from the first to this one."""
    *before, here = trail
    parts = [
        words(name, "$text-muted").stylize(Style.from_meta({"@click": f"app.climb({number})"}))
        for number, name in enumerate(before, 1)
    ]
    return words(" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "$text-muted").join(
        [*parts, words(here, "bold $primary")]
    )
