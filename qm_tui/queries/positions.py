"""What is held now, or was at the end of a day."""

from typing import TYPE_CHECKING

from qm_tui.domain.selection import Scope
from qm_tui.queries.live import position_now
from qm_tui.queries.position_views import PositionView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import holdings

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook


async def positions(
    reader: Reader, scope: Scope = Scope(), live: "LiveBook | None" = None
) -> list[PositionView]:
    """Return the open positions by account and symbol.

    Args:
        reader: of the store.
        scope: whose, and of when.
        live: what was pushed since; says nothing of former days.
    """
    stored: list[PositionView] = await reader.read(holdings.current_positions, PositionView, scope)
    if live is None or scope.as_of is not None:
        return stored
    now = (position_now(position, live) for position in stored)
    return [position for position in now if position.quantity]
