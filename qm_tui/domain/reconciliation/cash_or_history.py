"""What cash says of holdings: whether something was traded untold, or was held before.

Money tells them apart. Where cash adds up since the first day of an account's history, nothing was
bought or sold that nobody told: what a holding has more was there before. Where cash differs by
what the holding's difference would have cost, it was traded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.reconciliation.case import begun, held, were
from qm_tui.domain.reconciliation.cash_together import is_likely_price
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, evidence
from qm_tui.domain.reconciliation.replay import replay_of
from qm_tui.domain.reconciliation.sides import Holding, placed
from qm_tui.domain.reconciliation.words import Cause, Verdict
from qm_tui.domain.words import OpenClose

Purse = tuple[int, str]
"""(account, currency)."""
_UNTOLD = frozenset({Cause.ORPHAN_POSITION, Cause.MISSING_TRADE, Cause.UNEXPLAINED})
_HELD_BEFORE = frozenset({Cause.ORPHAN_POSITION, Cause.HISTORY_STARTS_LATER, Cause.UNEXPLAINED})
_SURE = Decimal("0.9")
_WEAK = Decimal("0.7")
"""A trade that is only supposed to be missing: cash makes it likely."""
_BY_CASH = Decimal("0.8")
_NEAR = (Decimal("0.8"), Decimal("1.25"))


def tell_apart(
    found: Sequence[Discrepancy],
    holdings: Sequence[Holding],
    agreeing: Collection[Purse],
) -> Sequence[Discrepancy]:
    """Give breaks of holdings the cause that their account's cash speaks for.

    Args:
        found: all that does not add up.
        holdings: those that differ.
        agreeing: the cash that adds up from the first day of its account's history on.
    """
    by_place = placed(holdings)
    breaks = {
        (each.account, each.currency or ""): each for each in found if each.verdict is Verdict.CASH
    }
    traded = _traded(found, by_place, breaks)
    told: dict[tuple[int, int | None], Discrepancy] = {}
    for each in found:
        holding = by_place.get((each.account, each.instrument or 0))
        purse = (each.account, each.currency or "")
        if holding is None or each.verdict is not Verdict.QUANTITY:
            continue
        if purse in agreeing and _may_be_older(each, holding):
            told[each.account, each.instrument] = _older(each, holding)
        elif each.key in traded:
            told[each.account, each.instrument] = _missing(each, breaks[purse])
    return [_as_told(each, told.get((each.account, each.instrument))) for each in found]


def _as_told(found: Discrepancy, now: Discrepancy | None) -> Discrepancy:
    """Take the new cause over; lots that differ beside the quantity do so for the same reason."""
    if now is None or found.key == now.key:
        return now or found
    if found.verdict is not Verdict.OPEN_LOTS:
        return found
    return replace(found, cause=now.cause, confidence=now.confidence)


def _may_be_older(found: Discrepancy, holding: Holding) -> bool:
    """Whether all of the difference may have been held when the history begins."""
    quantity, position, history = found.difference, holding.position, holding.history
    if found.cause not in _UNTOLD or found.confidence >= _SURE or not quantity or position is None:
        return False
    if history.first_day is None or history.whole:
        return False
    replay = replay_of(holding.movements, holding.instrument.type)
    if any(replay.agrees(seen.as_of, seen.quantity) for seen in holding.earlier):
        return False
    closed = any(
        each.open_close in {OpenClose.CLOSE, OpenClose.CLOSE_OPEN}
        and (each.quantity or 0) * quantity < 0
        for each in replay.movements
    )
    return closed or quantity * position.quantity > 0


def _older(found: Discrepancy, holding: Holding) -> Discrepancy:
    start = holding.history.first_day
    quantity = found.difference or Decimal(0)
    says = (
        f"{begun(held(quantity, found.symbol or ''))} {were(quantity)} held before {start}, when "
        f"our history of the account starts: import what is older."
    )
    shown = Evidence(f"its cash in {found.currency} adds up since then: nothing untold was traded")
    return replace(
        found, cause=Cause.HISTORY_STARTS_LATER, confidence=_BY_CASH, explanation=says,
        evidence=(shown, *found.evidence),
    )  # fmt: skip


def _traded(
    found: Sequence[Discrepancy],
    by_place: Mapping[tuple[int, int], Holding],
    breaks: Mapping[Purse, Discrepancy],
) -> set[str]:
    """Return the keys of holdings whose difference cash paid for: the only one of its purse."""
    fitting: dict[Purse, list[str]] = {}
    for each in found:
        holding = by_place.get((each.account, each.instrument or 0))
        purse = (each.account, each.currency or "")
        if each.verdict is not Verdict.QUANTITY or holding is None or purse not in breaks:
            continue
        vague = each.cause in _HELD_BEFORE and each.confidence < _SURE
        weak = each.cause is Cause.MISSING_TRADE and each.confidence < _WEAK
        if (vague or weak) and is_likely_price(each, holding, breaks[purse].difference, _NEAR):
            fitting.setdefault(purse, []).append(each.key)
    return {keys[0] for keys in fitting.values() if len(keys) == 1}


def _missing(found: Discrepancy, cash: Discrepancy) -> Discrepancy:
    quantity, paid = found.difference or Decimal(0), cash.difference or Decimal(0)
    deed = "purchase" if quantity > 0 else "sale"
    verb = "less" if paid < 0 else "more"
    says = (
        f"Something like a {deed} of {count(abs(quantity))} {found.symbol} is missing: the account "
        f"has {cents(abs(paid))} {cash.currency} {verb} than our facts come to."
    )
    return replace(
        found, cause=Cause.MISSING_TRADE, confidence=_BY_CASH, explanation=says,
        evidence=(evidence("the cash of the account differs by as much"), *found.evidence),
    )  # fmt: skip
