"""A row as the broker wrote it: the first element or object of bytes, from where it begins."""

import json
import re
from html import unescape

_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(["'])(.*?)\2""", re.DOTALL)
_QUOTES = (0x22, 0x27)
_CLOSE = 0x3E


def first_element(data: bytes, start: int = 0) -> bytes:
    """Return the element that begins at `start`, up to the `>` that ends its (first) tag.

    A `>` between quotes is text and ends nothing. Child elements are not included. Where the bytes
    end before the tag does, what there is of it is returned.
    """
    quote = 0
    for index in range(start, len(data)):
        byte = data[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in _QUOTES:
            quote = byte
        elif byte == _CLOSE:
            return data[start : index + 1]
    return data[start:]


def attributes(element: str) -> tuple[tuple[str, str], ...]:
    """Take a start tag apart: its attributes with their values, in the order they stand."""
    return tuple((name, unescape(value)) for name, _, value in _ATTRIBUTE.findall(element))


def first_object(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the JSON object that text begins with, and its members; numbers stay as written.

    Where it does not end, what there is of it is returned, without members.
    """
    try:
        members, end = _EXACT.raw_decode(text)
    except (ValueError, RecursionError):
        return text, ()
    if not isinstance(members, dict):
        return text[:end], ()
    return text[:end], tuple((name, _shown(value)) for name, value in members.items())


_EXACT = json.JSONDecoder(parse_float=str, parse_int=str)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
