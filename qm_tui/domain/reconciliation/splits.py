"""Splits that were not applied, or twice; and other corporate actions that left no movement."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.case import Case, Suspicion, begun, held, suspicion, told
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO, nominal
from qm_tui.domain.reconciliation.sides import KnownAction, Movement, MovementKind
from qm_tui.domain.reconciliation.words import SPLITS, Cause

_ODD_RATIOS = frozenset(Fraction(a, b) for a, b in ((3, 2), (4, 3), (5, 4), (5, 3), (5, 2)))
USUAL_RATIOS = frozenset(Fraction(n) for n in (2, 3, 4, 5, 10, 20)) | {Fraction(3, 2)}
SHARES = frozenset({InstrumentType.EQUITY, InstrumentType.FUND})
_PLAIN = 10
"""Shares; of fewer any two numbers are in some ratio."""
_MOST = 100
_SAME_ACTION = 10
"""Days within which two brokers, or two statements, date the same action."""
_FITS = (Decimal("0.8"), Decimal("1.25"))


def split_ratio(ratio: Fraction) -> bool:
    """Whether a company may well have split its shares like that, or combined them."""
    if ratio <= 0 or ratio == 1:
        return False
    upward = max(ratio, 1 / ratio)
    whole = upward.denominator == 1 and upward.numerator <= _MOST
    return whole or upward in _ODD_RATIOS


def price_fits(before: Decimal, after: Decimal, ratio: Fraction) -> bool:
    """Whether a price changed as a split in this ratio makes it."""
    low, high = _FITS
    return Fraction(low) <= Fraction(after) * ratio / Fraction(before) <= Fraction(high)


def written(ratio: Fraction) -> str:
    """Write a ratio as one says it, `4:1` or `1:10`."""
    return f"{ratio.numerator}:{ratio.denominator}"


def split_missing(case: Case) -> Suspicion | None:
    """A split that the broker has applied and we have not: the quantities are in its ratio."""
    for action in case.holding.actions:
        if action.type in SPLITS and not _moved(case, action.day):
            found = _known_split(case, action)
            if found is not None:
                return found
    if case.bases_agree is False:
        # A split leaves the cost of all as it is, but for what was paid in cash.
        cut = _cut(case, case.expected)
        return None if cut is None else _cut_off(case, cut, case.expected)
    suspected = (_unknown_split(case), _between_answers(case))
    said = [each for each in suspected if each is not None]
    return max(said, key=_confidence, default=None)


def _confidence(suspicion: Suspicion) -> Decimal:
    return suspicion.confidence


def _known_split(case: Case, action: KnownAction) -> Suspicion | None:
    before = _held_before(case, action.day)
    if not before or not case.may_have_begun_on(action.day):
        return None
    ratio = action.ratio
    if ratio is None:
        ratio = 1 + Fraction(case.difference) / Fraction(before)
        confidence = "0.85" if split_ratio(ratio) else None
    else:
        # What is less than a share may have been paid in cash.
        off = abs(Fraction(before) * (ratio - 1) - Fraction(case.difference))
        confidence = "0.97" if not off else "0.9" if off < 1 else None
    if confidence is None:
        return None
    says = (
        f"{case.symbol} was split {written(ratio)} on {action.day}; our {held(before, case.symbol)}"
        f" of that day were not, and the difference is just that."
    )
    shown = evidence(f"the split {written(ratio)} on {action.day}", action.fact)
    return suspicion(Cause.SPLIT_NOT_APPLIED, confidence, says, shown)


def _unknown_split(case: Case) -> Suspicion | None:
    """Look for a day on which a split that nobody told would explain it."""
    if any(each.type in SPLITS and case.may_be(each) for each in case.counted):
        return None
    if abs(case.difference) < 1:
        # The cost of so little is lost in rounding, and says nothing.
        return None
    steps = [(each.day, before) for each, before in case.replay.running()]
    places = [(None, case.expected), *(reversed(steps) if case.bases_agree else ())]
    found = [each for each in (_on(case, *place) for place in places) if each is not None]
    # The ratio that companies like best: the whole may be in another one by chance.
    return min(found, key=lambda each: each[0], default=(0, None))[1]


def _between_answers(case: Case) -> Suspicion | None:
    """Look at the answers between which it began: all of it, in the ratio of a split."""
    agreed, differed = case.agreed, case.differed
    if agreed is None or not agreed.quantity or not differed.quantity:
        return None
    before = case.replay.upto(differed.as_of)
    if before != agreed.quantity or differed.quantity - before != case.difference:
        return None
    if any(each.type in SPLITS and case.may_be(each) for each in case.counted):
        return None
    ratio = Fraction(differed.quantity) / Fraction(before)
    prices = agreed.market_price, differed.market_price
    if not split_ratio(ratio) or not prices[0] or not prices[1]:
        return None
    if not price_fits(prices[0], prices[1], ratio):
        return None
    says = (
        f"The broker's {held(agreed.quantity, case.symbol)} became "
        f"{held(differed.quantity, case.symbol)} {case.began}, and the price fell in the same "
        f"ratio: a split {written(ratio)} that is not in our facts."
    )
    if ratio < 1:
        says = says.replace("the price fell", "the price rose")
    shown = [
        evidence(f"{held(one.quantity, case.symbol)} on {one.as_of.date()}", one.fact)
        for one in (agreed, differed)
    ]
    return suspicion(Cause.SPLIT_NOT_APPLIED, "0.86", says, *shown)


def _on(case: Case, day: dt.date | None, before: Decimal) -> tuple[int, Suspicion] | None:
    """Suspect a split after a day on which so much was held; None: of all that is held now."""
    if not before or (before > 0) != (case.position.quantity > 0):
        return None
    ratio = 1 + Fraction(case.difference) / Fraction(before)
    cut = None if split_ratio(ratio) else _cut(case, before)
    if cut is not None:
        return 2, _cut_off(case, cut, before)
    confidence = _without_a_fact(case, ratio) if split_ratio(ratio) else None
    if confidence is None:
        return None
    when = "" if day is None else f" after {day}"
    says = (
        f"The quantities are in the ratio of a split {written(ratio)}{when}: the broker has "
        f"{count(abs(case.position.quantity))} for our {count(abs(case.expected))} "
        f"{case.symbol}, and no split is in our facts."
    )
    found = suspicion(Cause.SPLIT_NOT_APPLIED, confidence, says, *_same_cost(case))
    return (0 if max(ratio, 1 / ratio) in USUAL_RATIOS else 1), found


def _cut(case: Case, before: Decimal) -> Fraction | None:
    """Find a split after which the fraction of a share was paid in cash; the price must say so."""
    left = before + case.difference
    if case.holding.instrument.type not in SHARES or left != left.to_integral_value():
        return None
    for usual in sorted(USUAL_RATIOS):
        for ratio in (usual, 1 / usual):
            over = abs(Fraction(before) * ratio) - abs(Fraction(left))
            if 0 < over < 1 and left * before > 0 and _prices_fit(case, ratio):
                return ratio
    return None


def _cut_off(case: Case, ratio: Fraction, before: Decimal) -> Suspicion:
    says = (
        f"A split {written(ratio)} makes {count(abs(before + case.difference))} {case.symbol} and "
        f"a fraction of our {count(abs(before))}, and the price fits: no split is in our facts, "
        f"and the fraction was probably paid in cash."
    )
    sold = _little_less(case, ratio, before)
    return suspicion(Cause.SPLIT_NOT_APPLIED, "0.88" if sold else "0.7", says)


def _little_less(case: Case, ratio: Fraction, before: Decimal) -> bool:
    """Whether all costs as much as before, but for the fraction."""
    told, ours = case.position.cost_basis, case.holding.own_cost
    if told is None or not ours:
        return False
    share = 1 - abs(Fraction(before + case.difference)) / abs(Fraction(before) * ratio)
    # Which lot the fraction is of, nobody says: it may be the dearest.
    return 0 <= Fraction(ours - told) / Fraction(ours) <= 2 * share + Fraction(1, 1000)


def _same_cost(case: Case) -> tuple[Evidence, ...]:
    if not case.bases_agree:
        return ()
    return (evidence("all of it costs the same at the broker", case.position.fact),)


def _without_a_fact(case: Case, ratio: Fraction) -> str | None:
    """Say how probable an unknown split is: by the cost of all, else by the price."""
    if case.bases_agree:
        return "0.88"
    fit = _prices_fit(case, ratio)
    if fit is None:
        plain = max(ratio, 1 / ratio) in USUAL_RATIOS and abs(case.difference) >= _PLAIN
        return "0.56" if plain else "0.45"
    return "0.75" if fit else None


def _prices_fit(case: Case, ratio: Fraction) -> bool | None:
    """Whether the price fell as a split makes it; None: not known."""
    now = case.position.market_price
    traded = [each for each in case.counted if each.price and each.kind is MovementKind.TRADE]
    if not now or not traded:
        return None
    return price_fits(traded[-1].price or ZERO, now, ratio)


def split_twice(case: Case) -> Suspicion | None:
    """A split is there twice, or the shares were counted in new ones before."""
    splits = [
        each
        for each in case.counted
        if each.kind is MovementKind.CORPORATE_ACTION and each.type in SPLITS
    ]
    for each in splits:
        if each.quantity is None or each.quantity != -case.difference or not case.may_be(each):
            continue
        twin = next((other for other in splits if _same_split(each, other)), None)
        if twin is not None:
            says = (
                f"The split of {case.symbol} on {each.day} is there twice: without one of them the "
                f"quantities agree."
            )
            shown = [evidence(f"the split under the key {one.key}", one.fact)
                     for one in (twin, each)]  # fmt: skip
            return suspicion(Cause.SPLIT_APPLIED_TWICE, "0.95", says, *shown)
        says = (
            f"Without {told(each, case.symbol)} the quantities agree: the shares were probably "
            f"counted in new ones already."
        )
        confidence = "0.85" if case.bases_agree else "0.6"
        return suspicion(
            Cause.SPLIT_APPLIED_TWICE, confidence, says, evidence("the split", each.fact)
        )
    return None


def _same_split(one: Movement, other: Movement) -> bool:
    return one is not other and abs((one.day - other.day).days) <= _SAME_ACTION


def action_missing(case: Case) -> Suspicion | None:
    """Another corporate action: told elsewhere, or without saying how much it moved."""
    free = _came_free(case)
    if free is not None:
        return free
    for each in case.counted:
        if each.quantity is None and case.may_be(each):
            says = f"{begun(told(each, case.symbol))} did not say how much it changed."
            return suspicion(Cause.CORPORATE_ACTION, "0.7", says, evidence("the fact", each.fact))
    for action in case.holding.actions:
        if action.type in SPLITS or not action.moves or _moved(case, action.day):
            continue
        if not case.may_have_begun_on(action.day) or action.day > case.as_of.date():
            continue
        name = action.type.replace("_", " ")
        says = (
            f"There was a {name} of {case.symbol} on {action.day}, and no movement of this account "
            f"tells what it did."
        )
        shown = evidence(f"the {name} on {action.day}", action.fact)
        return suspicion(Cause.CORPORATE_ACTION, "0.6", says, shown)
    return None


def _came_free(case: Case) -> Suspicion | None:
    """Shares that cost nothing: the broker has more of them, and all cost as much as ours."""
    if case.holding.instrument.type not in SHARES or not case.bases_agree:
        return None
    more, worth = abs(case.difference), abs(case.position.market_price or ZERO)
    grown = case.difference * case.expected > 0
    if not grown or more > abs(case.expected) / 2 or more * worth < 1:
        return None
    says = (
        f"The broker has {count(more)} {case.symbol} more than our facts, and they cost nothing: "
        f"probably a stock dividend that is not in our facts."
    )
    return suspicion(Cause.CORPORATE_ACTION, "0.84", says, *_same_cost(case))


def _moved(case: Case, day: dt.date) -> bool:
    """Whether an action of about this day is among what we count."""
    return any(
        each.kind is MovementKind.CORPORATE_ACTION and abs((each.day - day).days) <= _SAME_ACTION
        for each in case.replay.movements
    )


def _held_before(case: Case, day: dt.date) -> Decimal:
    """Return what we count before the open of a day."""
    return sum(
        (
            each.quantity or ZERO
            for each in case.replay.movements
            if each.day < day and nominal(each) <= case.as_of
        ),
        ZERO,
    )
