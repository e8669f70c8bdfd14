"""Which lots the user names for a trade: they overrule what the broker names, and the method.

Whoever decides or undoes has derived afterwards (`book.deriving.derive_waiting`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.exact import canonical, utc_text
from qm_tui.store.reader import Reader
from qm_tui.store.reading.booking_accounts import LOT_CHOICE, picks_of
from qm_tui.store.reading.decided import decisions_of
from qm_tui.store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLots:
    """A decision that holds."""

    id: int
    account: str
    trade: int
    picks: tuple[Pick, ...]
    reason: str | None
    decided_at: dt.datetime


async def choose_lots(
    writer: Writer, trade: int, picks: Sequence[Pick], *, reason: str | None = None
) -> int:
    """Name the lots that a trade closed; return the decision's number.

    Args:
        writer: of the store.
        trade: The row in the table of trades.
        picks: In the order in which they are taken; what they leave goes by FIFO.
        reason: What the user wants to remember of it.

    Raises:
        NothingToDecide: there is no such trade.
        ValueError: nothing was named, or a quantity that is not positive.
    """
    if not picks or any(pick.quantity <= 0 for pick in picks):
        raise ValueError("name lots with the quantity to take of each")
    value = {"picks": [_written(pick) for pick in picks]}
    return await writer.decide_of_trade(LOT_CHOICE, trade, value, reason)


async def undo(writer: Writer, decision: int) -> None:
    """Take a decision back.

    Raises:
        NothingToDecide: there is no such decision, or it was undone before.
    """
    await writer.undo(LOT_CHOICE, decision)


async def chosen_lots(reader: Reader) -> list[ChosenLots]:
    """Return what was decided and holds, the newest first."""
    return [
        ChosenLots(
            id=one.id,
            account=one.subject["account"],
            trade=one.subject["trade"],
            picks=picks_of(one.value),
            reason=one.reason,
            decided_at=one.decided_at,
        )
        for one in await reader.read(decisions_of, LOT_CHOICE)
    ]


def _written(pick: Pick) -> Mapping[str, Any]:
    said = {
        "quantity": canonical(pick.quantity),
        "opening_id": pick.opening_id,
        "acquired": None if pick.acquired is None else pick.acquired.isoformat(),
        "acquired_at": None if pick.acquired_at is None else utc_text(pick.acquired_at),
        "basis": None if pick.basis is None else canonical(pick.basis),
        "lot": pick.lot,
    }
    return {name: value for name, value in said.items() if value is not None}
