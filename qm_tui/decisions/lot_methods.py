"""Which lots an account closes from a day on. The configuration says the method before the first.

Whoever decides or undoes has derived afterwards (`book.deriving.derive_waiting`).
"""

import datetime as dt
from dataclasses import dataclass

from qm_tui.domain.booking.words import LotMethod
from qm_tui.store.reader import Reader
from qm_tui.store.reading.booking_accounts import LOT_METHOD
from qm_tui.store.reading.decided import decisions_of
from qm_tui.store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenMethod:
    """A decision that holds."""

    id: int
    account: str
    broker: str
    method: LotMethod
    from_day: dt.date
    reason: str | None
    decided_at: dt.datetime


async def choose_method(
    writer: Writer,
    account: str,
    method: LotMethod,
    from_day: dt.date,
    *,
    reason: str | None = None,
    broker: str | None = None,
) -> int:
    """Close lots of an account by a method from a day on; return the decision's number.

    Args:
        writer: of the store.
        account: Its number.
        method: What holds from the day on, until another decision's day.
        from_day: Sales before it keep the method they had.
        reason: What the user wants to remember of it.
        broker: Whose account, where several brokers have one of the number.

    Raises:
        NothingToDecide: no account has the number, or several have.
    """
    return await writer.decide_of_account(
        LOT_METHOD,
        account,
        broker,
        {"method": method.value, "from_day": from_day.isoformat()},
        reason,
    )


async def undo(writer: Writer, decision: int) -> None:
    """Take a decision back.

    Raises:
        NothingToDecide: there is no such decision, or it was undone before.
    """
    await writer.undo(LOT_METHOD, decision)


async def chosen_methods(reader: Reader, account: str | None = None) -> list[ChosenMethod]:
    """Return what was decided and holds, the newest first."""
    return [
        ChosenMethod(
            id=one.id,
            account=one.subject["account"],
            broker=one.subject["broker"],
            method=LotMethod(one.value["method"]),
            from_day=dt.date.fromisoformat(one.value["from_day"]),
            reason=one.reason,
            decided_at=one.decided_at,
        )
        for one in await reader.read(decisions_of, LOT_METHOD)
        if account is None or one.subject["account"] == account
    ]
