"""Which panel of the pulse draws what; loaded when there is something to be drawn."""

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from qm_tui.queries.pulse_views import PulseView
from qm_tui.ui.pulse.accounts import draw_accounts
from qm_tui.ui.pulse.breaks import draw_breaks
from qm_tui.ui.pulse.money import draw_money
from qm_tui.ui.pulse.soon import draw_expiring, draw_movers
from qm_tui.ui.pulse.worth import draw_worth
from qm_tui.ui.session import Session

Drawing = Callable[[PulseView, Session, str, int, int], Sequence[Content]]
"""View, session, how far back lines go, width, height → lines."""


def _worth(
    view: PulseView, session: Session, span: str, width: int, height: int
) -> Sequence[Content]:
    return draw_worth(view, session.format, session.today, span, width, height)


def _accounts(
    view: PulseView, session: Session, _: str, width: int, height: int
) -> Sequence[Content]:
    now = session.context.now()
    return draw_accounts(view, session.format, now, session.today, width, height)


DRAWINGS: Mapping[str, Drawing] = {
    "worth": _worth,
    "money": lambda view, session, _, *room: draw_money(view, session.format, *room),
    "accounts": _accounts,
    "breaks": lambda view, session, _, *room: draw_breaks(view, session.format, *room),
    "expiring": lambda view, session, _, *room: draw_expiring(view, session.format, *room),
    "movers": lambda view, session, _, *room: draw_movers(view, session.format, *room),
}
