"""What is held now, or was at the end of a day."""

from qm_tui.domain.selection import Scope
from qm_tui.queries.views import PositionView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import holdings


async def positions(reader: Reader, scope: Scope = Scope()) -> list[PositionView]:
    """Return the open positions by account and symbol."""
    return await reader.read(holdings.current_positions, PositionView, scope)
