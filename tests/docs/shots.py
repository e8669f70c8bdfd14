"""The pictures there are: what is pressed for each, at which size, in which colors."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.ui.app import MonitorApp

_USUAL = (120, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture."""

    name: str
    keys: tuple[str, ...]
    """Pressed one after the other; the first shows a screen, on which the others are pressed."""
    undo: tuple[str, ...] = ()
    """Pressed afterwards, so that the next begins where this one began."""
    size: tuple[int, int] = _USUAL
    theme: str = "qm-dark"
    later: dt.timedelta = dt.timedelta()
    """How long after everything was synced."""
    until: Callable[[MonitorApp], object] | None = None
    """What has to be so, where it takes its time."""


def typed(text: str) -> tuple[str, ...]:
    """The keys of a text."""
    names = {" ": "space", "<": "less_than_sign", ":": "colon", "-": "minus", "=": "equals_sign"}
    return tuple(names.get(sign, sign) for sign in text)


SHOTS = (
    Shot(name="pulse", keys=("0",), size=(120, 40)),
    Shot(name="pulse-light", keys=("0",), size=(120, 40), theme="qm-light"),
    Shot(name="accounts", keys=("1",)),
    Shot(name="positions-grouped", keys=("2", "w", "u"), undo=("w", "n")),
    Shot(name="positions", keys=("2",)),
    Shot(name="positions-narrow", keys=("2",), size=(80, 24)),
    Shot(name="merged", keys=("2", "m")),
    Shot(name="exposure", keys=("2", "x")),
    Shot(name="options", keys=("3",)),
    Shot(
        name="filter",
        keys=("3", "slash", *typed("dte<30 qty<0 sym")),
        undo=("escape",),
        size=(120, 20),
    ),
    Shot(name="lots", keys=("4",)),
    Shot(name="gains", keys=("4", "c"), undo=("p",)),
    Shot(name="why", keys=("4", "w")),
    Shot(name="what-if", keys=("4", "x")),
    Shot(name="discrepancies", keys=("5",)),
    Shot(name="evidence", keys=("5", "enter")),
    Shot(name="activity", keys=("6",)),
    Shot(name="raw-row", keys=("6", "o"), size=(120, 24)),
    Shot(name="syncs", keys=("7",)),
    Shot(name="charts", keys=("0", "c"), size=(120, 32)),
    Shot(name="charts-allocation", keys=("0", "c", "a"), size=(120, 32)),
    Shot(name="charts-gains", keys=("0", "c", "u"), size=(120, 32)),
    Shot(name="columns", keys=("2", "C"), undo=("escape",)),
    Shot(name="export", keys=("2", "e"), undo=("escape",), size=(120, 24)),
    Shot(name="help", keys=("2", "question_mark"), undo=("escape",)),
    Shot(name="palette", keys=("2", "ctrl+p", *typed("nvda")), undo=("escape",), size=(120, 24)),
    Shot(name="jump", keys=("0", "semicolon"), undo=("escape",), size=(120, 40)),
    Shot(name="tour", keys=("0", "f1"), undo=("escape",)),
)
