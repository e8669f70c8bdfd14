"""What one holding has too many and another too few has one cause: a look across holdings."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.instruments import Right
from qm_tui.domain.reconciliation.case import Suspicion, suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, evidence
from qm_tui.domain.reconciliation.passing import OPTIONS
from qm_tui.domain.reconciliation.sides import Holding, InstrumentSide, MovementKind, placed
from qm_tui.domain.reconciliation.splits import split_ratio
from qm_tui.domain.reconciliation.tolerance import CENT, sum_tolerance
from qm_tui.domain.reconciliation.words import Cause, Verdict

_OF_QUANTITY = frozenset({Verdict.QUANTITY, Verdict.STATE})
_MOST = 100_000
"""Pairs that are looked at: where more are odd, nobody reads what belongs together."""
_Place = tuple[int, int]
"""Account and instrument."""


@dataclass(frozen=True, slots=True)
class _Odd:
    """A holding with a difference of quantity."""

    found: Discrepancy
    holding: Holding
    difference: Decimal

    @property
    def place(self) -> _Place:
        return self.holding.account, self.holding.instrument.id

    @property
    def instrument(self) -> InstrumentSide:
        return self.holding.instrument


def explain_together(
    found: Sequence[Discrepancy], holdings: Sequence[Holding]
) -> Sequence[Discrepancy]:
    """Give what belongs together its common cause, where that is more probable than the own one."""
    by_place = placed(holdings)
    moved = {(each.account, each.instrument) for each in found if each.verdict in _OF_QUANTITY}
    odd = [
        _Odd(each, by_place[each.account, each.instrument], each.difference)
        for each in found
        if (each.verdict in _OF_QUANTITY or (each.account, each.instrument) not in moved)
        and each.verdict in _OF_QUANTITY | {Verdict.OPEN_LOTS}
        and each.instrument is not None and each.difference
        and (each.account, each.instrument) in by_place
    ]  # fmt: skip
    better: dict[_Place, Suspicion] = {}
    for place, seen in _seen_together(odd):
        if place not in better or seen.confidence > better[place].confidence:
            better[place] = seen
    improved = [_improved(each, better) for each in found]
    return tuple(each for each in improved if not _said_by_the_other_end(each, improved, by_place))


def _said_by_the_other_end(
    found: Discrepancy, all_found: Sequence[Discrepancy], by_place: Mapping[_Place, Holding]
) -> bool:
    """Whether a basis is unknown only because the other end of its transfer is not told.

    The account that the transfer came from has the basis: it is one thing that is missing.
    """
    if found.cause is not Cause.TRANSFER_WITHOUT_BASIS or found.instrument is None:
        return False
    holding = by_place.get((found.account, found.instrument))
    came = [
        each.quantity
        for each in (() if holding is None else holding.movements)
        if each.kind is MovementKind.TRANSFER and each.quantity
    ]
    return any(
        each.verdict is Verdict.QUANTITY
        and each.cause is Cause.UNPAIRED_TRANSFER
        and (each.account, each.instrument) != (found.account, found.instrument)
        and each.instrument == found.instrument
        and -(each.difference or Decimal(0)) in came
        for each in all_found
    )


def _improved(found: Discrepancy, better: dict[_Place, Suspicion]) -> Discrepancy:
    if found.instrument is None or found.verdict not in _OF_QUANTITY | {Verdict.OPEN_LOTS}:
        return found
    seen = better.get((found.account, found.instrument))
    if seen is None or seen.confidence <= found.confidence:
        return found
    return replace(
        found,
        cause=seen.cause,
        confidence=seen.confidence,
        explanation=seen.says,
        evidence=(*seen.evidence, *found.evidence),
    )


def _seen_together(odd: Sequence[_Odd]) -> Iterator[tuple[_Place, Suspicion]]:
    for one, other in islice(_near(odd), _MOST):
        seen = _pair(one, other)
        if seen is not None:
            yield one.place, seen
            yield other.place, seen


def _near(odd: Sequence[_Odd]) -> Iterator[tuple[_Odd, _Odd]]:
    """Yield pairs that may belong together: not all there are, which may be millions."""
    by_place = {each.place: each for each in odd}
    for each in odd:
        underlying = each.instrument.underlying
        stock = None if underlying is None else by_place.get((each.holding.account, underlying))
        if stock is not None and stock is not each:
            yield each, stock
        for like in each.instrument.same_ticker:
            other = by_place.get((each.holding.account, like))
            if other is not None and each.difference < 0:
                yield each, other
    yield from _of_like_cost(odd)
    keys: tuple[Callable[[_Odd], int], ...] = (
        lambda each: each.holding.account, lambda each: each.instrument.id,
    )  # fmt: skip
    for key in keys:
        few: dict[tuple[int, Decimal], list[_Odd]] = defaultdict(list)
        for each in odd:
            few[key(each), each.difference].append(each)
        for (where, difference), some in few.items():
            if difference < 0:
                yield from product(some, few.get((where, -difference), ()))


def _of_like_cost(odd: Sequence[_Odd]) -> Iterator[tuple[_Odd, _Odd]]:
    """Yield what is gone with what came for just as much, in any ratio."""
    gone: dict[tuple[int, Decimal], list[_Odd]] = defaultdict(list)
    for each in odd:
        position = each.holding.position
        if position is not None and not position.quantity:
            cost = sum(
                (lot.cost_basis or Decimal(0) for lot in each.holding.lots or ()), Decimal(0)
            )
            gone[each.holding.account, cost.quantize(CENT)].append(each)
    for each in odd:
        position = each.holding.position
        if position is not None and position.cost_basis and not each.holding.movements:
            place = each.holding.account, position.cost_basis.quantize(CENT)
            yield from ((one, each) for one in gone.get(place, ()) if one is not each)


def _pair(one: _Odd, other: _Odd) -> Suspicion | None:
    if one.holding.account != other.holding.account:
        return _between_accounts(one, other)
    return _exercised(one, other) or _exercised(other, one) or _renamed(one, other)


def _between_accounts(one: _Odd, other: _Odd) -> Suspicion | None:
    """What one account lacks of an instrument, another has too many of."""
    if one.instrument.id != other.instrument.id or one.difference != -other.difference:
        return None
    says = (
        f"One account has {count(abs(one.difference))} {one.instrument.symbol} more than our "
        f"facts, and another as many fewer: a transfer between them is probably missing."
    )
    return suspicion(Cause.UNPAIRED_TRANSFER, "0.88", says, *_positions(one, other))


def _exercised(option: _Odd, stock: _Odd) -> Suspicion | None:
    """Contracts are gone, and the shares that they deliver came or went."""
    contract = option.instrument
    if contract.type not in OPTIONS or contract.underlying != stock.instrument.id:
        return None
    delivered = option.difference * (contract.deliverable or contract.multiplier)
    # A long call that goes away brings shares; a long put takes them.
    expected = delivered if contract.right is Right.PUT else -delivered
    if contract.right is None or stock.difference != expected:
        return None
    deed = "exercised" if option.difference < 0 else "assigned"
    way = "came" if stock.difference > 0 else "went"
    one = abs(option.difference) == 1
    says = (
        f"{count(abs(option.difference))} {contract.symbol} {'is' if one else 'are'} gone and "
        f"{count(abs(stock.difference))} {stock.instrument.symbol} {way}: "
        f"{'it was' if one else 'they were'} probably {deed}, and nobody told us."
    )
    return suspicion(Cause.OPTION_EVENT_MISSING, "0.97", says, *_positions(option, stock))


def _renamed(one: _Odd, other: _Odd) -> Suspicion | None:
    """One instrument has too many of what another of the same issuer lacks."""
    few, many = (one, other) if one.difference < 0 else (other, one)
    ratio = abs(Fraction(many.difference) / Fraction(few.difference))
    if one.difference * other.difference > 0:
        return None
    relation = _relation(few.instrument, many.instrument) if _is_usual(ratio) else None
    relation = relation or _of_one_cost(few, many) or _of_one_cost(many, few)
    if relation is None or (ratio != 1 and relation[0] is Cause.TWO_LISTINGS):
        return None
    cause, confidence, how = relation
    fewer = "as many" if ratio == 1 else count(abs(few.difference))
    says = (
        f"The broker has {count(abs(many.difference))} {_named(many, few)} more than our "
        f"facts, and {fewer} {_named(few, many)} fewer: {how}."
    )
    return suspicion(cause, confidence, says, *_positions(few, many))


def _named(one: _Odd, other: _Odd) -> str:
    """Say what it is called, so that it can be told from one of the same name."""
    symbol = one.instrument.symbol
    if symbol != other.instrument.symbol:
        return symbol
    if one.instrument.currency != other.instrument.currency:
        return f"{symbol} in {one.instrument.currency}"
    return f"{'new' if one.difference > 0 else 'old'} {symbol}"


def _relation(few: InstrumentSide, many: InstrumentSide) -> tuple[Cause, str, str] | None:
    if few.successor == many.id or many.successor == few.id:
        return Cause.IDENTITY_CHANGE, "0.97", "the one became the other"
    if many.id in few.same_ticker or few.id in many.same_ticker:
        if few.currency != many.currency:
            return Cause.TWO_LISTINGS, "0.85", "they are two listings of one ticker"
        return Cause.IDENTITY_CHANGE, "0.9", "they bore the same ticker and are probably one"
    if few.type in OPTIONS and few.underlying is not None:
        return _ADJUSTED if _contract(few) == _contract(many) else None
    return _of_one_company(few, many)


def _of_one_company(few: InstrumentSide, many: InstrumentSide) -> tuple[Cause, str, str] | None:
    if few.isin is not None and few.isin == many.isin:
        return Cause.TWO_LISTINGS, "0.92", "they are two listings of one security"
    if few.issuer is not None and few.issuer == many.issuer and few.type == many.type:
        return Cause.IDENTITY_CHANGE, "0.85", "they are of one issuer, and one became the other"
    return None


def _is_usual(ratio: Fraction) -> bool:
    return ratio == 1 or split_ratio(ratio)


def _of_one_cost(few: _Odd, many: _Odd) -> tuple[Cause, str, str] | None:
    """All of one is gone, and another, of which nothing is known, cost just as much."""
    gone, came = few.holding.position, many.holding.position
    if gone is None or gone.quantity or came is None or not came.cost_basis:
        return None
    if few.instrument.type != many.instrument.type or many.holding.movements:
        return None
    lots, ours = few.holding.lots, few.holding.own_cost
    if not lots or ours is None or abs(ours - came.cost_basis) > sum_tolerance(len(lots)):
        return None
    if few.instrument.gone_on is not None:
        how = f"it costs just as much, and came by the corporate action of {few.instrument.gone_on}"
        return Cause.CORPORATE_ACTION, "0.92", how
    return Cause.IDENTITY_CHANGE, "0.89", "it costs just as much: the one became the other"


_ADJUSTED = (Cause.IDENTITY_CHANGE, "0.75", "the contract was probably adjusted")


def _contract(option: InstrumentSide) -> tuple[object, ...]:
    """Return what an adjustment leaves as it is."""
    return option.type, option.underlying, option.right, option.expiry


def _positions(*odd: _Odd) -> list[Evidence]:
    return [
        evidence(
            f"{each.instrument.symbol}: the broker has {count(abs(each.difference))} "
            f"{'more' if each.difference > 0 else 'fewer'} than our facts",
            None if each.holding.position is None else each.holding.position.fact,
        )
        for each in odd
    ]
