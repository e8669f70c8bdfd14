"""The JSON of an answer: exact numbers, and where in the bytes each row of its list stands."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from qm_tui.brokers.tastytrade.answers import Item, Pagination

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u([dD][89a-fA-F]..)|\\.", re.DOTALL)
_BETWEEN = re.compile(r"\}[ \t\n\r]*,[ \t\n\r]*\{")
_BOM = "\ufeff"


class GarbledError(Exception):
    """What came is no JSON, or not all of it: a clause that says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What stands in the body of an answer."""

    body: bytes
    """As it came; mended where it was no UTF-8."""
    data: Any
    items: Sequence[Item] | None
    pagination: Pagination | None


def decoded(body: bytes) -> Decoded:
    """Read the body of an answer: an object with `data`.

    Numbers with a point are Decimal, also NaN and Infinity (which are not JSON, but are sent by
    some servers): whoever reads the row refuses them.

    Raises:
        GarbledError: it is none.
    """
    text, body = _text(body)
    try:
        return _decoded(text, body, _Reader(_EXACT))
    except ArithmeticError:
        # A number that no Decimal can hold: its row keeps the text, all others are fine.
        return _tolerantly(text, body)
    except RecursionError:
        raise GarbledError("something that is nested too deeply") from None
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError):
            return _tolerantly(text, body)
        raise GarbledError(_described(text)) from None


def _tolerantly(text: str, body: bytes) -> Decoded:
    try:
        return _decoded(text, body, _Reader(_TOLERANT))
    except (ValueError, RecursionError):
        raise GarbledError(_described(text)) from None


def _or_text(make: Callable[[str], Any]) -> Callable[[str], Any]:
    def made(text: str) -> Any:
        try:
            return make(text)
        except (ArithmeticError, ValueError):
            return text

    return made


_EXACT = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal)
_TOLERANT = json.JSONDecoder(
    parse_float=_or_text(Decimal), parse_int=_or_text(int), parse_constant=Decimal
)


def _text(body: bytes) -> tuple[str, bytes]:
    """Return the text of a body, and the body whose text it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        # One letter in the encoding of another time must not cost a page of transactions.
        text = body.decode("utf-8", "replace")
        body = text.encode()
    return storable(text), body


def storable(text: str) -> str:
    """Return JSON without halves of characters, which no store takes; it is as long as before."""
    # Looked for first: most texts hold no escape at all, and one character is found at once.
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        return _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    return text


class _Reader:
    """Walks down to the rows of a list and lets the library decode each at once."""

    def __init__(self, decoder: json.JSONDecoder) -> None:
        self.items: list[Any] | None = None
        self.spans: list[tuple[int, int]] = []
        self._scan: Callable[[str, int], tuple[Any, int]] = decoder.raw_decode

    def document(self, text: str) -> Mapping[str, Any]:
        """Read all of it.

        Raises:
            ValueError, ArithmeticError, RecursionError: it cannot be read.
        """
        begin = _after(text, 1 if text.startswith(_BOM) else 0)
        if text[begin : begin + 1] != "{":
            raise json.JSONDecodeError("no object", text, begin)
        found, end = self._object(text, begin, self._data)
        if _after(text, end) != len(text):
            raise json.JSONDecodeError("more than one value", text, end)
        return found

    def _data(self, key: str, text: str, at: int) -> tuple[Any, int]:
        if key == "data":
            self.items = None
            if text[at] == "{":
                return self._object(text, at, self._in_data)
        return self._scan(text, at)

    def _in_data(self, key: str, text: str, at: int) -> tuple[Any, int]:
        if key == "items" and text[at] == "[":
            return self._list(text, at)
        if key == "items":
            self.items = None
        return self._scan(text, at)

    def _object(
        self, text: str, at: int, value: Callable[[str, str, int], tuple[Any, int]]
    ) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = _after(text, at + 1)
        if text[at : at + 1] == "}":
            return found, at + 1
        while True:
            if text[at : at + 1] != '"':
                raise json.JSONDecodeError("no name", text, at)
            key, at = self._scan(text, at)
            at = _expected(text, _after(text, at), ":")
            found[key], at = value(key, text, at)
            at = _after(text, at)
            if text[at : at + 1] == "}":
                return found, at + 1
            at = _expected(text, at, ",")

    def _list(self, text: str, at: int) -> tuple[list[Any], int]:
        """Read the rows at once where it is plain from the outside where each of them ends."""
        found, end = self._scan(text, at)
        spans = _spans(text, at, end, len(found)) if all(map(_is_object, found)) else None
        if spans is None:
            return self._rows(text, at)
        self.items, self.spans = found, spans
        return found, end

    def _rows(self, text: str, at: int) -> tuple[list[Any], int]:
        """Read the rows one after the other."""
        scan, space = self._scan, _SPACE.match
        found: list[Any] = []
        spans: list[tuple[int, int]] = []
        self.items, self.spans = found, spans
        at = _after(text, at + 1)
        if text[at : at + 1] == "]":
            return found, at + 1
        while True:
            begin = at
            row, at = scan(text, begin)
            found.append(row)
            spans.append((begin, at))
            mark = text[at : at + 1]
            if mark not in {",", "]"}:
                at = _after(text, at)
                mark = text[at : at + 1]
            if mark == "]":
                return found, at + 1
            if mark != ",":
                raise json.JSONDecodeError("no end", text, at)
            blank = space(text, at + 1)
            at = blank.end() if blank else at + 1


def _is_object(row: Any) -> bool:
    return type(row) is dict


def _spans(text: str, begin: int, end: int, rows: int) -> list[tuple[int, int]] | None:
    """Return where the objects of a list stand, unless there seem to be more than there are.

    Between two of them there is always what is looked for; where it is found no more often than
    that, it stands in no text and in no list of objects within a row.
    """
    if not rows:
        return []
    first, last = text.index("{", begin), text.rindex("}", begin, end)
    between = [found.span() for found in _BETWEEN.finditer(text, first, last)]
    if len(between) != rows - 1:
        return None
    begins = [first, *(began - 1 for _, began in between)]
    ends = [*(ended + 1 for ended, _ in between), last + 1]
    return list(zip(begins, ends, strict=True))


def _after(text: str, at: int) -> int:
    """Return where the next thing begins that is no space."""
    blank = _SPACE.match(text, at)
    return blank.end() if blank else at


def _expected(text: str, at: int, mark: str) -> int:
    """Step over a mark and the spaces after it, to what must follow."""
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"no {mark}", text, at)
    at = _after(text, at + 1)
    if at == len(text):
        raise json.JSONDecodeError("no value", text, at)
    return at


def _decoded(text: str, body: bytes, reader: _Reader) -> Decoded:
    whole = reader.document(text)
    if "data" not in whole:
        raise GarbledError("JSON without data")
    items = None
    if reader.items is not None:
        spans = reader.spans if len(text) == len(body) else _in_bytes(text, reader.spans)
        items = [
            Item(row, begin, end)
            for row, (begin, end) in zip(reader.items, spans, strict=True)
        ]  # fmt: skip
    return Decoded(
        body=body, data=whole["data"], items=items, pagination=_pagination(whole.get("pagination"))
    )


def _in_bytes(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Count bytes where characters were counted."""
    marks = [0, *(mark for span in spans for mark in span)]
    places = list(accumulate(len(text[begin:end].encode()) for begin, end in pairwise(marks)))
    return list(zip(places[::2], places[1::2], strict=True))


def _pagination(said: Any) -> Pagination | None:
    if not isinstance(said, Mapping):
        return None
    return Pagination(
        page=_count(said.get("page-offset")),
        pages=_count(said.get("total-pages")),
        per_page=_count(said.get("per-page")),
        items=_count(said.get("total-items")),
    )


def _count(said: Any) -> int | None:
    if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 16:
        return int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def _described(text: str) -> str:
    """Say what something looks like that cannot be read."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if not start:
        return "nothing"
    if start == "<":
        return "an HTML page"
    return "incomplete data" if start == "{" else "something that is no data"
