"""What to do next, when something is wrong: the gravest first, each with the screen it leads to."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from qm_tui.domain.health import Health, LinkState
from qm_tui.queries.pulse_views import Margin, PulseView
from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format, age
from qm_tui.ui.link_words import WORDS
from qm_tui.ui.pulse.lines import named
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.sync_views import StatusView

_OLD = dt.timedelta(days=4)
"""Longer than a weekend and a holiday."""
_LONGEST = 200


class Step(NamedTuple):
    """Something to look at."""

    gravity: int
    """0 is the gravest."""
    text: str
    mode: str
    """The screen that says more."""
    key: str
    """Of that screen."""


def next_steps(
    view: PulseView | None,
    health: Sequence[Health],
    status: "StatusView | None",
    now: dt.datetime,
    form: Format,
) -> list[Step]:
    """Return what is wrong, the gravest first; nothing where all is well."""
    found = list(_of_links(health))
    if view is not None:
        found += _of_book(view, form)
    if not health and status is not None and status.newest_as_of is not None:
        old = now - status.newest_as_of
        if old > _OLD:
            said = f"data is {age(now, status.newest_as_of)} old: I imports a newer statement"
            found.append(Step(2, said, "syncs", "7"))
    return sorted(found, key=lambda step: step.gravity)


def _of_links(health: Sequence[Health]) -> Iterator[Step]:
    for each in health:
        if each.state is LinkState.REFUSED:
            gravity = 0
        elif each.state in {LinkState.WAITING, LinkState.STALE}:
            gravity = 1
        elif each.lacking:
            gravity = 2
        else:
            continue
        said = plain(each.says[:_LONGEST]) or WORDS[each.state][1]
        yield Step(gravity, f"{plain(each.connection)}: {said}", "syncs", "7")
    # Of a second monitor that is all of them, and what the first one brings is shown here, too.
    leased = [plain(each.connection) for each in health if each.state is LinkState.LEASED]
    if leased:
        yield Step(2, f"another program syncs {named(leased, 3)}", "syncs", "7")


def _of_book(view: PulseView, form: Format) -> Iterator[Step]:
    worst = view.margins[0] if view.margins else None
    if worst is not None and worst.level in {Margin.HIGH, Margin.CRITICAL}:
        words_ = "is close to a margin call" if worst.level is Margin.CRITICAL else "is high"
        gravity = 0 if worst.level is Margin.CRITICAL else 2
        yield Step(gravity, f"margin of {plain(worst.name)} {words_}", "accounts", "1")
    over = sum(one.days < 0 for one in view.expiring)
    if over:
        said = f"{form.count(over, 'option has', 'options have')} expired and is still held"
        if over > 1:
            said = said.replace(" is ", " are ")
        yield Step(1, said, "options", "3")
    today = [one for one in view.expiring if not one.days]
    inside = sum(one.in_the_money is True for one in today)
    if today:
        said = f"{form.count(len(today), 'option expires', 'options expire')} today"
        said += f", {form.number(inside)} in the money" if inside else ""
        yield Step(1 if inside else 3, said, "options", "3")
    if view.breaks is not None and view.breaks.major:
        said = form.count(view.breaks.major, "major discrepancy", "major discrepancies")
        yield Step(1, f"{said} between broker and book", "discrepancies", "5")
    if view.stale:
        said = form.count(view.stale, "position was", "positions were")
        yield Step(2, f"{said} not confirmed by the newest answer", "positions", "2")
    if view.unconverted:
        names = ", ".join(sorted(set(view.unconverted.values()) - {""}))
        untold = named([who for who, money in view.unconverted.items() if not money])
        lacks = [f"no exchange rate for {plain(names)}"] if names else []
        lacks += [f"no base currency told of {plain(untold)}"] if untold else []
        yield Step(3, f"{' and '.join(lacks)}: sums go without", "accounts", "1")


def draw_steps(steps: Sequence[Step], form: Format, width: int, height: int) -> Sequence[Content]:
    """As many lines as there are steps, one behind the other where there is one line only."""
    lines = []
    for step in steps[:height]:
        sign, style = ("▲", "$text-error") if step.gravity < 2 else ("△", "$text-warning")
        key = Content.assemble(" →", words(f" {step.key} ", "bold $accent"))
        said = Content.assemble(words(f"{sign} ", style), words(step.text))
        # Where it leads to is said in any case.
        said = said.truncate(max(width - key.cell_length, 1), ellipsis=True)
        lines.append(Content.assemble(said, key))
    if len(steps) > height and lines:
        more = words(f"  and {form.number(len(steps) - height)} more", "$text-muted")
        last = lines[-1].truncate(max(width - more.cell_length, 1), ellipsis=True)
        lines[-1] = Content.assemble(last, more)
    return lines
