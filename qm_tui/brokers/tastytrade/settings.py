"""How long Tastytrade is waited for, how much is asked at once, how often news are told."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request and its answer; seconds, unless said otherwise."""

    connect: float = 10.0
    silence: float = 15.0
    """Without a byte: of the headers, or in the middle of the body."""
    whole: float = 90.0
    """For all of an answer, however it trickles."""
    token: float = 20.0
    """For an access token."""
    tries: int = 3
    """Of a request whose failure may pass: it only reads."""
    pauses: tuple[float, ...] = (0.5, 2.0)
    """Before the second and the third try."""
    patience: float = 15.0
    """The longest that a broker's own wish (Retry-After) is waited for within a request."""
    rest: float = 60.0
    """Left alone after "too many requests", where the broker does not say how long."""
    largest: int = 64 * 1024 * 1024
    """Bytes of an answer that are read at most."""
    at_once: int = 4
    """Requests that are under way at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The history of transactions, asked for in windows of days."""

    page: int = 1000
    """Rows a page."""
    fallback_page: int = 250
    """Where the broker refuses that many."""
    window: dt.timedelta = dt.timedelta(days=365)
    overlap: dt.timedelta = dt.timedelta(days=14)
    """Asked again each time: fees are restated, and rows come late."""
    whole_every: dt.timedelta = dt.timedelta(days=30)
    """After which everything is asked for again: a row may be booked late with a day long past."""
    rereads: int = 3
    """Of a window whose rows shifted while it was read."""
    earliest: dt.date = dt.date(2017, 1, 1)
    """From where on to ask of an account that does not say when it was opened: the broker began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """What is pushed; seconds, unless said otherwise."""

    enabled: bool = True
    look_every: float = 0.1
    """At most so often changes are told: the screen cannot be read faster."""
    greet: float = 15.0
    """For the handshake of a stream, all of it."""
    budget: float = 12.0
    """For the prices and Greeks of one sync; what comes later comes with the next."""
    settle: float = 3.0
    """That what is held is asked for later, so that its changes are listened to before."""
    silent: float = 75.0
    """A stream from which nothing came for so long is given up; keepalives come every 30."""
    keepalive: float = 30.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    """Between two attempts to connect a stream; doubled in between."""
    portion: int = 200
    """Symbols subscribed to in one message."""
    fills: tuple[float, ...] = (1.0, 4.0, 15.0)
    """After a fill is pushed, when the history is asked for its transaction."""
    old: float = 900.0
    """Greeks that did not come for so long are no longer of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TastytradeSettings:
    """All of them; the tests are less patient."""

    asking: Asking = Asking()
    history: History = History()
    streaming: Streaming = Streaming()
