"""What can go wrong with tokens, and with every request alike."""

from tests.simulators.tastytrade import TOKEN_PATH, TastytradeDouble
from tests.simulators.tastytrade_acts import ACTS, GRANT_REFUSED, Act, grant
from tests.simulators.tastytrade_fault import Fault, Outcome, once, passing

ANY = "/[!o]*"
"""Every path but the one for tokens."""
_LOOP = "Ask for a token again before the user acts: the broker blocks the address for hours."
_CLOSED = "Show positions as closed, or try again without a pause."


def acting(name: str, says: str, never: str, outcome: Outcome, path: str, *acts: Act) -> Fault:
    """A fault of the next answers to a path."""
    return Fault(
        name=name,
        says=says,
        never=never,
        outcome=outcome,
        apply=lambda double: double.act(path, *acts),
    )


def lasting(name: str, says: str, never: str, outcome: Outcome, path: str, act: Act) -> Fault:
    """A fault of every answer to a path."""

    def apply(double: TastytradeDouble) -> None:
        double.always[path] = act

    return Fault(name=name, says=says, never=never, outcome=outcome, apply=apply)


def _refused_forms() -> list[Fault]:
    return [
        lasting(
            f"grant-refused-{form}",
            f"The refresh token is refused for good, in the form called {form}.",
            _LOOP,
            Outcome.REFUSED,
            TOKEN_PATH,
            act,
        )
        for form, act in GRANT_REFUSED.items()
    ]


def _short_lived(double: TastytradeDouble) -> None:
    double.oauth.says = 1


def _no_time(double: TastytradeDouble) -> None:
    double.oauth.says = -5


def _clock_ahead(double: TastytradeDouble) -> None:
    double.clock_off = 7200.0


def _clock_behind(double: TastytradeDouble) -> None:
    double.clock_off = -86_400.0


def _says_too_long(double: TastytradeDouble) -> None:
    double.oauth.lifetime, double.oauth.says = 1.0, 900


def _slow(double: TastytradeDouble) -> None:
    double.latency = 0.2


ACCESS: tuple[Fault, ...] = (
    *_refused_forms(),
    acting(
        "token-outage",
        "The first request for a token is answered with 503.",
        "Take it for a refusal.",
        Outcome.RECOVERS,
        TOKEN_PATH,
        ACTS["unavailable"],
    ),
    lasting(
        "token-outage-lasts",
        "Every request for a token is answered with 503.",
        "Take it for a refusal, or try again without a pause.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        ACTS["unavailable-html"],
    ),
    lasting(
        "token-crowded",
        "Every request for a token is answered with 429 and no Retry-After.",
        "Ask again within the quarter of an hour.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        ACTS["crowded"],
    ),
    lasting(
        "token-garbled",
        "The answer with the token is cut off.",
        "Take it for a refusal.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        ACTS["cut"],
    ),
    lasting(
        "token-html",
        "The token is answered with a page and status 200.",
        "Take the page for a token.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        ACTS["html"],
    ),
    lasting(
        "token-missing",
        "The answer has no access_token, and status 200.",
        "Ask without one, or end with a KeyError.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        grant(access_token=None),
    ),
    lasting(
        "token-is-number",
        "The access_token is a number.",
        "End with a TypeError.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        grant(access_token=7),
    ),
    lasting(
        "token-silent",
        "The request for a token is never answered.",
        "Wait for ever.",
        Outcome.UNAVAILABLE,
        TOKEN_PATH,
        ACTS["silent"],
    ),
    lasting(
        "expires-in-missing",
        "The answer does not say how long the token lives.",
        "Ask for a token before every request.",
        Outcome.WHOLE,
        TOKEN_PATH,
        grant(expires_in=None),
    ),
    lasting(
        "expires-in-text",
        "The life of the token is a word.",
        "End with a ValueError.",
        Outcome.WHOLE,
        TOKEN_PATH,
        grant(expires_in="soon"),
    ),
    Fault(
        name="expires-in-tiny",
        says="The token is said to live for a second.",
        never="Ask for a token before every request without a limit.",
        outcome=Outcome.WHOLE,
        apply=_short_lived,
    ),
    Fault(
        name="expires-in-negative",
        says="The token is said to have died five seconds ago.",
        never="Ask for tokens in a loop.",
        outcome=Outcome.WHOLE,
        apply=_no_time,
    ),
    Fault(
        name="token-dies-early",
        says="The token lives for a second and is said to live for 900.",
        never="Fail for good: one new token mends it.",
        outcome=Outcome.WHOLE,
        apply=_says_too_long,
    ),
    Fault(
        name="tokens-revoked",
        says="Every access token that was given stops being good.",
        never="Ask more than once for a new one at a time.",
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: double.revoke_tokens()),
    ),
    acting(
        "unauthorized-once",
        "One request is answered with 401.",
        "Take the access for refused: a new token mends it.",
        Outcome.WHOLE,
        ANY,
        ACTS["unauthorized"],
    ),
    lasting(
        "unauthorized-always",
        "Every request is answered with 401, whatever the token.",
        "Renew the token again and again.",
        Outcome.REFUSED,
        ANY,
        ACTS["unauthorized"],
    ),
    lasting(
        "unauthorized-html",
        "Every request is answered with 401 and a page.",
        "Renew the token again and again.",
        Outcome.REFUSED,
        ANY,
        ACTS["unauthorized-html"],
    ),
    lasting(
        "forbidden-always",
        "Every request is answered with 403 and a page, as a firewall does.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["forbidden-html"],
    ),
    acting(
        "crowded-a-second",
        "One request is answered with 429, and to come back in a second.",
        "Come back before.",
        Outcome.WHOLE,
        ANY,
        ACTS["crowded-a-second"],
    ),
    lasting(
        "crowded-an-hour",
        "Every request is answered with 429, and to come back in an hour.",
        "Come back before.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["crowded-an-hour"],
    ),
    lasting(
        "crowded-until",
        "Every request is answered with 429, and a date on which to come back.",
        "Come back before.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["crowded-until"],
    ),
    lasting(
        "crowded",
        "Every request is answered with 429 and nothing about when.",
        "Try again without a pause.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["crowded"],
    ),
    lasting(
        "crowded-nonsense",
        "Every request is answered with 429 and a Retry-After that is neither number nor date.",
        "End with a ValueError, or try again without a pause.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["crowded-nonsense"],
    ),
    acting(
        "error-burst",
        "Two requests are answered with 500 and 503, then all is well.",
        "Give up at the first.",
        Outcome.WHOLE,
        ANY,
        ACTS["error"],
        ACTS["unavailable"],
    ),
    lasting(
        "errors",
        "Every request is answered with 500.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["error"],
    ),
    lasting(
        "bad-gateway",
        "Every request is answered with 502 and a page.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["bad-gateway"],
    ),
    lasting(
        "maintenance",
        "Every request is answered with 503.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["unavailable"],
    ),
    lasting(
        "gateway-timeout",
        "Every request is answered with 504.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["gateway-timeout"],
    ),
    lasting(
        "html-everywhere",
        "Every request is answered with a page and status 200.",
        "Take the page for an empty answer.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["html"],
    ),
    lasting(
        "redirected",
        "Every request is sent elsewhere.",
        "Go there: the token would go along.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["redirect"],
    ),
    lasting(
        "reset-everywhere",
        "Every connection is reset instead of an answer.",
        _CLOSED,
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["reset"],
    ),
    acting(
        "reset-once",
        "One connection is reset instead of an answer.",
        "Give up: reading again does no harm.",
        Outcome.WHOLE,
        ANY,
        ACTS["reset"],
    ),
    lasting(
        "silent-everywhere",
        "No request is ever answered.",
        "Wait for ever.",
        Outcome.UNAVAILABLE,
        ANY,
        ACTS["silent"],
    ),
    Fault(
        name="slow",
        says="Every answer takes a fifth of a second.",
        never="Give up.",
        outcome=Outcome.WHOLE,
        apply=_slow,
    ),
    Fault(
        name="clock-ahead",
        says="The broker's clock is two hours ahead.",
        never="Ask for tokens in a loop, or lose the rows of today.",
        outcome=Outcome.WHOLE,
        apply=_clock_ahead,
    ),
    Fault(
        name="clock-behind",
        says="The broker's clock is a day behind.",
        never="Use a dead token, or ask for days that are yet to come and call them read.",
        outcome=Outcome.WHOLE,
        apply=_clock_behind,
    ),
    Fault(
        name="port-refuses",
        says="Nothing listens: the broker cannot be reached.",
        never=_CLOSED,
        outcome=Outcome.UNAVAILABLE,
        apply=lambda double: double.stop_listening(),
    ),
    Fault(
        name="goes-down",
        says="Every connection is reset, and then nothing listens.",
        never=_CLOSED,
        outcome=Outcome.UNAVAILABLE,
        happen=once(lambda double: double.go_down()),
    ),
    Fault(
        name="freezes",
        says="The broker says nothing for a while, on any connection.",
        never="Wait for ever, or call what is shown fresh.",
        outcome=Outcome.RECOVERS,
        happen=passing(lambda double: double.freeze(), lambda double: double.thaw()),
    ),
)
