"""What the status bar says: connections, how old the data is, the last import, what runs."""

import datetime as dt
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from qm_tui.ui.format import Format, age, count
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.sync_views import StatusView

_APART = words("  ·  ", "$text-muted")
_STALE_AFTER = dt.timedelta(days=2)


def about_the_data(
    status: "StatusView | None", now: dt.datetime, form: Format, room: int
) -> Content:
    """The left side: from where, how old, how much; what has no room is left out."""
    if status is None:
        return words("Opening the store…", "$text-muted")
    if status.empty:
        return words("○ no data yet", "$text-warning")
    parts = [_connections(status, now)]
    if status.open_breaks is not None:
        style = "$text-error" if status.open_breaks else "$text-success"
        parts.append(
            words(form.count(status.open_breaks, "open discrepancy", "open discrepancies"), style)
        )
    # Last what a narrow terminal can do without.
    parts.append(words(form.count(status.accounts, "account"), "$text-muted"))
    if status.last_run_at is not None:
        parts.append(words(f"last import {age(now, status.last_run_at)} ago", "$text-muted"))
    said = _APART.join(parts)
    while said.cell_length > room and len(parts) > 1:
        said = _APART.join(parts := parts[:-1])
    return said


def about_the_program(
    under_way: str | None,
    *,
    demo: bool,
    hidden: bool,
    paused: str | None = None,
    errors: int = 0,
) -> Content:
    """The right side: what runs, and what is not as usual."""
    parts = [words(under_way, "$text-accent")] if under_way else []
    if errors:
        click = Style.from_meta({"@click": "app.show('errors')"})
        parts.append(words(f"! {count(errors, 'error')}: E", "bold $text-error").stylize(click))
    if paused:
        parts.append(words(f"‖ {paused}", "bold $text-warning"))
    if hidden:
        parts.append(words("amounts hidden", "$text-warning"))
    if demo:
        parts.append(Content.styled(" DEMO ", "$warning reverse bold"))
    return Content("  ").join(parts)


def _connections(status: "StatusView", now: dt.datetime) -> Content:
    newest = status.newest_as_of
    fresh = newest is not None and now - newest < _STALE_AFTER
    names = ", ".join(status.connections) or "store"
    data = "no balances" if newest is None else f"data {age(now, newest)} old"
    sign = words("●", "$text-success") if fresh else words("◐", "$text-warning")
    return Content.assemble(sign, " ", words(names), words(f"  {data}", "$text-muted"))
