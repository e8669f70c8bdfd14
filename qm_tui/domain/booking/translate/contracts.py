"""Options of which a corporate action makes other ones: each contract is a bargain of its own.

A reverse split closes `USO   200717P00003500` and opens `USO1  200717P00003500`, long and short
ones together; brokers give all of them, and the shares, one name. Source: the Options Clearing
Corporation's by-laws, article VI, section 11A: adjusted contracts stand for what they replace.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import Source
from qm_tui.domain.booking.facts import ActionFact
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.descriptions import said
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.legs import ACTIONS, Action, in_turn


def parted(desk: Desk, actions: Sequence[Action]) -> list[Action]:
    """Make an action of each pair of contracts, and one of what is left."""
    parts = [part for action in actions for part in _parts(desk, action)]
    return parts if len(parts) == len(actions) else in_turn(parts)


def _parts(desk: Desk, action: Action) -> Iterator[Action]:
    pairs = list(_pairs(desk, action)) if len(action.moves) > 2 else []
    for pair in pairs:
        yield _part(desk, action, pair)
    paired = {security for pair in pairs for security in pair}
    if not paired:
        yield action
    elif any(leg.security not in paired for leg in action.legs):
        others = {leg.security for leg in action.legs if leg.security not in paired}
        yield _part(desk, action, others)


class _Fit(NamedTuple):
    """How little speaks for a pair; what is less is better."""

    words: int
    terms: int
    old: str
    new: str


def _pairs(desk: Desk, action: Action) -> Iterator[tuple[int, int]]:
    """Yield what was closed with what was opened for it, the best pairs first, each once."""
    securities = desk.facts.securities
    options = [number for number in action.moves if securities[number].is_option]
    possible = sorted(
        (_Fit(words, terms, securities[old].symbol, securities[new].symbol), old, new)
        for old in options
        for new in options
        if (terms := _terms(securities, action.moves, old, new)) is not None
        and (words := _words(action, old, new)) is not None
    )
    taken: set[int] = set()
    for _, old, new in possible:
        if old not in taken and new not in taken:
            taken |= {old, new}
            yield old, new


def _terms(
    securities: Mapping[int, Security], moves: Mapping[int, Decimal], old: int, new: int
) -> int | None:
    """Rate how unlike two contracts are: 0 is best; None: the one cannot have become the other."""
    one, other = securities[old], securities[new]
    if (moves[old] > 0) is (moves[new] > 0):
        return None
    if (one.kind, one.right, one.expiry) != (other.kind, other.right, other.expiry):
        return None
    if one.strike is None or other.strike is None:
        return 3
    quantity, came = abs(moves[old]), abs(moves[new])
    if (one.strike, quantity) == (other.strike, came):
        return 0
    # Four for one, and a quarter of the strike; each quotient may be rounded to a cent.
    cents = max(quantity, came) * Decimal("0.01")
    return 1 if abs(one.strike * quantity - other.strike * came) <= cents else 2


def _words(action: Action, old: int, new: int) -> int | None:
    """Rate whether the texts say which one was closed; None: they say the contrary."""
    closed, opened = _closes(action, old), _closes(action, new)
    if closed is False or opened is True:
        return None
    return (closed is None) + (opened is None)


def _closes(action: Action, security: int) -> bool | None:
    return said(action.leg(security).description).closes


def _part(desk: Desk, action: Action, securities: Iterable[int | None]) -> Action:
    wanted = set(securities)
    legs: list[ActionFact] = [leg for leg in action.legs if leg.security in wanted]
    first = legs[0]
    return replace(
        action,
        legs=legs,
        moves={security: move for security, move in action.moves.items() if security in wanted},
        said=said(first.description),
        source=Source(ACTIONS, first.id),
        key=desk.key(first.key, first.account),
    )
