"""The text of a filter in its pieces, each with its place; and a filter written as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"[^\W\d][\w.]*(?:-[^\W\d][\w.]*)*")
_SIGN = re.compile(r"!=|<=|>=|==|<>|!:|[≠≤≥<>=:]")
_SPACED = re.compile(r"\s*(?:!=|<=|>=|==|<>|[≠≤≥<>=])")
_SIGNS = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_QUOTES = {'"': '"', "“": "”", "„": "“"}
_PLAIN = re.compile(r"""[^\s"“„!\-:<>=≠≤≥\\][^\s:<>=≠≤≥!]*""")


class ConditionError(Exception):
    """A filter that cannot be understood. Speaks to the user."""

    def __init__(self, says: str, start: int, end: int) -> None:
        super().__init__(says)
        self.says = says
        self.start = start
        """Where in the text it is, in characters."""
        self.end = end


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word, or a name with a comparison and a value; `start` to `end` in the text."""

    start: int
    end: int
    denied: bool = False
    name: str = ""
    """Without one it is a word."""
    sign: str = ""
    value: str = ""
    value_start: int = 0
    quoted: bool = False

    @property
    def is_condition(self) -> bool:
        """Whether it compares something."""
        return bool(self.sign)


def pieces(text: str) -> Iterator[Piece]:
    """Take a text apart. Any text has pieces; what they mean is another question."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            return
        piece = _piece(text, at)
        yield piece
        at = piece.end


def _piece(text: str, start: int) -> Piece:
    at, denied = start, False
    while _denies(text, at):
        at, denied = at + 1, not denied
    found = _NAME.match(text, at)
    if found is not None:
        # Blanks around `<` are common; around `:` they would swallow a word.
        sign = _SIGN.match(text, found.end()) or _SPACED.match(text, found.end())
        if sign is not None:
            begin = sign.end()
            spaced = ":" not in sign[0]
            while spaced and begin < len(text) and text[begin] == " ":
                begin += 1
            value, end, quoted = _value(text, begin)
            typed = sign[0].strip()
            return Piece(
                start=start, end=end, denied=denied, name=found[0],
                sign=_SIGNS.get(typed, typed), value=value, value_start=begin, quoted=quoted,
            )  # fmt: skip
    value, end, quoted = _value(text, at)
    return Piece(
        start=start, end=end, denied=denied, value=value, value_start=at, quoted=quoted
    )  # fmt: skip


def _denies(text: str, at: int) -> bool:
    """Tell whether what follows is denied; a minus before a digit is a number's."""
    following = text[at + 1 : at + 2]
    if text[at : at + 1] == "!":
        return True
    return text[at : at + 1] == "-" and not (following.isdigit() or following in {".", "-"})


def _value(text: str, at: int) -> tuple[str, int, bool]:
    """Read up to the next blank, or to the closing quote: to the end while there is none."""
    closing = _QUOTES.get(text[at : at + 1])
    if closing is None:
        end = at
        while end < len(text) and not text[end].isspace():
            end += 1
        return text[at:end], end, False
    found: list[str] = []
    end = at + 1
    while end < len(text) and text[end] != closing:
        if text[end] == "\\" and end + 1 < len(text):
            end += 1
        found.append(text[end])
        end += 1
    return "".join(found), min(end + 1, len(text)), True


def quoted(text: str) -> str:
    """Write a text so that it is read as one word."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
