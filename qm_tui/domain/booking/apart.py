"""Books in a process of its own: groups come through standard input, results go to standard output.

`python -m qm_tui.domain.booking.apart` is started by whoever answers keys meanwhile. It loads
nothing but what booking needs, and ends with its input.
"""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from qm_tui.domain.booking.group import book_group, derived
from qm_tui.domain.booking.plain import PlainGroup, facts_of
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.rows import GroupRows, Row
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.pipes import tell, told, work_undisturbed

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a group is to be booked otherwise than it is stored."""

    view: View
    method: LotMethod | None = None
    """Instead of every account's own; all other switches stay as the user set them."""
    until: dt.date | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A group to book; without a how: as it is stored, answered by its rows."""

    group: PlainGroup
    how: How | None = None


class Piece(NamedTuple):
    """Some rows of an answer, which is behind them without any."""

    table: str
    rows: Sequence[Row]


def messages(answer: object) -> Iterator[object]:
    """Split what is long: whoever unpacks it does so between two keys."""
    if isinstance(answer, GroupRows):
        for table, rows in answer.rows.items():
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                yield Piece(table, rows[start : start + _ROWS_AT_ONCE])
        answer = replace(answer, rows={})
    yield answer


def replay(group: PlainGroup, how: How) -> Booked:
    """Book a group in one view."""
    (booked,) = book_group(
        facts_of(group),
        policy=replace(group.policy, method=how.method),
        views=(how.view,),
        until=how.until,
        explain=how.explain,
    )
    return booked


def done(task: Task) -> object:
    """Return the answer to a task."""
    return derived(task.group) if task.how is None else replay(task.group, task.how)


def main() -> int:
    """Be the child."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    work_undisturbed()
    try:
        while (task := told(source)) is not None:
            tell(out, messages(done(task)))
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    # Under its real name, so that what is pickled here is known by it there.
    from qm_tui.domain.booking.apart import main as run

    sys.exit(run())
