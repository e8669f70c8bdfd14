"""The parts of one connection to Tastytrade, put together."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.customer import Customer
from qm_tui.brokers.tastytrade.history import History
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.settings import TastytradeSettings
from qm_tui.brokers.tastytrade.stream import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a connection consists of. It is made when the connection is, and ends with it."""

    access: Access
    customer: Customer
    instruments: Instruments
    history: History
    live: Live
    settings: TastytradeSettings
    now: Callable[[], dt.datetime]
    is_sandbox: bool
