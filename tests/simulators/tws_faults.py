"""What can go wrong with a gateway, each to be switched on by its name.

`Faults` is what is wrong from the start or from now on (`TwsDouble.set_faults`); what happens once,
a drop, a restart, is a method of `TwsDouble`. The table of all of them is in `tws_fault_table`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulators.tws_wire import Ask, Say


class Greeting(StrEnum):
    """What the double does with a client that says hello."""

    GOOD = "good"
    SILENCE = "silence"
    FIN = "fin"
    RST = "rst"
    GARBAGE = "garbage"
    THREE_FIELDS = "three fields"
    OLD_VERSION = "old version"
    HTTP = "http"
    """Something else listens on that port."""


class Ending(StrEnum):
    """How a stream of messages breaks off."""

    SILENCE = "silence"
    FIN = "fin"
    RST = "rst"
    TRUNCATED = "truncated"
    """Half a frame, then the end of the connection."""


class Damage(StrEnum):
    """What is wrong with one message."""

    FIELD_MISSING = "field missing"
    FIELD_TOO_MANY = "field too many"
    NOT_A_NUMBER = "not a number"
    EMPTY_NUMBER = "empty number"
    NAN = "nan"
    UNSET = "unset"
    NO_FIELDS = "no fields"
    NO_NUL = "no nul"
    BAD_UTF8 = "bad utf-8"
    UNKNOWN_NUMBER = "unknown number"
    TEXT_NUMBER = "text number"
    ZERO_LENGTH = "zero length"
    LENGTH_TOO_SHORT = "length too short"
    LENGTH_TOO_LONG = "length too long"
    LENGTH_HUGE = "length huge"
    TWICE = "twice"
    """The message arrives two times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoil:
    """Damage to one message of a kind in every session."""

    say: Say
    damage: Damage
    nth: int | None = 1
    """The first is 0; None damages every one."""
    where: int = -2
    """The field that is damaged, as an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The stream breaks off after so many messages of a kind."""

    say: Say
    after: int
    how: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that may be wrong; nothing is by itself."""

    listening: bool = True
    """False: the port refuses."""
    greeting: Greeting = Greeting.GOOD
    greeting_after: float = 0.0
    """Seconds until the greeting is answered."""
    no_next_valid_id: bool = False
    no_managed_accounts: bool = False
    managed_accounts: str | None = None
    """What is said instead of the names of the accounts ("" for none)."""
    used_client_ids: frozenset[int] = frozenset()
    """Refused with 326, as if another program had them."""
    used_ids: int = 0
    """So many ids are refused with 326: the first that are tried, whichever they are."""
    close_with: int | None = None
    """An error after the greeting, 502 or 504, and the connection is closed."""
    offline: bool = False
    """The gateway runs but has no connection to IB: 1100 and 2110, and no data."""

    silent: frozenset[Ask] = frozenset()
    """Requests that are never answered."""
    late: Mapping[Ask, float] = field(default_factory=dict)
    """Seconds until requests of a kind are answered."""
    no_position_end: bool = False
    no_account_download_end: bool = False
    no_multi_end: bool = False
    no_execution_end: bool = False
    no_summary_end: bool = False
    no_contract_details_end: bool = False
    no_snapshot_end: bool = False
    cut: Cut | None = None
    spoil: tuple[Spoil, ...] = ()
    bytes_at_a_time: int = 0
    """Frames leave in pieces of so many bytes; 0: whole."""
    no_positions: bool = False
    """Positions come to their end without a row, whatever is held."""
    no_portfolio: bool = False
    """Account updates bring values but no portfolio rows, and end as usual."""

    read_only: bool = False
    """"Read-Only API" is ticked: whatever has to do with orders is refused with 321."""
    market_data_error: int | None = None
    """354, 10197, 200, 321 …: every request for market data fails with it."""
    market_data_lines: int = 100
    """One more gives error 101."""
    no_ticks: bool = False
    """Market data is accepted and never sent."""
    no_greeks: bool = False
    no_pnl: bool = False
    """P&L is accepted and never sent."""
    pacing_drops: bool = False
    """More than 50 requests a second end the connection."""
    error_on: Mapping[Ask, int] = field(default_factory=dict)
    """Requests of a kind fail with that error."""
    first_sessions: int | None = None
    """Only the first so many connections meet all this; None: every one does."""

    @property
    def omitted(self) -> frozenset[Say]:
        """What is never said."""
        return frozenset(say for say, name in _OMITTED.items() if getattr(self, name))


_OMITTED: dict[Say, str] = {
    Say.NEXT_VALID_ID: "no_next_valid_id",
    Say.MANAGED_ACCOUNTS: "no_managed_accounts",
    Say.POSITION_END: "no_position_end",
    Say.ACCOUNT_DOWNLOAD_END: "no_account_download_end",
    Say.ACCOUNT_MULTI_END: "no_multi_end",
    Say.EXECUTION_END: "no_execution_end",
    Say.SUMMARY_END: "no_summary_end",
    Say.CONTRACT_DETAILS_END: "no_contract_details_end",
    Say.SNAPSHOT_END: "no_snapshot_end",
    Say.POSITION: "no_positions",
    Say.PORTFOLIO: "no_portfolio",
    Say.OPTION_COMPUTATION: "no_greeks",
    Say.PNL: "no_pnl",
    Say.PNL_SINGLE: "no_pnl",
}

WORDS: dict[int, str] = {
    100: "Max rate of messages per second has been exceeded:max=50 rec=51 (1)",
    101: "Max number of tickers has been reached",
    162: "Historical Market Data Service error message:No data",
    200: "No security definition has been found for the request",
    321: "Error validating request.-'bH' : cause - Please enter exchange",
    322: "Error processing request.-'bN' : cause - Maximum number of account summary requests "
    "exceeded",
    326: "Unable to connect as the client id is already in use. Retry with a unique client id.",
    354: "Requested market data is not subscribed. Delayed market data is available.",
    502: 'Couldn\'t connect to TWS. Confirm that "Enable ActiveX and Socket Clients" is enabled',
    504: "Not connected",
    507: "Bad Message Length",
    1100: "Connectivity between IBKR and Trader Workstation has been lost.",
    1101: "Connectivity between IBKR and Trader Workstation has been restored - data lost.",
    1102: "Connectivity between IBKR and Trader Workstation has been restored - data maintained. "
    "All data farms are connected: usfarm; ushmds; secdefnj.",
    1300: "TWS socket port has been reset and this connection is being dropped.",
    2103: "Market data farm connection is broken:usfarm",
    2104: "Market data farm connection is OK:usfarm",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usfarm",
    2110: "Connectivity between Trader Workstation and server is broken. "
    "It will be restored automatically.",
    2119: "Market data farm is connecting:usfarm",
    2158: "Sec-def data farm connection is OK:secdefnj",
    10167: "Requested market data is not subscribed. Displaying delayed market data.",
    10197: "No market data during competing live session",
}
READ_ONLY = "The API interface is currently in Read-Only mode."


def words_of(code: int) -> str:
    """What TWS says with a code, or something where we do not know it."""
    return WORDS.get(code, f"Something that has the number {code}")
