"""Actions of which a statement shows one side only, and a later one, under the same id, the other.

A tender takes shares away `TENDERED TO US28413TEMP2`; what comes for them weeks later is told as
what became of `US28413TEMP2`, which itself was never in the account.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from qm_tui.domain.booking.translate.legs import Action, in_turn
from qm_tui.domain.words import CorporateActionType

_Type = CorporateActionType
_EXCHANGES = frozenset({_Type.TENDER, _Type.MERGER, _Type.SYMBOL_CHANGE, _Type.CONVERSION})
_WITHIN = dt.timedelta(days=400)


def tied(actions: Sequence[Action]) -> list[Action]:
    """Make one action of two such halves, on the day of the later one."""
    halves = [action for action in actions if _is_half(action)]
    done: list[Action] = list(actions)
    for gone in halves:
        if not gone.given or gone not in done:
            continue
        came = next((half for half in halves if half in done and _answers(half, gone)), None)
        if came is not None:
            done.remove(gone)
            done[done.index(came)] = replace(
                came, legs=[*gone.legs, *came.legs], moves=gone.moves | came.moves
            )
    return done if len(done) == len(actions) else in_turn(done)


def _is_half(action: Action) -> bool:
    paid = any(leg.proceeds or leg.amount for leg in action.legs)
    one_sided = len(action.moves) == 1
    return one_sided and action.type in _EXCHANGES and (bool(action.taken) or not paid)


def _answers(came: Action, gone: Action) -> bool:
    return (
        bool(came.taken)
        and came.account == gone.account
        and gone.said.target_id is not None
        and came.said.of_id == gone.said.target_id
        and dt.timedelta(0) <= came.day - gone.day <= _WITHIN
    )
