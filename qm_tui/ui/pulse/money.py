"""Cash by currency, and how close accounts are to a margin call."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from qm_tui.queries.pulse_views import Margin, MarginUse, PulseView
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import MUTED, beside, meter, named, shown
from qm_tui.ui.widgets.bar import words

STYLES = {
    Margin.UNUSED: MUTED,
    Margin.COMFORTABLE: "$text-success",
    Margin.WATCHFUL: "$text-warning",
    Margin.HIGH: "$text-warning bold",
    Margin.CRITICAL: "$text-error bold",
}
WORDS = {
    Margin.UNUSED: "unused",
    Margin.COMFORTABLE: "comfortable",
    Margin.WATCHFUL: "keep an eye on it",
    Margin.HIGH: "high",
    Margin.CRITICAL: "close to a margin call",
}
_SHORT = {
    **WORDS,
    Margin.COMFORTABLE: "fine",
    Margin.WATCHFUL: "watch",
    Margin.CRITICAL: "critical",
}
_GRAVE = frozenset({Margin.HIGH, Margin.CRITICAL})


def draw_money(view: PulseView, form: Format, width: int, height: int) -> Sequence[Content]:
    """Lines for the panel: margin first where it is grave, cash as far as there is room."""
    margin = list(_margin(view, form, width, height))
    cash = list(_cash(view, form, width))
    room = max(height - len(margin), 1)
    if len(cash) > room:
        more = len(cash) - room + 1
        # One line alone is that of the sum: what it consists of has no room.
        rest = [words(f"and {more} more currencies", MUTED)] if room > 1 else []
        cash = [*cash[: max(room - 1, 1)], *rest]
    if len(cash) + len(margin) < height and cash and margin:
        margin = [Content(), *margin]
    return [*cash, *margin]


def _cash(view: PulseView, form: Format, width: int) -> Iterator[Content]:
    total = view.total_cash
    if len(view.cash) != 1 and total.value is not None:
        name = words(f"cash in all, {view.base_currency or ''}", MUTED)
        yield beside(name, shown(form.money(total.value)), width)
    for amount in view.cash:
        label = words(f"cash {amount.currency}" if len(view.cash) == 1 else amount.currency, MUTED)
        yield beside(label, shown(form.money(amount.value)), width)
    if not view.cash and total.value is None:
        yield words("cash —", MUTED)


def _margin(view: PulseView, form: Format, width: int, height: int) -> Iterator[Content]:
    whole = view.margin
    if whole.used is None:
        yield words("margin — no account tells it", MUTED)
        return
    # Where there is no room for who is missing it is said at least that it is not all.
    is_told = not whole.missing or height > 5
    yield _meter_line("margin" if is_told else "margin ?", whole, form, width)
    if height > 5:
        yield beside(words("used", MUTED), shown(form.money(whole.used)), width)
        yield beside(words("available", MUTED), shown(form.money(whole.available)), width)
    if whole.missing and is_told:
        yield words(f"without {named(whole.missing)}", "$text-warning")
    # Accounts do not help each other out: each has its own call.
    if len(view.margins) < 2:
        return
    if height > 8 + len(view.margins):
        yield Content()
        for use in view.margins:
            yield _meter_line(use.name, use, form, width)
    elif (worst := view.margins[0]).level in _GRAVE or height > 6:
        yield _meter_line(worst.name, worst, form, width)


def _meter_line(name: str, use: MarginUse, form: Format, width: int) -> Content:
    """`margin ━━━━━╌╌╌ 42 % comfortable`, with fewer words where there is less room."""
    if use.share is None or use.level is None:
        return beside(words(f"{name} ", MUTED), words("unknown", MUTED), width)
    style, share = STYLES[use.level], form.percent(use.share, digits=0).text
    label = words(name, MUTED).truncate(max(width // 3, 6), ellipsis=True)
    said = words(f"{share} {WORDS[use.level]}", style)
    room = width - label.cell_length - said.cell_length - 2
    if room < 6:
        said = words(f"{share} {_SHORT[use.level]}", style)
        room = width - label.cell_length - said.cell_length - 2
    if room < 3:
        return beside(label, said, width)
    return Content.assemble(label, " ", meter(use.share, room, style), " ", said)
