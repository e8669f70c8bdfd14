"""How long the gateway is waited for, how often it is asked, and how much at a time."""

from dataclasses import dataclass, field

from qm_tui.brokers.ibkr.gateway_market import MarketSettings
from qm_tui.brokers.ibkr.gateway_updates import UpdateSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Seconds, unless said otherwise. Tests shorten them; users never see them."""

    handshake_timeout: float = 6.0
    """For the whole of connecting, whatever is tried meanwhile."""
    client_ids: int = 8
    """How many client ids are tried when those before are in use."""
    read_size: int = 2 * 1024
    """Bytes taken from the socket at a time: all of them are decoded before a key is answered."""

    section_timeout: float = 10.0
    """A section is given up when nothing of it came for so long."""
    section_limit: float = 60.0
    """A section that still brings something is given up after so long."""
    pnl_timeout: float = 2.0
    """Account profit and loss are waited for so long after everything else of the account."""

    heartbeat_every: float = 10.0
    heartbeat_timeout: float = 4.0
    """For the answer to one question; a second one is put before the connection is given up."""

    details_rate: float = 30.0
    """Contracts asked for a second. The library sends at most 45 requests a second in all."""
    details_timeout: float = 8.0
    """For the details of one contract."""
    details_budget: float = 30.0
    """For all details of one pull; the next pull goes on from there."""
    details_page: int = 45
    """Contracts saved at a time."""

    notices_for: float = 1800.0
    """A warning holds for so long after it was last heard."""

    market_data: bool = True
    """Whether quotes and Greeks are asked for."""
    market_budget: float = 10.0
    """For all quotes and Greeks of one pull."""
    market: MarketSettings = field(default_factory=MarketSettings)
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    look_every: float = 0.05
    """How often it is looked whether something was pushed."""
    portfolio_dwell: float = 10.0
    """How long one of several accounts streams its marks before the next one's turn."""
