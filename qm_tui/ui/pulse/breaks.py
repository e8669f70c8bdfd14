"""What does not add up: how much of it, how grave, and the worst with what led to it."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.queries.pulse_views import Breaks, PulseView
from qm_tui.ui.break_words import SIGNS, cause_of, explained, subject_of
from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import MUTED, beside, in_width, short_symbol, shown, widest
from qm_tui.ui.widgets.bar import words

STYLES = {"major": "$text-error", "minor": "$text-warning", "dust": MUTED}
_WORST = 3
_ROOMY = 8
"""Lines from which on more of them are told."""


def draw_breaks(view: PulseView, form: Format, width: int, height: int) -> Sequence[Content]:
    """Lines for the panel."""
    breaks = view.breaks
    if breaks is None:
        return [words("not reconciled yet", MUTED), words("needs positions and history", MUTED)]
    if not breaks.open:
        what = "what can be compared" if breaks.unknown else "everything"
        return [words(f"✓ {what} adds up", "$text-success"), *_silent(breaks, form)]
    count = _WORST if height < _ROOMY else height - 2
    return [_counts(breaks, form, width), *_worst(breaks.worst[:count], form, width, height)]


def _silent(breaks: Breaks, form: Format) -> Iterator[Content]:
    if breaks.dust:
        yield words(f"· {form.number(breaks.dust)} too small to matter", MUTED)
    if breaks.unknown:
        yield words(f"? {form.number(breaks.unknown)} cannot be compared", MUTED)


def _counts(breaks: Breaks, form: Format, width: int) -> Content:
    parts = [
        words(f"{SIGNS[name]} {form.number(number)} {name}", STYLES[name])
        for name, number in (
            ("major", breaks.major), ("minor", breaks.minor), ("dust", breaks.dust)
        )
        if number
    ]  # fmt: skip
    said = words("  ").join(parts)
    # Dust goes first where there is no room: nobody has to do anything about it.
    return said if said.cell_length <= width else words("  ").join(parts[:2])


def _worst(
    found: Sequence[DiscrepancyView], form: Format, width: int, height: int
) -> Iterator[Content]:
    # Where there is room, a sentence says what a word only names.
    is_roomy = height >= _ROOMY + len(found)
    names = [words(plain(short_symbol(subject_of(one))), "bold") for one in found]
    # Causes stand below each other, unless one name is very long.
    column = min(widest(names), width // 3)
    for one, name in zip(found, names, strict=True):
        sign = words(f"{SIGNS.get(one.severity, '·')} ", STYLES.get(one.severity, MUTED))
        what = name if name.cell_length > column else in_width(name, column)
        left = Content.assemble(sign, what, words(f"  {cause_of(one)}", MUTED))
        value = shown(form.amount(one.currency_value))
        has_room = width - value.cell_length > left.cell_length
        yield beside(left, value, width) if has_room else left
        if is_roomy and width >= 50:
            yield words(f"    {explained(form, one)}", MUTED)
