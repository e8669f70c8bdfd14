"""Cash that differs by just what a holding's break moved has the same cause as that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, islice, product

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.reconciliation.case import begun
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, FactRef, evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import CashSide, Holding, MovementKind, placed
from qm_tui.domain.reconciliation.tolerance import CENT
from qm_tui.domain.reconciliation.words import Cause, Verdict

_EXACT = Decimal("0.96")
_PLAUSIBLE = Decimal("0.6")
_COUNTED = frozenset({Cause.DUPLICATE_IMPORT, Cause.CANCELLED_OR_CORRECTED})
"""What we count and should not."""
_LACKING = frozenset({Cause.MISSING_TRADE, Cause.OPTION_EVENT_MISSING})
"""What we should count and do not know."""
_MOST = 12
"""Breaks of one account that are put together, and facts of one of them."""
_TRIES = 20_000
_ROUGHLY = (Decimal("0.4"), Decimal("2.5"))
"""The cheapest and the dearest that it may have been, as a part of the known prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What the broker's cash has more because of a holding's break."""

    found: Discrepancy
    amount: Decimal
    says: str
    holding: Holding


def explain_cash(
    found: Sequence[Discrepancy], holdings: Sequence[Holding], sides: Sequence[CashSide]
) -> Sequence[Discrepancy]:
    """Give breaks of cash the cause of the breaks of holdings that they follow from."""
    by_place = placed(holdings)
    by_purse = {(each.account, each.currency): each for each in sides}
    return tuple(
        _explained(each, found, by_place, by_purse) if each.verdict is Verdict.CASH else each
        for each in found
    )


def _explained(
    cash: Discrepancy,
    found: Sequence[Discrepancy],
    by_place: Mapping[tuple[int, int], Holding],
    by_purse: Mapping[tuple[int, str], CashSide],
) -> Discrepancy:
    side = by_purse.get((cash.account, cash.currency or ""))
    if side is None or cash.difference is None:
        return cash
    near = [
        (each, by_place[each.account, each.instrument])
        for each in found
        if each.verdict is Verdict.QUANTITY and each.account == cash.account
        and each.currency == cash.currency and each.instrument is not None and each.difference
        and (each.account, each.instrument) in by_place
    ][:_MOST]  # fmt: skip
    amounts = {each.fact: each.amount for each in side.movements if each.amount is not None}
    exact = [some for each in near if (some := [*_exact(*each, amounts)])]
    together = _coming_to(cash.difference, exact)
    confidence = _EXACT
    if together is None:
        together, confidence = _plausibly(cash.difference, exact, near), _PLAUSIBLE
    if not together or confidence <= cash.confidence:
        return cash
    return _because_of(cash, together, confidence)


def _coming_to(difference: Decimal, exact: Sequence[Sequence[_Effect]]) -> Sequence[_Effect] | None:
    """Find the effects of some breaks, the fewest, that are the difference."""
    some = (
        chosen
        for size in range(1, len(exact) + 1)
        for breaks in combinations(exact, size)
        for chosen in product(*breaks)
    )
    for chosen in islice(some, _TRIES):
        if abs(sum((each.amount for each in chosen), ZERO) - difference) <= CENT * len(chosen):
            return chosen
    return None


def _plausibly(
    difference: Decimal,
    exact: Sequence[Sequence[_Effect]],
    near: Sequence[tuple[Discrepancy, Holding]],
) -> Sequence[_Effect]:
    """Find one trade that is missing and would have had a likely price, beside all that is sure."""
    known = [some[0] for some in exact]
    for sure in (known, []) if known else ([],):
        left = difference - sum((each.amount for each in sure), ZERO)
        for found, holding in near:
            if any(each.found is found for each in sure) or found.cause not in _LACKING:
                continue
            # What it cost, to the cent, would have been found already.
            if _cost_of_more(found, holding) is not None:
                continue
            if is_likely_price(found, holding, left, _ROUGHLY):
                effect = _Effect(
                    found=found, holding=holding, amount=left, says=_missing(found, left, "about")
                )
                return [*sure, effect]
    return []


def _exact(
    found: Discrepancy, holding: Holding, amounts: Mapping[FactRef, Decimal]
) -> Iterator[_Effect]:
    """Yield what a break may have done to cash, to the cent."""
    if found.cause in _COUNTED:
        yield from _counted(found, holding, amounts)
    elif found.cause is Cause.WRONG_SIGN:
        for fact in _facts(found):
            if fact in amounts:
                value = -2 * amounts[fact]
                says = (
                    f"the trade of {found.symbol} with the wrong sign makes {_money(found, value)}"
                )
                yield _Effect(found=found, holding=holding, amount=value, says=says)
    elif found.cause is Cause.MISSING_TRADE:
        named = set(_facts(found))
        brought = [each.brought for each in holding.closings if each.fact in named]
        if brought and None not in brought:
            value = sum((each for each in brought if each is not None), ZERO)
            yield _Effect(found=found, holding=holding, amount=value, says=_missing(found, value))
        cost = _cost_of_more(found, holding)
        if cost is not None:
            yield _Effect(found=found, holding=holding, amount=-cost, says=_missing(found, -cost))


def _cost_of_more(found: Discrepancy, holding: Holding) -> Decimal | None:
    """Return what was paid for what is held more, where the broker's cost and our lots tell it."""
    told, lots, more = holding.position, holding.lots, found.difference or ZERO
    ours = holding.own_cost
    if told is None or told.cost_basis is None or not lots or ours is None:
        return None
    if sum((lot.quantity for lot in lots), ZERO) != found.expected:
        return None
    cost = told.cost_basis - ours
    return cost if more * told.quantity > 0 and cost * more > 0 else None


def _counted(
    found: Discrepancy, holding: Holding, amounts: Mapping[FactRef, Decimal]
) -> Iterator[_Effect]:
    """Yield what those trades moved that are too many: some of the evidence comes to them."""
    quantities = {each.fact: each.quantity or ZERO for each in holding.movements}
    facts = [fact for fact in _facts(found) if fact in amounts and fact in quantities][:_MOST]
    seen: set[Decimal] = set()
    for size in range(1, len(facts) + 1):
        for some in combinations(facts, size):
            if sum((quantities[fact] for fact in some), ZERO) != -(found.difference or ZERO):
                continue
            value = -sum((amounts[fact] for fact in some), ZERO)
            if value not in seen:
                seen.add(value)
                yield _Effect(
                    found=found, holding=holding, amount=value, says=_too_many(found, size, -value)
                )


def _facts(found: Discrepancy) -> list[FactRef]:
    return [
        FactRef(each.table, each.fact)
        for each in found.evidence
        if each.table is not None and each.fact is not None
    ]


def _too_many(found: Discrepancy, size: int, moved: Decimal) -> str:
    twice = found.cause is Cause.DUPLICATE_IMPORT
    what = "is counted twice" if twice else "was taken back"
    whats = "are counted twice" if twice else "were taken back"
    trades = f"a trade of {found.symbol} that {what}"
    if size > 1:
        trades = f"{size} trades of {found.symbol} that {whats}"
    return f"{trades} {'cost' if moved < 0 else 'brought'} {_money(found, abs(moved))}"


def _missing(found: Discrepancy, value: Decimal, about: str = "") -> str:
    quantity = found.difference or ZERO
    deed = "purchase" if quantity > 0 else "sale"
    what = f"the missing {deed} of {count(abs(quantity))} {found.symbol}"
    verb = "would have cost" if value < 0 else "would have brought"
    if not about:
        verb = "cost" if value < 0 else "brought"
    return f"{what} {verb} {_money(found, abs(value))}"


def _money(found: Discrepancy, value: Decimal) -> str:
    return f"{cents(value)} {found.currency}"


def is_likely_price(
    found: Discrepancy, holding: Holding, paid: Decimal | None, near: tuple[Decimal, Decimal]
) -> bool:
    """Whether so much money may have been paid, or received, for what a holding has more or less.

    Args:
        found: how much that is.
        holding: with the prices at which it was traded, and the broker's.
        paid: what cash has more; None is not known.
        near: the cheapest and the dearest that it may have been, as a part of these prices.
    """
    quantity = found.difference
    if not quantity or not paid or paid * quantity > 0:
        return False
    told = holding.position
    prices = [
        abs(each.price) for each in holding.movements
        if each.price and each.kind is MovementKind.TRADE
    ]  # fmt: skip
    if told is not None and told.market_price:
        prices.append(abs(told.market_price))
    if not prices:
        return False
    price = abs(paid / quantity / holding.instrument.multiplier)
    return min(prices) * near[0] <= price <= max(prices) * near[1]


def _because_of(cash: Discrepancy, together: Sequence[_Effect], confidence: Decimal) -> Discrepancy:
    greatest = max(together, key=lambda each: abs(each.amount))
    says = (
        f"The balance is {_money(cash, cash.actual or ZERO)}, and our facts come to "
        f"{_money(cash, cash.expected or ZERO)}. {begun(' and '.join(e.says for e in together))}: "
        f"that is the difference."
    )
    shown: list[Evidence] = []
    for each in together:
        quantity, told = each.found.difference or ZERO, each.holding.position
        shown.append(
            evidence(
                f"{each.found.symbol}: the broker has {count(abs(quantity))} "
                f"{'more' if quantity > 0 else 'fewer'} than our facts",
                None if told is None else told.fact,
            )
        )
        shown += each.found.evidence
    return replace(
        cash,
        cause=greatest.found.cause,
        confidence=min(confidence, *(each.found.confidence for each in together)),
        explanation=says,
        evidence=(*shown, *cash.evidence),
    )
