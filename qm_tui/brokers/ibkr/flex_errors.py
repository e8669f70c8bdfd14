"""What the error answers of the Flex web service mean: what we do, and what the user has to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from qm_tui.brokers.quoting import quoted


class Reaction(Enum):
    """What the program does by itself."""

    POLL = "poll"
    """The statement is being made: ask again for it, for minutes."""
    RETRY = "retry"
    """The service is busy or not ready: ask again a few times, then leave it for later."""
    SLOW_DOWN = "slow_down"
    """Too many requests: wait until some are allowed again."""
    START_OVER = "start_over"
    """The statement is lost: have it made again."""
    NOTHING = "nothing"
    """There is no statement of these days; of the query as it is, the user has to act."""
    REFUSE = "refuse"
    """The user has to act; asking again would be refused again, and too often locks the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error code."""

    reaction: Reaction
    meaning: str
    """Goes on from `Interactive Brokers says that`."""
    advice: str
    """A sentence or two; `{name}` is the connection."""


_LATER = "The open monitor asks again by itself; `qm-tui sync {name}` asks at once."
_TOKENS = "Performance & Reports → Flex Queries → Flex Web Service Configuration"
_QUERIES = "Performance & Reports → Flex Queries"


def _retry(meaning: str, advice: str = _LATER) -> Fault:
    return Fault(reaction=Reaction.RETRY, meaning=meaning, advice=advice)


def _refuse(meaning: str, advice: str) -> Fault:
    return Fault(reaction=Reaction.REFUSE, meaning=meaning, advice=advice)


# Source: the public error table of the Flex Web Service, version 3; it has no 1002 and ends at
# 1021. 1025 is in no documentation, but was met by users.
FAULTS: Mapping[int, Fault] = MappingProxyType(
    {
        1001: _retry("the statement could not be generated now"),
        1003: Fault(
            reaction=Reaction.NOTHING,
            meaning="the statement is not available",
            advice="In Client Portal (" + _QUERIES + ") check the period and the accounts of the "
            "query, run it there once, then try `qm-tui sync {name}`.",
        ),
        1004: _retry("the statement is not complete yet"),
        1005: _retry("the settlement data are not ready yet"),
        1006: _retry("the FIFO profit and loss data are not ready yet"),
        1007: _retry("the mark-to-market data are not ready yet"),
        1008: _retry("the mark-to-market and FIFO data are not ready yet"),
        1009: _retry("its server is under heavy load"),
        1010: _refuse(
            "this is a legacy Flex query, which is not supported any more",
            "In Client Portal (" + _QUERIES + ") make an Activity Flex query of it and put its id "
            "into the configuration as query_id of {name}.",
        ),
        1011: _refuse(
            "the Flex web service of this login is not active",
            "Switch it on in Client Portal (" + _TOKENS + "), make a new token there and run "
            "`qm-tui login {name}`.",
        ),
        1012: _refuse(
            "the token has expired",
            "Make a new one in Client Portal (" + _TOKENS + " → Generate New Token; it may be "
            "valid for up to a year) and run `qm-tui login {name}`.",
        ),
        1013: _refuse(
            "the token may not be used from this computer's address",
            "In Client Portal (" + _TOKENS + ") make a new token for this computer's public "
            "address, or for none, and run `qm-tui login {name}`.",
        ),
        1014: _refuse(
            "there is no such query",
            "In Client Portal (" + _QUERIES + ") look up the id of the query (behind the i beside "
            "its name) and put it into the configuration as query_id of {name}.",
        ),
        1015: _refuse(
            "the token is not valid",
            "Copy it again from Client Portal (" + _TOKENS + ") and run `qm-tui login {name}`; a "
            "token that was made later has replaced the one before.",
        ),
        1016: _refuse(
            "an account of the query is not valid",
            "In Client Portal (" + _QUERIES + ") edit the query and choose the accounts again.",
        ),
        1017: Fault(
            reaction=Reaction.START_OVER,
            meaning="it does not know the statement it was to make",
            advice=_LATER,
        ),
        1018: Fault(
            reaction=Reaction.SLOW_DOWN,
            meaning="there were too many requests with this token (one a second and ten a minute "
            "are allowed, of all programs that use it)",
            advice="Wait ten minutes before the next one, and let no other program use the token.",
        ),
        1019: Fault(
            reaction=Reaction.POLL,
            meaning="the statement is still being generated",
            advice=_LATER,
        ),
        1020: _refuse(
            "the request is not valid or could not be checked",
            "Check query_id of {name} in the configuration, and in Client Portal (" + _TOKENS + ") "
            "the token; `qm-tui login {name}` takes a new one.",
        ),
        1021: _retry("the statement could not be retrieved now"),
        1025: _refuse(
            "it has locked the token after too many failed requests",
            "Wait some hours and try nothing meanwhile; then check the query and the token in "
            "Client Portal (" + _TOKENS + ") and run `qm-tui sync {name}`.",
        ),
    }
)

_TRY_AGAIN = re.compile(r"try\s+again|temporar|shortly", re.IGNORECASE)


def fault(code: str, message: str) -> Fault:
    """Return what an error means; of an unknown one, as far as its message tells."""
    digits = code.strip()
    known = FAULTS.get(int(digits)) if digits.isdecimal() and len(digits) < 9 else None
    if known is not None:
        return known
    number = f"error {quoted(digits)}" if digits else "an error without a number"
    said = f": “{quoted(message)}”" if message.strip() else ""
    meaning = f"there is {number}, which this version does not know{said}"
    if _TRY_AGAIN.search(message[:1000]):
        return _retry(meaning)
    return _refuse(
        meaning,
        "Look at the query and the token in Client Portal (" + _TOKENS + "), then try "
        "`qm-tui sync {name}`.",
    )


def sentence(found: Fault, code: str, name: str) -> str:
    """Say what happened and what to do, for the user."""
    digits = code.strip()
    known = digits.isdecimal() and len(digits) < 9 and int(digits) in FAULTS
    number = f" (error {int(digits)})" if known else ""
    # Not str.format: what the broker said may hold braces.
    advice = found.advice.replace("{name}", name)
    return f"Interactive Brokers says that {found.meaning}{number}. {advice}"
