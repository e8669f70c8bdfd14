"""How TWS and IB Gateway write on the wire at server version 176: the numbers and the frames.

A message is a row of text fields, each ended by NUL; its first field is its number. A frame is the
message behind its length in four bytes. Only the client's greeting differs: "API", NUL, then a
frame of "v157..176" without NULs.
"""

import struct
from collections.abc import Iterable
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias

SERVER_VERSION = 176
UNSET = "1.7976931348623157E308"
"""What stands for "no number" on the wire: the largest double."""

Field: TypeAlias = str | int | float | Decimal | bool | None
Message: TypeAlias = tuple[Field, ...]
"""Begins with the number of what it says (`Say`)."""


class Ask(IntEnum):
    """What a client asks, by number."""

    MARKET_DATA = 1
    CANCEL_MARKET_DATA = 2
    PLACE_ORDER = 3
    CANCEL_ORDER = 4
    OPEN_ORDERS = 5
    ACCOUNT_UPDATES = 6
    EXECUTIONS = 7
    IDS = 8
    CONTRACT_DETAILS = 9
    MARKET_DEPTH = 10
    CANCEL_MARKET_DEPTH = 11
    NEWS_BULLETINS = 12
    CANCEL_NEWS_BULLETINS = 13
    LOG_LEVEL = 14
    AUTO_OPEN_ORDERS = 15
    ALL_OPEN_ORDERS = 16
    MANAGED_ACCOUNTS = 17
    ADVISOR_SETTINGS = 18
    REPLACE_ADVISOR_SETTINGS = 19
    HISTORICAL_DATA = 20
    EXERCISE_OPTIONS = 21
    SCANNER_SUBSCRIPTION = 22
    CANCEL_SCANNER_SUBSCRIPTION = 23
    SCANNER_PARAMETERS = 24
    CANCEL_HISTORICAL_DATA = 25
    CURRENT_TIME = 49
    REAL_TIME_BARS = 50
    CANCEL_REAL_TIME_BARS = 51
    FUNDAMENTAL_DATA = 52
    CANCEL_FUNDAMENTAL_DATA = 53
    IMPLIED_VOLATILITY = 54
    OPTION_PRICE = 55
    CANCEL_IMPLIED_VOLATILITY = 56
    CANCEL_OPTION_PRICE = 57
    GLOBAL_CANCEL = 58
    MARKET_DATA_TYPE = 59
    POSITIONS = 61
    ACCOUNT_SUMMARY = 62
    CANCEL_ACCOUNT_SUMMARY = 63
    CANCEL_POSITIONS = 64
    START_API = 71
    POSITIONS_MULTI = 74
    CANCEL_POSITIONS_MULTI = 75
    ACCOUNT_UPDATES_MULTI = 76
    CANCEL_ACCOUNT_UPDATES_MULTI = 77
    OPTION_CHAIN = 78
    SOFT_DOLLAR_TIERS = 79
    FAMILY_CODES = 80
    MATCHING_SYMBOLS = 81
    DEPTH_EXCHANGES = 82
    SMART_COMPONENTS = 83
    NEWS_ARTICLE = 84
    NEWS_PROVIDERS = 85
    HISTORICAL_NEWS = 86
    HEAD_TIMESTAMP = 87
    HISTOGRAM = 88
    CANCEL_HISTOGRAM = 89
    CANCEL_HEAD_TIMESTAMP = 90
    MARKET_RULE = 91
    PNL = 92
    CANCEL_PNL = 93
    PNL_SINGLE = 94
    CANCEL_PNL_SINGLE = 95
    HISTORICAL_TICKS = 96
    TICK_BY_TICK = 97
    CANCEL_TICK_BY_TICK = 98
    COMPLETED_ORDERS = 99
    USER_INFO = 104


ORDERS = frozenset(
    {
        Ask.PLACE_ORDER,
        Ask.CANCEL_ORDER,
        Ask.REPLACE_ADVISOR_SETTINGS,
        Ask.EXERCISE_OPTIONS,
        Ask.GLOBAL_CANCEL,
    }
)
"""Messages that trade, or change what trades. A monitor sends none of them, ever."""


class Say(IntEnum):
    """What TWS says, by number."""

    PRICE = 1
    SIZE = 2
    ERROR = 4
    ACCOUNT_VALUE = 6
    PORTFOLIO = 7
    ACCOUNT_TIME = 8
    NEXT_VALID_ID = 9
    CONTRACT_DETAILS = 10
    EXECUTION = 11
    MANAGED_ACCOUNTS = 15
    ADVISOR_SETTINGS = 16
    BOND_DETAILS = 18
    SCANNER_PARAMETERS = 19
    OPTION_COMPUTATION = 21
    GENERIC = 45
    TEXT = 46
    CURRENT_TIME = 49
    CONTRACT_DETAILS_END = 52
    OPEN_ORDER_END = 53
    ACCOUNT_DOWNLOAD_END = 54
    EXECUTION_END = 55
    SNAPSHOT_END = 57
    MARKET_DATA_TYPE = 58
    COMMISSION = 59
    POSITION = 61
    POSITION_END = 62
    SUMMARY = 63
    SUMMARY_END = 64
    POSITION_MULTI = 71
    POSITION_MULTI_END = 72
    ACCOUNT_VALUE_MULTI = 73
    ACCOUNT_MULTI_END = 74
    OPTION_CHAIN_END = 76
    SOFT_DOLLAR_TIERS = 77
    FAMILY_CODES = 78
    MATCHING_SYMBOLS = 79
    DEPTH_EXCHANGES = 80
    TICK_PARAMETERS = 81
    SMART_COMPONENTS = 82
    NEWS_PROVIDERS = 85
    HISTORICAL_NEWS_END = 87
    MARKET_RULE = 93
    PNL = 94
    PNL_SINGLE = 95
    COMPLETED_ORDERS_END = 102
    USER_INFO = 107


def text(field: Field) -> str:
    """A field as TWS writes it: nothing for None, 1 and 0 for yes and no, plain decimals."""
    match field:
        case str():
            return field
        case None:
            return ""
        case bool() | IntEnum():
            return str(int(field))
        case Decimal():
            return f"{field:f}"
        case _:
            return str(field)


def body(message: Iterable[Field]) -> bytes:
    """The fields of a message, each ended by NUL."""
    return ("\0".join(map(text, message)) + "\0").encode()


def framed(content: bytes) -> bytes:
    """Content behind its length."""
    return struct.pack(">I", len(content)) + content


def frame(message: Iterable[Field]) -> bytes:
    """A message as it stands on the wire."""
    return framed(body(message))


def error(code: int, words: str, request: int | str = -1) -> Message:
    """An error, a warning or a piece of news: TWS knows no other form for them."""
    return (Say.ERROR, 2, request, code, words, "")
