"""The three charts as lines of text: values over time, shares of it, gains around zero."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.queries.charts import Allocation, By, ChartsView, Slice, first_day
from qm_tui.queries.net_liquidation import APART, ValueSeries
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import MUTED, arrow, beside, gain, named, shown, tone_of, widest
from qm_tui.ui.pulse.worth import change, drawable
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.line_chart import Look, line_chart

RANGES: Mapping[str, dt.timedelta | None] = {
    "1 m": dt.timedelta(days=30),
    "3 m": dt.timedelta(days=91),
    "1 y": dt.timedelta(days=365),
    "5 y": dt.timedelta(days=5 * 365 + 1),
    "all": None,
}
GAINS = ("unrealized", "today")
_FULL = "█"
_EIGHTHS = " ▏▎▍▌▋▊▉"
_NAME = 14
_LONGEST_NAME = 24
_UNITS = ((1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k"))


# --- over time -------------------------------------------------------------------------------


def series_of(view: ChartsView) -> tuple[ValueSeries, ...]:
    """All accounts together where there are several, and each."""
    each = view.history.accounts
    return each if len(each) < 2 else (view.history.total, *each)


def draw_value(
    view: ChartsView, form: Format, today: dt.date, which: int, span: str, width: int, height: int
) -> Sequence[Content]:
    """Lines of net liquidation over time: the figures above, the line below."""
    found = series_of(view)
    if not found:
        return [words("nothing is known of the past yet", MUTED)]
    whole = found[which % len(found)]
    back = RANGES[span]
    begin = first_day(view.history, today) if back is None else today - back
    series = whole.since(begin)
    head = list(_about(view, series, form, width))
    known = [value for _, value in series.points if value is not None]
    style = STYLES[tone_of(change(series.points))] or "$primary"
    look = Look(style if len(known) > 1 else MUTED, MUTED, None if form.hidden else _Label(form))
    room = (width, height - len(head))
    drawn = line_chart(drawable(series.points), begin, today, APART, look, room)
    return [*head, *(drawn or [words("nothing is known of this time", MUTED)])]


def _about(view: ChartsView, series: ValueSeries, form: Format, width: int) -> Iterator[Content]:
    known = [value for _, value in series.points if value is not None]
    name = words(series.name, "bold")
    if not known:
        yield name
        return
    share = change(series.points)
    gained = Content.assemble(
        words(f"{arrow(share)} ", STYLES[tone_of(share)]),
        shown(form.change(share)),
        words(" with deposits", MUTED),
    )
    last = Content.assemble(
        shown(form.money(known[-1])).stylize("bold"), words(f" {series.currency or ''}", MUTED)
    )
    span = words(f"low {form.money(min(known)).text}   high {form.money(max(known)).text}", MUTED)
    left = Content("   ").join([name, last, gained])
    yield beside(left, span, width) if left.cell_length + span.cell_length < width else left
    notes = []
    if series.account is None and view.history.unconverted:
        notes.append(f"without {named(view.history.unconverted)}: no exchange rate")
    if series.account is None and view.history.begun:
        begun = [f"{who} from {day}" for who, day in view.history.begun]
        notes.append(f"with {named(begun)}")
    yield words(" · ".join(notes), MUTED)


class _Label:
    """Writes a value beside the axis: `312 k`, `1.25 M`."""

    def __init__(self, form: Format) -> None:
        self._form = form

    def __call__(self, value: float, step: float) -> str:
        size, unit = next(
            ((size, unit) for size, unit in _UNITS if max(abs(value), step) >= size), (1, "")
        )
        digits = 0
        while digits < 3 and round(step / size, digits) != round(step / size, 6):
            digits += 1
        exact = Decimal(repr(value / size))
        return f"{self._form.decimal(exact, digits=digits).text} {unit}".rstrip()


# --- in shares -------------------------------------------------------------------------------


def draw_allocation(
    view: ChartsView, form: Format, by: By, width: int, height: int
) -> Sequence[Content]:
    """Lines of what there is and what is owed, a bar each; what is small is summed at the end."""
    allocation = view.allocations[by]
    if not allocation.long and not allocation.short:
        return [words("nothing is held", MUTED)]
    head = Content.assemble(
        words("100 % is net liquidation, ", MUTED),
        shown(form.money(view.net)),
        words(f" {view.base_currency or ''}", MUTED),
    )
    notes = [head]
    if view.without_value:
        missing = form.count(view.without_value, "position", "positions")
        notes.append(words(f"without {missing} of unknown value", "$text-warning"))
    room = height - len(notes) - 1
    return [*notes, Content(), *_parts(allocation, form, width, room)]


def _parts(allocation: Allocation, form: Format, width: int, height: int) -> Iterator[Content]:
    sides = [side for side in (("long", allocation.long), ("short", allocation.short)) if side[1]]
    most = max(abs(one.value) for _, slices in sides for one in slices)
    lines = _shared([len(slices) for _, slices in sides], height - 2 * len(sides) + 1)
    for place, ((name, slices), room) in enumerate(zip(sides, lines, strict=True)):
        if place:
            yield Content()
        total = sum((one.value for one in slices), Decimal(0))
        shares = [one.share for one in slices if one.share is not None]
        share = sum(shares, Decimal(0)) if shares else None
        value = Content.assemble(shown(form.percent(share)), "  ", shown(form.money(total)))
        yield beside(words(name, "bold"), value, width)
        style = "$primary" if name == "long" else "$text-warning"
        yield from _bars(_cut_off(slices, form, room), form, most, style, width)


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """How many lines each gets: what it needs where that leaves the other enough."""
    if len(wanted) == 1:
        return [max(min(wanted[0], room), 1)]
    half = max(room // 2, 1)
    one, other = wanted
    if one <= half:
        return [one, max(min(other, room - one), 1)]
    if other <= half:
        return [max(min(one, room - other), 1), other]
    return [max(room - half, 1), half]


def _cut_off(slices: Sequence[Slice], form: Format, room: int) -> Sequence[Slice]:
    if len(slices) <= room:
        return slices
    told, rest = slices[: max(room - 1, 0)], slices[max(room - 1, 0) :]
    shares = [one.share for one in rest if one.share is not None]
    summed = Slice(
        name=f"{form.number(len(rest))} others",
        value=sum((one.value for one in rest), Decimal(0)),
        share=sum(shares, Decimal(0)) if shares else None,
    )
    return (*told, summed)


def _bars(
    slices: Sequence[Slice], form: Format, most: Decimal, style: str, width: int
) -> Iterator[Content]:
    names = min(max(widest([words(one.name) for one in slices]), _NAME), _LONGEST_NAME, width // 3)
    values = widest([shown(form.money(one.value)) for one in slices])
    shares = widest([shown(form.percent(one.share)) for one in slices])
    room = max(width - names - values - shares - 4, 1)
    for one in slices:
        name = words(one.name).truncate(names, ellipsis=True)
        share, value = shown(form.percent(one.share)), shown(form.money(one.value))
        length = min(abs(one.value) / most, Decimal(1)) if most else Decimal(0)
        bar = words(bar_of(float(length), room).ljust(room), style)
        yield Content.assemble(
            name, " " * (names - name.cell_length + 1), bar, " ",
            " " * (shares - share.cell_length), share, "  ",
            " " * (values - value.cell_length), value,
        )  # fmt: skip


def bar_of(share: float, width: int) -> str:
    """A bar of a share of the width, to an eighth of a cell; what there is at all is seen."""
    eighths = max(round(min(max(share, 0.0), 1.0) * width * 8), 1 if share > 0 else 0)
    full, rest = divmod(eighths, 8)
    return _FULL * full + (_EIGHTHS[rest] if rest else "")


# --- around zero -----------------------------------------------------------------------------


def draw_gains(
    view: ChartsView, form: Format, which: str, width: int, height: int
) -> Sequence[Content]:
    """Lines of what each underlying brought: losses to the left of zero, gains to the right."""
    bars, missing = (
        (view.unrealized, view.without_gain)
        if which == GAINS[0]
        else (view.daily, view.without_day)
    )
    if not bars:
        return [words("nobody knows a gain or loss", MUTED)]
    total = sum((value for _, value in bars), Decimal(0))
    head = Content.assemble(
        words(f"{which}  ", MUTED), gain(form, total), words(f" {view.base_currency or ''}", MUTED)
    )
    lines = [head]
    if missing:
        lacking = form.count(missing, "position", "positions")
        lines.append(words(f"without {lacking} of which it is not known", "$text-warning"))
    lines.append(Content())
    return [*lines, *_around_zero(_middle_out(bars, form, height - len(lines)), form, width)]


_Bars = Sequence[tuple[str, Decimal]]


def _middle_out(bars: _Bars, form: Format, room: int) -> _Bars:
    """The biggest gains and losses; what is between them is summed."""
    if len(bars) <= room:
        return bars
    ranked = sorted(bars, key=lambda bar: -abs(bar[1]))
    told, rest = ranked[: max(room - 1, 1)], ranked[max(room - 1, 1) :]
    summed = (f"{form.number(len(rest))} others", sum((value for _, value in rest), Decimal(0)))
    gains = sorted((bar for bar in told if bar[1] > 0), key=lambda bar: -bar[1])
    losses = sorted((bar for bar in told if bar[1] <= 0), key=lambda bar: -bar[1])
    return [*gains, summed, *losses]


def _around_zero(bars: _Bars, form: Format, width: int) -> Iterator[Content]:
    names = min(max(widest(words(name) for name, _ in bars), 6), _LONGEST_NAME, width // 3)
    values = widest(shown(form.gain(value)) for _, value in bars)
    room = max(width - names - values - 3, 2)
    up = max((float(value) for _, value in bars), default=0.0)
    up, down = max(up, 0.0), max(-min((float(value) for _, value in bars), default=0.0), 0.0)
    # Both sides by the same measure, or a small loss would look like a big one.
    left = round(room * down / (up + down)) if up + down else 0
    left = min(max(left, 1 if down else 0), room - (1 if up else 0))
    scale = max(up / max(room - left, 1), down / max(left, 1)) or 1.0
    for name, value in bars:
        style = STYLES[tone_of(value)]
        label = words(name).truncate(names, ellipsis=True)
        number = shown(form.gain(value))
        yield Content.assemble(
            label, " " * (names - label.cell_length + 1),
            *_bar_around(float(value) / scale, left, room - left, style),
            " " * (values - number.cell_length + 1), number,
        )  # fmt: skip


def _bar_around(cells: float, left: int, right: int, style: str) -> Iterable[Content]:
    if cells < 0:
        halves = max(round(-cells * 2), 1)
        bar = (("▐" if halves % 2 else "") + _FULL * (halves // 2))[-left:] if left else ""
        return (words(bar.rjust(left), style), words("│", MUTED), Content(" " * right))
    bar = bar_of(cells / right if right else 0.0, right)
    return (Content(" " * left), words("│", MUTED), words(bar.ljust(right), style))
