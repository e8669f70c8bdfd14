"""What the broker's own lots and its cost tell of a quantity that differs."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.reconciliation.case import Case, Suspicion, held, on_days, suspicion, were
from qm_tui.domain.reconciliation.cost_causes import money
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import MovementKind, OpenLot, ToldLot
from qm_tui.domain.reconciliation.what_if import (
    closed_last,
    days_left,
    fits,
    opened_on,
    own_days,
    told_days,
)
from qm_tui.domain.reconciliation.words import Cause

_SHOWN = 5
_CHEAPEST, _DEAREST = Decimal("0.4"), Decimal("2.5")


def lots_untold(case: Case) -> Suspicion | None:
    """The broker has lots that we do not have: of days that we know, or of before."""
    more = _more(case)
    if not more or case.bases_agree:
        return None
    start, whole = case.holding.history.first_day, case.holding.history.whole
    if start is None and case.counted:
        start = case.holding.history.began or case.counted[0].day
    if start is None:
        return None
    early = [day for day in more if day < start]
    if early and len(early) < len(more):
        return _of_before_and_since(case, more, start)
    if not early:
        return _acquired(case, more)
    what = held(abs(case.difference), case.symbol)
    says = f"{what} that the broker has {were(case.difference)} acquired {on_days(early)}"
    shown = _lots_of(case, early)
    if whole:
        says += (
            f", before the account was opened on {start}: they must have come by a transfer that "
            f"is not in our facts."
        )
        return suspicion(Cause.UNPAIRED_TRANSFER, "0.8", says, *shown)
    says += f", and our history of the account starts on {start}: import what is older."
    return suspicion(Cause.HISTORY_STARTS_LATER, "0.96", says, *shown)


def _of_before_and_since(case: Case, more: Mapping[dt.date, Decimal], start: dt.date) -> Suspicion:
    """Say both; the cause is that of the greater part."""
    early = sum((abs(each) for day, each in more.items() if day < start), ZERO)
    late = abs(case.difference) - early
    symbol = case.symbol
    says = (
        f"{count(early)} {symbol} that the broker has {were(early)} acquired before {start}, when "
        f"our history of the account starts, and {count(late)} since then: no trade or transfer "
        f"of any of them is in our facts."
    )
    before = Cause.HISTORY_STARTS_LATER
    if case.holding.history.whole:
        before = Cause.UNPAIRED_TRANSFER
    cause = before if early > late else Cause.MISSING_TRADE
    return suspicion(cause, "0.82", says, *_lots_of(case, sorted(more)))


def _acquired(case: Case, more: Mapping[dt.date, Decimal]) -> Suspicion:
    deed = "acquired" if case.difference > 0 else "sold short"
    one = next((day for day in sorted(more) if len(more) > 1 and _explains(case, day)), None)
    days = [*more] if one is None else [one]
    quantity = abs(case.difference)
    if one is not None and quantity > abs((told_days(case) or {}).get(one, ZERO)):
        # Some of it was closed since. A trade told the wrong way round may leave the same.
        turned = any((each.quantity or ZERO) * 2 == -case.difference for each in case.counted)
        deed = "purchase" if case.difference > 0 else "short sale"
        says = (
            f"{'Something like a' if turned else 'A'} {deed} of {count(quantity)} {case.symbol} on "
            f"{one} is missing: with it our lots are just those that the broker has."
        )
        shown = _lots_of(case, days)
        return suspicion(Cause.MISSING_TRADE, "0.7" if turned else "0.86", says, *shown)
    says = (
        f"{count(quantity)} {case.symbol} that the broker has {were(quantity)} "
        f"{deed} {on_days(days)}: no trade or transfer of that is in our facts."
    )
    # Without one fact of it, it may also have come of another instrument, with its dates.
    confidence = "0.86" if case.counted else "0.7"
    return suspicion(Cause.MISSING_TRADE, confidence, says, *_lots_of(case, days))


def _explains(case: Case, day: dt.date) -> bool:
    """Whether all of it, opened on one day, would leave the lots that the broker has."""
    return days_left(opened_on(case, day)) == told_days(case)


def _more(case: Case) -> Mapping[dt.date, Decimal]:
    """Return what the broker has more by days, where that is all of the difference."""
    theirs, ours = told_days(case), own_days(case)
    if theirs is None or ours is None or case.difference * case.position.quantity <= 0:
        return {}
    apart = {day: theirs.get(day, ZERO) - ours.get(day, ZERO) for day in {*theirs, *ours}}
    more = {day: quantity for day, quantity in apart.items() if quantity}
    if any(each * case.difference < 0 for each in more.values()):
        return {}
    # Where lots of the same day cost otherwise, they were split, and none was bought.
    return {} if any(_costs_otherwise(case, day) for day in {*more} & {*ours}) else more


def _costs_otherwise(case: Case, day: dt.date) -> bool:
    theirs = _unit_cost(lot for lot in case.holding.broker_lots or () if _is_of(lot, day))
    ours = _unit_cost(lot for lot in case.holding.lots or () if _is_of(lot, day))
    return theirs is not None and ours is not None and abs(theirs - ours) > abs(ours) / 10


def _is_of(lot: ToldLot | OpenLot, day: dt.date) -> bool:
    return lot.acquisition_date == day


def _unit_cost(lots: Iterable[ToldLot | OpenLot]) -> Decimal | None:
    cost = quantity = ZERO
    for lot in lots:
        if lot.cost_basis is None:
            return None
        cost, quantity = cost + lot.cost_basis, quantity + lot.quantity
    return cost / quantity if quantity else None


def _lots_of(case: Case, days: Sequence[dt.date]) -> list[Evidence]:
    lots = [lot for lot in case.holding.broker_lots or () if lot.acquisition_date in days]
    return [evidence(_described(case, lot), lot.fact) for lot in lots[:_SHOWN]]


def _described(case: Case, lot: ToldLot) -> str:
    cost = "" if lot.cost_basis is None else f" for {money(case.holding, abs(lot.cost_basis))}"
    deed = "acquired" if lot.quantity > 0 else "sold short"
    quantity = count(abs(lot.quantity))
    return f"a lot at the broker: {quantity} {deed} on {lot.acquisition_date}{cost}"


def closed_untold(case: Case) -> Suspicion | None:
    """What the broker has left is what a trade would leave that closes the rest."""
    if case.difference * case.expected >= 0 or abs(case.difference) < 1:
        return None
    if not fits(case, closed_last(case)):
        return _closed_of_others(case)
    oldest = f"the oldest {count(abs(case.difference))}"
    if told_days(case) is None:
        says = f"{_closing(case)}: without {oldest}, our lots cost just what the broker says."
        return suspicion(Cause.MISSING_TRADE, "0.87", says, _cost_shown(case))
    return _left_lots(case, "0.87", oldest)


def _closed_of_others(case: Case) -> Suspicion | None:
    """Our lots but for some of one day, or of a few, are just those that the broker has."""
    theirs, ours = told_days(case), own_days(case)
    if theirs is None or ours is None:
        return None
    left = {day: held - theirs.get(day, ZERO) for day, held in ours.items()}
    gone = {day: quantity for day, quantity in left.items() if quantity}
    if {*theirs} - {*ours} or any(each * case.difference > 0 for each in gone.values()):
        return None
    if any(_costs_otherwise(case, day) for day in theirs):
        return None
    # Where all of one purchase is gone, it was rather cancelled.
    return _left_lots(case, "0.78", f"as many of those of {on_days(gone).removeprefix('on ')}")


def _left_lots(case: Case, confidence: str, closed: str) -> Suspicion:
    says = f"{_closing(case)}: without {closed}, our lots are just those that the broker has."
    told = case.position
    shown = evidence(f"the broker's lots of {held(told.quantity, case.symbol)}", told.fact)
    return suspicion(Cause.MISSING_TRADE, confidence, says, shown)


def _closing(case: Case) -> str:
    deed = "sale" if case.difference < 0 else "purchase"
    what = f"{count(abs(case.difference))} {case.symbol}"
    return f"A {deed} of {what} is missing in our facts{_when(case)}"


def _cost_shown(case: Case) -> Evidence:
    told = case.position
    return evidence(
        f"the broker's cost of {money(case.holding, told.cost_basis or ZERO)}", told.fact
    )


def _when(case: Case) -> str:
    return f" {case.began}" if case.began else ""


def bought_untold(case: Case) -> Suspicion | None:
    """The broker's cost is higher by what such a purchase would have cost."""
    price = _price_of_more(case)
    if price is None or not case.holding.history.whole or told_days(case) is not None:
        # The broker's lots say of what days they are: that is another rule.
        return None
    deed = "purchase" if case.difference > 0 else "short sale"
    says = (
        f"Something like a {deed} of {count(abs(case.difference))} {case.symbol} is "
        f"missing{_when(case)}: by the broker's cost, at about {cents(price)} each."
    )
    return suspicion(Cause.MISSING_TRADE, "0.68", says, _cost_shown(case))


def _price_of_more(case: Case) -> Decimal | None:
    """Return what each of those cost that the broker has more, if that is a likely price."""
    told, lots, ours = case.position.cost_basis, case.holding.lots, case.holding.own_cost
    if told is None or not lots or case.difference * case.position.quantity <= 0:
        return None
    if ours is None or sum((lot.quantity for lot in lots), ZERO) != case.expected:
        return None
    price = (told - ours) / case.difference / case.holding.instrument.multiplier
    known = [
        each.price
        for each in case.counted
        if each.price and each.price > 0 and each.kind is MovementKind.TRADE
    ]
    if not known or not min(known) * _CHEAPEST <= price <= max(known) * _DEAREST:
        return None
    return price
