"""What can be wrong with the two streams, from their upgrade on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Ending(StrEnum):
    """How a stream ends."""

    CLOSE = "close"
    """With a close frame."""
    FIN = "fin"
    RST = "rst"
    SILENCE = "silence"
    """The connection stays; nothing is said any more, not even the answer to a ping."""
    BAD_JSON = "bad-json"
    NOT_AN_OBJECT = "not-an-object"
    BINARY = "binary"
    GARBAGE = "garbage"
    """Bytes that are no websocket frame."""
    ERROR = "error"
    """The stream's own message of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A stream ends, or something comes in between that is no message, after so many messages."""

    after: int
    how: Ending = Ending.CLOSE
    code: int = 1012
    reason: str = "Reconnection is required"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFaults:
    """What may be wrong with either."""

    refuse: int | None = None
    """The upgrade is refused with this status."""
    upgrade_never: bool = False
    """The upgrade is never answered."""
    cut: Cut | None = None
    """After so many messages of the stream were said."""
    first_sessions: int | None = None
    """Only so many connections have the faults; those after them have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DxlinkFaults(StreamFaults):
    """What may be wrong with DXLink."""

    no_setup: bool = False
    """SETUP is never answered."""
    no_auth_answer: bool = False
    always_unauthorized: bool = False
    """Every AUTH is answered with UNAUTHORIZED, and the connection stays."""
    rejects_token: bool = False
    """AUTH is answered with UNAUTHORIZED and the end of the connection."""
    no_channel_opened: bool = False
    closes_channels: bool = False
    """A channel is closed (CHANNEL_CLOSED) right after its first events."""
    error_at: str | None = None
    """The message of theirs that is answered with ERROR: `SETUP`, `AUTH`, `CHANNEL_REQUEST` …"""
    no_feed_config: bool = False
    reverses_fields: bool = False
    """FEED_CONFIG names the fields in the other order than they were asked for, and means it."""
    drops_field: str | None = None
    """FEED_CONFIG leaves a field out, and events lack it."""
    says_full: bool = False
    """Events are objects, whatever was asked for."""
    mixes_types: bool = False
    """One message has events of several kinds."""
    wrong_length: bool = False
    """Every message with a list of values lacks the last of them."""
    unknown_symbols: bool = False
    """Each message has an event of a symbol nobody asked for."""
    unknown_messages: bool = False
    """A message of a kind nobody knows comes before each with events."""
    no_events_of: Sequence[str] = ()
    """Kinds or symbols of which nothing is ever said."""
    nan: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Kind, and the fields of it that are NaN."""
    garbled: Mapping[str, object] = field(default_factory=dict)
    """Fields of events that say something else than they should."""
    snapshot_bytes: int = 0
    """The first FEED_DATA is made so long with events of unknown symbols."""
    keepalive_never: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStreamFaults(StreamFaults):
    """What may be wrong with the account streamer."""

    status_error: str | None = None
    """What `connect` is answered with as an error."""
    no_answer: bool = False
    """`connect` and `heartbeat` are never answered."""
    heartbeat_error: bool = False
    """`heartbeat` is answered with an error."""
    unknown_types: bool = False
    """A push of a kind nobody knows comes before each."""
    malformed: bool = False
    """Every push lacks most of its fields."""
    data_is_text: bool = False
    loses_pushes: bool = False
    """Nothing is pushed any more, and the answers to heartbeats go on."""
