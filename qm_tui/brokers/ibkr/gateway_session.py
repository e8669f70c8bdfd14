"""The parts of one connection to the gateway, put together."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.brokers.ibkr.gateway_holdings import Holdings
from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_library import IB
from qm_tui.brokers.ibkr.gateway_link import Link
from qm_tui.brokers.ibkr.gateway_market import MarketData
from qm_tui.brokers.ibkr.gateway_portfolios import Portfolios
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.brokers.ibkr.gateway_updates import PushedUpdates


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a connection consists of. It is made when the connection is, and ends with it."""

    link: Link
    ib: IB
    instruments: GatewayInstruments
    holdings: Holdings
    pushed: PushedUpdates
    portfolios: Portfolios
    market: MarketData
    settings: GatewaySettings
    now: Callable[[], dt.datetime]
