"""What all workers share."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from qm_tui.domain.live import LiveBook
from qm_tui.store.store import Store
from qm_tui.sync.derivation import Derivation
from qm_tui.sync.hub import Hub
from qm_tui.sync.schedule import Intervals
from qm_tui.sync.service import Importer


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The store, the news, the clock, and how often things are done."""

    store: Store
    importer: Importer
    live: LiveBook
    hub: Hub
    derivation: Derivation
    now: Callable[[], dt.datetime]
    holder: str
    """This program, as `pid@host kind`."""
    intervals: Intervals
    chance: Random
