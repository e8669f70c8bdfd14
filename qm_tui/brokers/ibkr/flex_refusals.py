"""What a file is when it is no Flex statement, and what to do about it, in words for the user."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.quoting import quoted

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

WHAT_TO_DO = (
    "Download the Flex query again from Interactive Brokers with format XML (Client Portal: "
    "Performance & Reports → Flex Queries)."
)

# Code → what it means, what to do. Source: the public error table of the Flex Web Service,
# version 3; it has no 1002 and ends at 1021. Other codes are told in the service's own words.
_ERROR_CODES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1001: ("the statement could not be generated now", "Try again in a few minutes."),
        1003: ("the statement is not available", "Check the query's period and account."),
        1004: ("the statement is not complete yet", "Try again in a few minutes."),
        1005: ("the settlement data are not ready yet", "Try again in a few hours."),
        1006: ("the FIFO profit and loss data are not ready yet", "Try again in a few hours."),
        1007: ("the mark-to-market data are not ready yet", "Try again in a few hours."),
        1008: ("the mark-to-market and FIFO data are not ready yet", "Try again in a few hours."),
        1009: ("the server is under heavy load", "Try again in a few minutes."),
        1010: (
            "legacy Flex queries are not supported any more",
            "Convert the query to an Activity Flex query and use its id.",
        ),
        1011: (
            "the service account is inactive",
            "Activate the Flex Web Service in the Client Portal.",
        ),
        1012: ("the token has expired", "Create a new token in the Client Portal."),
        1013: (
            "the token may not be used from this address",
            "Allow this computer's address in the Flex Web Service configuration.",
        ),
        1014: ("the query id is not valid", "Check the id of the query in the Client Portal."),
        1015: ("the token is not valid", "Copy the token again from the Client Portal."),
        1016: ("the account is not valid", "Check which accounts the query names."),
        1017: ("the reference code is not valid", "Ask for the statement again."),
        1018: (
            "there were too many requests with this token",
            "Wait ten minutes before the next one.",
        ),
        1019: ("the statement is still being generated", "Try again in a few minutes."),
        1020: (
            "the request was not valid or could not be verified",
            "Check the token and the id of the query.",
        ),
        1021: ("the statement could not be retrieved now", "Try again in a few minutes."),
    }
)


def error_answer(code: str, message: str) -> str:
    """Say what an error answer of the Flex service means and what to do."""
    digits = code.strip()
    known = _ERROR_CODES.get(int(digits)) if digits.isdecimal() and len(digits) < 9 else None
    said = f' ("{quoted(message)}")' if message.strip() else ""
    if not digits:
        return f"it holds no statement{said}. {WHAT_TO_DO}"
    if known is None:
        return f"error {quoted(code)}{said}. {WHAT_TO_DO}"
    meaning, what_to_do = known
    return f"error {digits}: {meaning}{said}. {what_to_do}"


_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_DOCTYPE = re.compile(rb"<!DOCTYPE\b", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CODE = re.compile(rb"<ErrorCode>\s*([^<]{0,40}?)\s*</ErrorCode>")
_MESSAGE = re.compile(rb"<ErrorMessage>\s*([^<]{0,400}?)\s*</ErrorMessage>")
_CSV = re.compile(rb'[^\r\n<>{}]*?[\w" )](?:,|;|\t)[^\r\n]*')

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\x1f\x8b", "a compressed (gzip) file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


def root_element(head: bytes) -> str | None:
    """Return the name of the first element of what looks like XML, else None."""
    text = head.removeprefix(_BYTE_ORDER_MARK)
    begin = _PROLOG.match(text)
    root = _ROOT.match(text, begin.end() if begin else 0)
    return root[1].decode("ascii", "replace") if root else None


def looks_like(head: bytes) -> str:
    """Say what a file is by its beginning, e.g. `an HTML page`."""
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not text:
        return "an empty file" if not head else "a file of nothing but blanks"
    for beginning, name in _BEGINNINGS:
        if text.startswith(beginning):
            return name
    if _HTML.search(text[:4096]) and text.startswith(b"<"):
        return "an HTML page (perhaps a login page)"
    if b"\0" in text:
        return "a binary file"
    if text.startswith(b"<"):
        root = root_element(head)
        return f"an XML document <{quoted(root)}>" if root else "the beginning of an XML document"
    return "a CSV file" if _CSV.match(text) else "a text file"


def refusal(head: bytes, name: str) -> BrokerRefused | None:
    """Say why a file that begins with `head` is no Flex statement; None when it begins like one."""
    file = quoted(name)
    root = root_element(head)
    if root == "FlexStatementResponse":
        code, message = _CODE.search(head), _MESSAGE.search(head)
        answer = error_answer(
            code[1].decode("utf-8", "replace") if code else "",
            message[1].decode("utf-8", "replace") if message else "",
        )
        return BrokerRefused(f"{file} is an answer of the Flex service, not a statement: {answer}")
    if root == "FlexQueryResponse":
        return None
    if _DOCTYPE.search(head[:4096]) and not _HTML.search(head[:4096]):
        return doctype(name)
    return BrokerRefused(f"{file} is {looks_like(head)}, not a Flex statement. {WHAT_TO_DO}")


def doctype(name: str) -> BrokerRefused:
    """Refuse a document type: Interactive Brokers never sends one, entities could hide anything."""
    return BrokerRefused(
        f"{quoted(name)} declares a document type (DOCTYPE), which no Flex statement does; "
        f"it is not read. {WHAT_TO_DO}"
    )


def nothing_to_read(name: str, offset: int) -> BrokerRefused:
    """Refuse a file that goes on and on without an element."""
    return BrokerRefused(
        f"{quoted(name)} holds nothing that can be read after byte {offset:,}; reading stopped "
        f"there. {WHAT_TO_DO}"
    )
