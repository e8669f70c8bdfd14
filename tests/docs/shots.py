"""The pictures there are: what is pressed for each, at which size, in which colors."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.domain.health import LinkState
from qm_tui.ui.app import MonitorApp

_USUAL = (120, 36)
_AWAY = dt.timedelta(seconds=72)
"""When a broker of the demo has dropped out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture."""

    name: str
    keys: tuple[str, ...]
    """Pressed one after the other; the first shows a screen, on which the others are pressed.

    What begins with `paste:` is written at once instead.
    """
    undo: tuple[str, ...] = ()
    """Pressed afterwards, so that the next begins where this one began."""
    size: tuple[int, int] = _USUAL
    theme: str = "qm-dark"
    later: dt.timedelta = dt.timedelta()
    """How long after everything was synced."""
    until: Callable[[MonitorApp], object] | None = None
    """What has to be so, where it takes its time."""


def _one_is_away(app: MonitorApp) -> bool:
    return any(health.state is LinkState.WAITING for health in app.session.health)


SHOTS = (
    Shot(name="pulse", keys=("0",), size=(120, 40)),
    Shot(name="pulse-light", keys=("0",), size=(120, 40), theme="qm-light"),
    Shot(name="accounts", keys=("1",), size=(120, 20)),
    Shot(name="positions-grouped", keys=("2", "w", "u"), undo=("w", "n")),
    Shot(name="positions-narrow", keys=("2",), size=(80, 24)),
    Shot(name="merged", keys=("2", "m"), size=(120, 24)),
    Shot(name="exposure", keys=("2", "x"), size=(120, 24)),
    Shot(name="options", keys=("3",)),
    Shot(
        name="filter",
        keys=("3", "slash", "paste:dte<40 qty<0", "paste: delta"),
        undo=("escape",),
        size=(120, 20),
    ),
    Shot(
        name="lots",
        keys=("4", "slash", "paste:symbol:NVDA", "enter"),
        undo=("escape",),
        size=(140, 26),
    ),
    Shot(
        name="gains",
        keys=("4", "c", "slash", "paste:wash>0", "enter"),
        undo=("escape", "p"),
        size=(140, 26),
    ),
    Shot(
        name="why",
        keys=("4", "c", "slash", "paste:wash>0", "enter", "w"),
        undo=("escape", "escape", "p"),
        size=(120, 20),
    ),
    Shot(
        name="what-if",
        keys=("4", "slash", "paste:symbol:NVDA", "enter", "x"),
        undo=("escape", "escape"),
        size=(120, 30),
    ),
    Shot(name="discrepancies", keys=("5",), size=(140, 20)),
    Shot(
        name="evidence",
        keys=("5", "slash", "paste:symbol:PLTR", "enter", "enter"),
        undo=("escape", "escape"),
        size=(120, 22),
    ),
    Shot(name="activity", keys=("6",), size=(120, 28)),
    Shot(name="raw-row", keys=("6", "o"), size=(120, 24)),
    Shot(name="charts", keys=("0", "c"), size=(120, 32)),
    Shot(name="charts-allocation", keys=("0", "c", "a"), size=(120, 32)),
    Shot(name="charts-gains", keys=("0", "c", "u"), size=(120, 32)),
    Shot(name="columns", keys=("2", "C"), undo=("escape",)),
    Shot(name="export", keys=("2", "e"), undo=("escape",), size=(120, 24)),
    Shot(name="help", keys=("2", "question_mark"), undo=("escape",)),
    Shot(name="palette", keys=("2", "ctrl+p", "paste:nvda"), undo=("escape",), size=(120, 24)),
    Shot(name="jump", keys=("0", "semicolon"), undo=("escape",), size=(120, 40)),
    Shot(name="tour", keys=("0", "f1"), undo=("escape",)),
    # From here on a broker is away.
    Shot(name="errors", keys=("E",), size=(120, 20), later=_AWAY, until=_one_is_away),
    Shot(name="syncs", keys=("7",), size=(120, 28), later=_AWAY, until=_one_is_away),
)
