"""The sums below gains."""

from collections.abc import Iterable

from qm_tui.ui.format import Format
from qm_tui.ui.lot_sums import GainSum
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sum_lines import Sum


def gain_foot(sums: Iterable[GainSum], form: Format) -> list[Sum]:
    """Net gains by how the accounts are taxed; what could not be summed is counted."""
    return [_sum(each, form) for each in sums]


def _sum(each: GainSum, form: Format) -> Sum:
    parts = [
        labeled("net", form.gain(each.total), form.unknown(each.unknown)),
        labeled("short", form.gain(each.short)),
        labeled("long", form.gain(each.long)),
    ]
    if each.section_1256:
        parts.append(labeled("60/40", form.gain(each.section_1256)))
    if each.disallowed:
        parts.append(labeled("washed", form.amount(each.disallowed)))
    return Sum(name=words(f"Σ {each.tax_treatment or 'all'} USD  ", "bold $accent"), parts=parts)
