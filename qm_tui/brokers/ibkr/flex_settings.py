"""How long the Flex web service is waited for, how often it is asked, and how much is taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexSettings:
    """Seconds, unless said otherwise. Tests shorten them; users never see them."""

    connect_timeout: float = 10.0
    chunk_timeout: float = 60.0
    """For the next piece of an answer."""
    answer_limit: float = 90.0
    """For the beginning of an answer, and for all of one that is no statement."""
    download_limit: float = 3600.0
    """For all of a statement."""
    stall_window: float = 60.0
    """In so long at least `stall_bytes` of a statement must come."""
    stall_bytes: int = 4 * 1024

    tries: int = 3
    """How often a request is made when the network or the server fails."""
    retry_wait: float = 1.0
    """Before the second try; doubled before each further one."""
    longest_retry_after: float = 120.0
    """A server that wants to be left alone for longer is not waited for."""
    busy_tries: int = 3
    """How often the service may say that it is busy before it is left alone."""
    busy_tries_making: int = 5
    """The same while a statement is being made: asking for it costs the service nothing."""
    busy_wait: float = 2.0
    """After the first such answer; doubled after each further one."""
    crowded_tries: int = 1
    """How often there may be too many requests with the token."""
    crowded_wait: float = 61.0
    """The limit is per minute."""

    poll_first: float = 1.0
    """Before a statement is asked for that is being made; doubled from time to time."""
    poll_most: float = 20.0
    poll_limit: float = 300.0
    """A statement that is not made after so long is given up."""

    # Interactive Brokers allows one request a second and ten a minute for one token.
    requests_apart: float = 1.0
    requests_at_most: int = 10
    """Requests in `requests_window`."""
    requests_window: float = 60.0

    largest: int = 2 * 1024**3
    """Bytes of a statement, unpacked."""
    report_every: int = 256 * 1024
    """Bytes between two reports of progress."""

    window_days: int = 365
    """What Interactive Brokers gives at most in one statement."""
    history_days: int = 5 * 365 + 1
    """How far back the first import goes at most."""
