"""Splits that nobody told, and after which was traded: what they would leave is what there is.

Where all that is held was split, the quantities are in the ratio. What was bought or sold later
hides it; the broker's cost, or its lots, and the prices before and after show it again. What is
less than a share may have been paid in cash.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.reconciliation.case import Case, Suspicion, held, suspicion
from qm_tui.domain.reconciliation.discrepancy import evidence
from qm_tui.domain.reconciliation.replay import ZERO, nominal
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.splits import (
    SHARES,
    USUAL_RATIOS,
    price_fits,
    split_ratio,
    written,
)
from qm_tui.domain.reconciliation.what_if import can_prove, leaves, split_after, untold_trade_fits
from qm_tui.domain.reconciliation.words import SPLITS, Cause

_RATIOS = [(ratio, float(ratio)) for usual in sorted(USUAL_RATIOS) for ratio in (usual, 1 / usual)]
_TWO = 2
_MOST = 60
"""Places that are tried, the last ones."""


class _Split(NamedTuple):
    last: Movement
    """The last one that is counted in old shares."""
    before: Decimal
    ratio: Fraction
    more: Decimal
    fraction: Decimal

    @property
    def rank(self) -> tuple[bool, bool]:
        """Order by what companies like best."""
        return max(self.ratio, 1 / self.ratio) not in USUAL_RATIOS, bool(self.fraction)


def split_proven(case: Case) -> Suspicion | None:
    """A split somewhere between the trades leaves just the lots, or the cost, of the broker."""
    if case.holding.instrument.type not in SHARES or abs(case.difference) < 1:
        return None
    if any(each.type in SPLITS and case.may_be(each) for each in case.counted):
        return None
    if not can_prove(case):
        return None
    proven = (each for each in _possible(case) if _is_proven(case, each))
    best = min(proven, key=lambda each: each.rank, default=None)
    return None if best is None or untold_trade_fits(case) else _said(case, best)


def _possible(case: Case) -> Iterator[_Split]:
    steps = [step for step in case.replay.running() if nominal(step[0]) <= case.as_of]
    for each, before in reversed(steps[-_MOST:]):
        left = before + case.difference
        if not before or left * before <= 0:
            continue
        ratio = Fraction(left) / Fraction(before)
        if split_ratio(ratio):
            yield _Split(each, before, ratio, case.difference, ZERO)
        elif left == left.to_integral_value():
            yield from (_Split(each, before, *one) for one in _cut(before, left))


def _cut(before: Decimal, left: Decimal) -> Iterator[tuple[Fraction, Decimal, Decimal]]:
    """Yield the ratios after which so many whole shares are left, with what came and was paid."""
    held, near = float(abs(before)), float(abs(left))
    for ratio, roughly in _RATIOS:
        if not -1 < held * roughly - near < _TWO:
            continue
        after = before * ratio.numerator / ratio.denominator
        if 0 < abs(after) - abs(left) < 1:
            yield ratio, after - before, after - left


def _is_proven(case: Case, split: _Split) -> bool:
    if not _prices_fit(case, split):
        return False
    off = ZERO
    if split.fraction:
        share = abs(split.fraction / (split.before + split.more))
        off = 2 * share * abs(case.position.cost_basis or ZERO)
    movements = split_after(case, split.last, split.more, split.fraction)
    return bool(leaves(case, movements, off))


def _prices_fit(case: Case, split: _Split) -> bool:
    """Whether the price changed then as such a split makes it; it has to be known."""
    at = nominal(split.last)
    traded = [each for each in case.counted if each.price and each.kind is MovementKind.TRADE]
    before = [each.price for each in traded if nominal(each) <= at]
    after = [each.price for each in traded if nominal(each) > at]
    last, first = (before or [None])[-1], (after or [case.position.market_price])[0]
    if not last or not first:
        return False
    return price_fits(last, first, split.ratio)


def _said(case: Case, split: _Split) -> Suspicion:
    says = (
        f"A split {written(split.ratio)} of the {held(split.before, case.symbol)} of "
        f"{split.last.day} leaves what the broker has, and the price fits: no split is in our facts"
    )
    if split.fraction:
        says += ", and the fraction was probably paid in cash"
    told = case.position
    shown = evidence(
        f"at the broker {count(abs(told.quantity))} for our {count(abs(case.expected))}", told.fact
    )
    return suspicion(Cause.SPLIT_NOT_APPLIED, "0.89", f"{says}.", shown)
