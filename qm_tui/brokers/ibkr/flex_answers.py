"""What the Flex web service answers when it answers no statement: a small envelope in XML."""

import re
from dataclasses import dataclass
from xml.parsers import expat

from qm_tui.brokers.ibkr.flex_refusals import root_element

ENVELOPE_AT_MOST = 64 * 1024
"""Bytes; the service's own have a few hundred."""

_DEEPEST = 8
_LONGEST_TEXT = 2000
_CODE = re.compile(rb"<ErrorCode>\s*(\d{1,8})\s*</ErrorCode>")
_MESSAGE = re.compile(rb"<ErrorMessage>([^<]*)</ErrorMessage>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The statement is being made."""

    reference: str
    url: str
    """Where it will be; "" when the answer does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The service says why it made, or gives, none."""

    code: str
    message: str


class UnreadableError(Exception):
    """An envelope that is damaged or says nothing; the text goes on from `its answer`."""


def is_envelope(head: bytes) -> bool:
    """Tell by its beginning whether an answer is an envelope."""
    return root_element(head) == "FlexStatementResponse"


def is_statement(head: bytes) -> bool:
    """Tell by its beginning whether an answer is a statement."""
    return root_element(head) == "FlexQueryResponse"


def read_envelope(body: bytes) -> Accepted | Failed:
    """Read an envelope.

    Raises:
        UnreadableError: it cannot be read.
    """
    try:
        texts = _texts(body)
    except UnreadableError:
        # A message may hold what XML must not; the code is what counts.
        found = _CODE.search(body)
        if found is None:
            raise
        message_found = _MESSAGE.search(body)
        said = message_found[1].decode("utf-8", "replace") if message_found else ""
        return Failed(code=found[1].decode(), message=said[:_LONGEST_TEXT])
    code, message = texts.get("errorcode", ""), texts.get("errormessage", "")
    reference = texts.get("referencecode", "")
    status = texts.get("status", "").lower()
    if code or status in {"fail", "warn"} or (message and not reference):
        return Failed(code=code, message=message)
    if not reference:
        raise UnreadableError("names no statement")
    # It becomes a parameter of the next request, and a number is what it has always been.
    if len(reference) > 100 or not reference.isascii() or not reference.isalnum():
        raise UnreadableError("names a statement in a way that cannot be read")
    return Accepted(reference=reference, url=texts.get("url", ""))


def _texts(body: bytes) -> dict[str, str]:
    """Return the texts of the elements below the root, by name in lower case."""
    texts: dict[str, str] = {}
    open_elements: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        open_elements.append(name.lower())
        if len(open_elements) > _DEEPEST:
            raise UnreadableError("is nested as none of Interactive Brokers' is")

    def end(_: str) -> None:
        open_elements.pop()

    def text(said: str) -> None:
        if len(open_elements) == 2:
            before = texts.get(open_elements[1], "")
            texts[open_elements[1]] = (before + said)[:_LONGEST_TEXT]

    def doctype(*_: object) -> None:
        raise UnreadableError("declares a document type, which none of Interactive Brokers' does")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, LookupError, ValueError):
        raise UnreadableError("is cut off or damaged") from None
    return {name: said.strip() for name, said in texts.items()}
