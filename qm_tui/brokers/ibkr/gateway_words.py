"""What the gateway's numbered messages mean for the user, and what they do to the connection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from qm_tui.brokers.quoting import quoted

_SILENCE = "nothing more arrived"


class Effect(Enum):
    """What a message does to the connection."""

    NONE = auto()
    AWAY = auto()
    """Interactive Brokers is not reached: nothing that is shown is sure to be of now."""
    SERVER_AWAY = auto()
    """The same; that a farm is reached tells that it is over."""
    BACK_EMPTY = auto()
    """It is reached again, and has forgotten what was subscribed."""
    BACK = auto()
    """It is reached again, and went on."""
    FARM_AWAY = auto()
    """A part of the market data is not reached."""
    FARM_BACK = auto()
    ENDING = auto()
    """The gateway is about to close the connection."""
    TAKEN = auto()
    """Another program is connected under this client id."""
    DELAYED = auto()
    """Prices come late."""
    RESUBSCRIBE = auto()
    """The gateway stopped pushing an account's values."""


class Tells(Enum):
    """Who is to hear of a message."""

    NOBODY = auto()
    LINK = auto()
    """It is about the connection: the status bar."""
    ACCOUNT = auto()
    """It holds for the account for a while: a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A message in words for the user."""

    says: str
    effect: Effect = Effect.NONE
    tells: Tells = Tells.NOBODY
    kind: str = "warning"
    """Of the notice: `restriction`, `warning` or `information`."""


_LINK, _ACCOUNT = Tells.LINK, Tells.ACCOUNT

_MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        100: Meaning(
            says="The gateway was asked too often at once and may drop this connection. Other "
            "programs may be asking through it as well.",
            tells=_LINK,
        ),
        101: Meaning(
            says="All market data lines are in use, by TWS or by other programs: some prices and "
            "Greeks are missing. Close watchlists that are not needed.",
            tells=_ACCOUNT,
        ),
        326: Meaning(says="Another program uses this client id.", effect=Effect.TAKEN),
        354: Meaning(
            says="No live market data are subscribed for some of the instruments; delayed prices "
            "are shown where there are any. Subscribe to them in the Client Portal.",
            tells=_ACCOUNT,
            kind="information",
        ),
        502: Meaning(
            says="TWS or IB Gateway says that it cannot be connected to: check that its API is "
            "switched on (Configure → API → Settings → Enable ActiveX and Socket Clients).",
            tells=_LINK,
        ),
        503: Meaning(
            says="TWS or IB Gateway is too old for the API: install a current version.",
            tells=_LINK,
        ),
        504: Meaning(
            says="TWS or IB Gateway says that it is not connected to Interactive Brokers: check "
            "that it is logged in.",
            tells=_LINK,
        ),
        1100: Meaning(
            says="TWS or IB Gateway has lost its connection to Interactive Brokers and restores it "
            "by itself. What is shown may be old.",
            effect=Effect.AWAY,
            tells=_LINK,
        ),
        1101: Meaning(
            says="TWS or IB Gateway is connected to Interactive Brokers again; everything is "
            "asked for anew.",
            effect=Effect.BACK_EMPTY,
            tells=_LINK,
        ),
        1102: Meaning(
            says="TWS or IB Gateway is connected to Interactive Brokers again.",
            effect=Effect.BACK,
            tells=_LINK,
        ),
        1300: Meaning(
            says="TWS or IB Gateway now listens on another port and drops this connection: check "
            "the port in its API settings and in the configuration.",
            effect=Effect.ENDING,
            tells=_LINK,
        ),
        2100: Meaning(
            says="Another program asked for the same account's values, and the gateway stopped "
            "sending them here; they are asked for again.",
            effect=Effect.RESUBSCRIBE,
        ),
        2103: Meaning(
            says="Market data are away ({farm}); the gateway reconnects by itself. Prices may be "
            "old.",
            effect=Effect.FARM_AWAY,
            tells=_LINK,
        ),
        2104: Meaning(says="Market data are there again ({farm}).", effect=Effect.FARM_BACK),
        2105: Meaning(says="Historical data are away ({farm})."),
        2106: Meaning(says="Historical data are there ({farm})."),
        2107: Meaning(says="Historical data come on demand ({farm})."),
        2108: Meaning(says="Market data are there again ({farm}).", effect=Effect.FARM_BACK),
        2110: Meaning(
            says="TWS or IB Gateway has lost its connection to Interactive Brokers and restores it "
            "by itself. What is shown may be old.",
            effect=Effect.SERVER_AWAY,
            tells=_LINK,
        ),
        2119: Meaning(says="Market data are being connected ({farm})."),
        10197: Meaning(
            says="Prices and Greeks are withheld because the same user is logged in elsewhere with "
            "live market data. Log out there to have them here.",
            tells=_ACCOUNT,
        ),
        **{
            code: Meaning(
                says="Prices come some fifteen minutes late: no live market data are subscribed "
                "for some of the instruments. Subscribe to them in the Client Portal.",
                effect=Effect.DELAYED,
                tells=_ACCOUNT,
                kind="information",
            )
            for code in (10090, 10167)
        },
        **{
            code: Meaning(
                says="Some market data need a subscription for the API; they are missing here. "
                "See Market Data Subscriptions in the Client Portal.",
                tells=_ACCOUNT,
                kind="information",
            )
            for code in (10089, 10168, 10186, 420)
        },
    }
)

# Other news of farms and of the library's own requests, which nobody needs to hear of.
_QUIET = frozenset({162, 165, 200, 300, 310, 320, 321, 322, 366, 2150, 2157, 2158, 2168, 2169, 399})
_RESTRICTED = (
    "restrict",
    "closing only",
    "close only",
    "liquidation only",
    "no trading permission",
)


def meaning(code: int, message: str, request: int) -> Meaning:
    """Return what a message means.

    Args:
        code: its number.
        message: in the gateway's words.
        request: what it answers; -1 when it answers nothing.
    """
    found = _MEANINGS.get(code)
    if found is not None:
        if "{farm}" not in found.says:
            return found
        return Meaning(
            says=found.says.replace("{farm}", farm(message)),
            effect=found.effect,
            tells=found.tells,
            kind=found.kind,
        )
    says = f"Interactive Brokers says: {quoted(message)} (message {code})."
    if request > 0 or code in _QUIET:
        return Meaning(says=says)
    restricts = any(word in message.lower() for word in _RESTRICTED)
    return Meaning(says=says, tells=_ACCOUNT, kind="restriction" if restricts else "warning")


def farm(message: str) -> str:
    """Return the farm that a message names, `usfarm`: what stands behind its last colon or dot."""
    said = message.rstrip(". ")
    name = said[max(said.rfind(":"), said.rfind(".")) + 1 :]
    return quoted(name)[:30] or "unknown"


def unanswered(what: str, seconds: float) -> str:
    """Say that an answer did not come, or stopped."""
    return f"{what} did not come completely: {_SILENCE} for {seconds:g} seconds."


def advice(sentences: Iterable[str]) -> str | None:
    """Say once what to do about answers that did not come; None when there are none."""
    if not any(_SILENCE in sentence for sentence in sentences):
        return None
    return "What was known stays. Sync again; restart TWS or IB Gateway if it happens again."


def refused(what: str, code: int, message: str) -> str:
    """Say that the gateway did not want to answer."""
    return f'{what} could not be had: the gateway says "{quoted(message)}" (message {code}).'


def not_listening(host: str, port: int) -> str:
    """Say what to do when nobody is there."""
    return (
        f"Nothing listens on {host}:{port}: is TWS or IB Gateway running, and its API switched on "
        "(Configure → API → Settings → Enable ActiveX and Socket Clients; port 4001/4002 of IB "
        "Gateway, 7496/7497 of TWS)?"
    )


def not_reached(host: str, port: int, reason: str) -> str:
    """Say that the address itself cannot be reached."""
    return (
        f"{host}:{port} cannot be reached ({quoted(reason)}): check host and port of this "
        "connection, and that TWS or IB Gateway runs there."
    )


def no_answer(host: str, port: int, seconds: float) -> str:
    """Say what may be when somebody is there and says nothing."""
    return (
        f"What listens on {host}:{port} did not answer within {seconds:g} seconds: TWS or IB "
        "Gateway may be starting, or may be waiting for the incoming connection to be accepted "
        "in a dialog; or another program listens on that port."
    )


def no_accounts(host: str, port: int) -> str:
    """Say that nobody is logged in."""
    return (
        f"TWS or IB Gateway on {host}:{port} answers, but names no account: log in to it, and "
        "wait until it has started."
    )


def closed_at_once(host: str, port: int) -> str:
    """Say what may be when the connection is closed before it is made."""
    return (
        f"{host}:{port} closed the connection at once: check that TWS or IB Gateway accepts "
        "connections from this computer (Configure → API → Settings → Trusted IPs), and that no "
        "other program listens on that port."
    )


def no_gateway(host: str, port: int) -> str:
    """Say that somebody else is there."""
    return (
        f"What listens on {host}:{port} does not speak as TWS or IB Gateway do: check the port of "
        "this connection (4001/4002 of IB Gateway, 7496/7497 of TWS)."
    )


def too_old(host: str, port: int) -> str:
    """Say that the gateway must be renewed."""
    return f"TWS or IB Gateway on {host}:{port} is too old: install version 972 or a later one."


def id_changed(first: int, used: int) -> str:
    """Say that another client id is used than the one that is configured."""
    last = used - 1
    which = f"Client id {last} is" if last == first else f"Client ids {first} to {last} are"
    return f"{which} in use by other programs: connected as {used}."


def ids_in_use(first: int, last: int) -> str:
    """Say that no client id is free."""
    which = f"Client id {first} is" if first == last else f"Client ids {first} to {last} are all"
    return (
        f"{which} in use by other programs, or by a connection that the gateway has not given up "
        "yet: wait a minute, or choose another client_id for this connection."
    )


def lost(host: str, port: int, before: str | None) -> str:
    """Say that the connection ended; `before` is what the gateway said last."""
    why = f" {before or 'Look at its window: it may have been restarted or logged out.'}"
    return f"TWS or IB Gateway on {host}:{port} closed the connection.{why}"


def hung(host: str, port: int, seconds: float) -> str:
    """Say that nobody answers any more."""
    return (
        f"TWS or IB Gateway on {host}:{port} did not answer any more for {seconds:g} seconds: it "
        "hangs, or the way to it is cut. Look at its window; restart it if need be."
    )
