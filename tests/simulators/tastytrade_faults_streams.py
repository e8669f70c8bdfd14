"""What can go wrong with the two streams; positions and history are whole all the same."""

from typing import Any

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_fault import Fault, Outcome, once
from tests.simulators.tastytrade_stream_faults import (
    AccountStreamFaults,
    Cut,
    DxlinkFaults,
    Ending,
)

_HANG = "Wait for ever, or call old prices fresh."
_RUSH = "Connect again without a pause, or never."
_SKIP = "End the stream because of it, or lose what comes after."


def _feed(name: str, says: str, never: str, outcome: Outcome, **faults: Any) -> Fault:
    def apply(double: TastytradeDouble) -> None:
        double.dxlink = DxlinkFaults(**faults)

    return Fault(name=f"dxlink-{name}", says=says, never=never, outcome=outcome, apply=apply)


def _stream(name: str, says: str, never: str, outcome: Outcome, **faults: Any) -> Fault:
    def apply(double: TastytradeDouble) -> None:
        double.account_stream = AccountStreamFaults(**faults)

    return Fault(name=f"account-{name}", says=says, never=never, outcome=outcome, apply=apply)


_ENDINGS = (
    (Ending.CLOSE, "ends with a close frame (1012)"),
    (Ending.FIN, "is closed without a word"),
    (Ending.RST, "is reset"),
    (Ending.SILENCE, "falls silent and stays"),
    (Ending.GARBAGE, "says bytes that are no frame"),
)
_NOISES = (
    (Ending.BAD_JSON, "says what is no JSON"),
    (Ending.NOT_AN_OBJECT, "says a list instead of an object"),
    (Ending.BINARY, "says something binary"),
    (Ending.ERROR, "says an error"),
)


def _cuts() -> list[Fault]:
    faults = []
    for kind, maker, after, word in (
        ("DXLink", _feed, 9, "dxlink"),
        ("The account streamer", _stream, 1, "account streamer"),
    ):
        for how, says in (*_ENDINGS, *_NOISES):
            never = _HANG if how is Ending.SILENCE else _RUSH
            faults.append(
                maker(
                    f"{how}-once",
                    f"{kind} {says} early in its first connection.",
                    never,
                    Outcome.RECOVERS,
                    cut=Cut(after=after, how=how),
                    first_sessions=1,
                )
            )
        faults.append(
            maker(
                "closes-always",
                f"Every connection of the {word} ends early.",
                _RUSH,
                Outcome.QUIET,
                cut=Cut(after=after, how=Ending.CLOSE),
            )
        )
        faults += [
            maker(
                f"refused-{status}",
                f"The upgrade of the {word} is refused with {status}.",
                _RUSH,
                Outcome.QUIET,
                refuse=status,
            )
            for status in (401, 403, 429, 503)
        ]
        faults.append(
            maker(
                "no-upgrade",
                f"The upgrade of the {word} is never answered.",
                _HANG,
                Outcome.QUIET,
                upgrade_never=True,
            )
        )
    return faults


_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "no-setup": ("SETUP is never answered.", {"no_setup": True}),
    "no-auth-answer": ("AUTH is never answered.", {"no_auth_answer": True}),
    "unauthorized": ("AUTH is always answered with UNAUTHORIZED.", {"always_unauthorized": True}),
    "token-rejected": ("The token of DXLink is rejected.", {"rejects_token": True}),
    "no-channel": ("CHANNEL_OPENED never comes.", {"no_channel_opened": True}),
    "error-at-setup": ("SETUP is answered with an ERROR.", {"error_at": "SETUP"}),
    "error-at-auth": ("AUTH is answered with an ERROR.", {"error_at": "AUTH"}),
    "error-at-channel": ("CHANNEL_REQUEST is answered with an ERROR.",
                         {"error_at": "CHANNEL_REQUEST"}),
    "error-at-feed": ("FEED_SETUP is answered with an ERROR.", {"error_at": "FEED_SETUP"}),
    "error-at-symbols": ("FEED_SUBSCRIPTION is answered with an ERROR.",
                         {"error_at": "FEED_SUBSCRIPTION"}),
    "wrong-length": ("Every list of values lacks the last.", {"wrong_length": True}),
    "no-greeks": ("No Greeks ever come.", {"no_events_of": ("Greeks",)}),
    "no-quotes": ("No quotes ever come.", {"no_events_of": ("Quote",)}),
    "no-events": ("No events ever come.",
                  {"no_events_of": ("Quote", "Trade", "Summary", "Greeks", "TradeETH")}),
    "greeks-nan": ("The delta of every option is NaN.", {"nan": {"Greeks": ("delta", "gamma")}}),
    "quotes-nan": ("The bid of every symbol is NaN.", {"nan": {"Quote": ("bidPrice",)}}),
    "channel-closes": ("A channel is closed right after its first events.",
                       {"closes_channels": True}),
}  # fmt: skip
_HARMLESS: dict[str, tuple[str, dict[str, Any]]] = {
    "fields-turned": ("FEED_CONFIG names the fields in another order.", {"reverses_fields": True}),
    "field-dropped": ("FEED_CONFIG leaves out a field that was asked for.",
                      {"drops_field": "askSize"}),
    "no-config": ("FEED_CONFIG never comes.", {"no_feed_config": True}),
    "full": ("Events are objects although lists were asked for.", {"says_full": True}),
    "mixed": ("One message has events of several kinds.", {"mixes_types": True}),
    "unknown-symbols": ("Events of symbols nobody asked for come along.",
                        {"unknown_symbols": True}),
    "unknown-messages": ("Messages of a kind nobody knows come along.", {"unknown_messages": True}),
    "megabyte": ("The first FEED_DATA has a million bytes.", {"snapshot_bytes": 1_000_000}),
    "no-keepalive": ("The broker never says KEEPALIVE.", {"keepalive_never": True}),
    "sizes-text": ("The sizes of quotes are words.",
                   {"garbled": {"bidSize": "big", "askSize": {"a": 1}}}),
}  # fmt: skip
_ACCOUNT_KINDS: dict[str, tuple[str, Outcome, dict[str, Any]]] = {
    "status-error": ("The connection to accounts is answered with an error.", Outcome.QUIET,
                     {"status_error": "failed"}),
    "no-answer": ("The connection to accounts is never answered.", Outcome.QUIET,
                  {"no_answer": True}),
    "heartbeat-error": ("Heartbeats are answered with an error.", Outcome.QUIET,
                        {"heartbeat_error": True}),
    "unknown-types": ("Pushes of a kind nobody knows come along.", Outcome.WHOLE,
                      {"unknown_types": True}),
    "malformed": ("Every push lacks most of its fields.", Outcome.RECOVERS, {"malformed": True}),
    "data-text": ("The data of every push are a text.", Outcome.RECOVERS, {"data_is_text": True}),
    "pushes-lost": ("Nothing is pushed any more, and heartbeats are answered.", Outcome.QUIET,
                    {"loses_pushes": True}),
}  # fmt: skip


def _kinds() -> list[Fault]:
    return [
        *(_feed(n, s, _HANG, Outcome.QUIET, **f) for n, (s, f) in _KINDS.items()),
        *(_feed(n, s, _SKIP, Outcome.WHOLE, **f) for n, (s, f) in _HARMLESS.items()),
        *(_stream(n, s, _SKIP, o, **f) for n, (s, o, f) in _ACCOUNT_KINDS.items()),
    ]


def _news_while_away(double: TastytradeDouble) -> None:
    double.drop_account_streams()
    double.desk.fill(double.book.only.number, "MSFT", "Sell to Close", "10", "421.5")


def _quotes_revoked(double: TastytradeDouble) -> None:
    double.revoke_quote_tokens()
    double.drop_feeds()


def _elsewhere(double: TastytradeDouble) -> None:
    double.dxlink_url = "wss://example.invalid/realtime"


def _delayed(double: TastytradeDouble) -> None:
    double.book.quote_level = "delayed"


STREAMS: tuple[Fault, ...] = (
    *_cuts(),
    *_kinds(),
    Fault(
        name="dxlink-elsewhere",
        says="The answer with the quote token names an address that does not exist.",
        never=_RUSH,
        outcome=Outcome.QUIET,
        apply=_elsewhere,
    ),
    Fault(
        name="dxlink-delayed",
        says="The quote token is for delayed prices.",
        never="Call them live.",
        outcome=Outcome.WHOLE,
        apply=_delayed,
    ),
    Fault(
        name="streams-drop",
        says="Both streams end, and may be connected again.",
        never=_RUSH,
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: double.drop_streams()),
    ),
    Fault(
        name="streams-reset",
        says="Both streams are reset, and may be connected again.",
        never=_RUSH,
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: double.drop_streams(Ending.RST)),
    ),
    Fault(
        name="streams-silent",
        says="Both streams fall silent and stay.",
        never=_HANG,
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: double.silence_streams()),
    ),
    Fault(
        name="quote-tokens-revoked",
        says="No quote token is good any more, and DXLink ends.",
        never="Try the old token again and again.",
        outcome=Outcome.RECOVERS,
        happen=once(_quotes_revoked),
    ),
    Fault(
        name="news-while-away",
        says="The account streamer ends, a position changes, and it may be connected again.",
        never="Miss what happened in between.",
        outcome=Outcome.RECOVERS,
        happen=once(_news_while_away),
    ),
)
