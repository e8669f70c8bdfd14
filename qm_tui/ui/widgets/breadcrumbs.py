"""Where one is: the screens one came through."""

from collections.abc import Sequence

from textual.content import Content

from qm_tui.ui.widgets.bar import words


def breadcrumbs(trail: Sequence[str]) -> Content:
    """The names of the screens from the first to this one."""
    *before, here = trail
    parts = [words(name, "$text-muted") for name in before]
    return words(" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "$text-muted").join(
        [*parts, words(here, "bold $primary")]
    )
