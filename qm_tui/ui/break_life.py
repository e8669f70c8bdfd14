"""What became of a discrepancy, line by line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from qm_tui.queries.discrepancy_views import DiscrepancyEventView, DiscrepancyView
from qm_tui.ui.break_words import CAUSES
from qm_tui.ui.cell import plain
from qm_tui.ui.format import HIDDEN, Format

_MOST = 5
"""Events that are told; of more, the first and the last ones."""
_EVENTS = {
    "opened": "first seen",
    "changed": "changed",
    "closed": "closed by itself",
    "reopened": "there again",
    "decided": "decided",
}


def life_of(
    form: Format, row: DiscrepancyView, events: Sequence[DiscrepancyEventView]
) -> list[str]:
    """Say when it was first seen, what changed, when it was closed and came again.

    Args:
        form: how times and numbers are written.
        row: what it is about.
        events: all, the oldest first.
    """
    if not events:
        return [f"{form.moment(row.first_seen).text}  first seen", _last_seen(form, row)]
    told = list(events)
    left_out = len(told) - _MOST
    if left_out > 0:
        told = [told[0], *told[-(_MOST - 1) :]]
    lines = [_line(form, event) for event in told]
    if left_out > 0:
        lines.insert(1, f"{'':<19}  … {left_out} more …")
    return lines if row.closed_at is not None else [*lines, _last_seen(form, row)]


def _last_seen(form: Format, row: DiscrepancyView) -> str:
    return f"{form.moment(row.last_seen).text}  last seen"


def _line(form: Format, event: DiscrepancyEventView) -> str:
    what = _EVENTS.get(event.event, plain(event.event))
    parts = [what, _difference(form, event.before, event.after)]
    if event.event != "opened":
        parts.append(_cause(event))
    if event.reason:
        parts.append(plain(event.reason))
    return f"{form.moment(event.at).text}  {', '.join(filter(None, parts))}"


def _difference(
    form: Format, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> str:
    was, now = before.get("difference"), after.get("difference")
    if now is None or was == now:
        return ""
    said = f"{_number(form, was)} → {_number(form, now)}" if was is not None else _number(form, now)
    return f"difference {said}"


def _number(form: Format, text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return plain(text)
    return HIDDEN.text if form.hidden else form.exactly(value)


def _cause(event: DiscrepancyEventView) -> str:
    was, now = event.before.get("cause"), event.after.get("cause")
    if now is None or was == now:
        return ""
    return f"cause: {CAUSES[now][0] if now in CAUSES else plain(now)}"
