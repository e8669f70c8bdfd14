"""What could come next in a filter: fields, comparisons, values, each with what it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from qm_tui.domain.conditions import Kind
from qm_tui.ui.condition_fields import Field, Fields, folded
from qm_tui.ui.condition_text import Piece, pieces, quoted
from qm_tui.ui.conditions import flags_of

Seen = Callable[[Field], Iterable[str]]
"""The texts that a field has in the rows that are in memory."""

_OFFERS = 24
_SIGNS = {
    Kind.NUMBER: {"<": "less", "<=": "at most", ">": "more", ">=": "at least", "=": "equal",
                  "!=": "not"},
    Kind.DAY: {"<": "before", "<=": "until", ">": "after", ">=": "from", "=": "on", "!=": "not on"},
    Kind.TEXT: {":": "contains", "=": "is", "!=": "is not"},
    Kind.FLAG: {":": "yes or no"},
}  # fmt: skip
_SIGNS[Kind.MOMENT] = _SIGNS[Kind.DAY]
_DAYS = {
    "today": "", "-1w": "a week ago", "+1w": "in a week", "+30d": "in 30 days",
    "-1m": "a month ago", "-1y": "a year ago",
}  # fmt: skip
_AGES = {"5min": "", "1h": "", "1d": "", "1w": ""}
_NUMBERS = {"0": "", "1k": "1,000", "1M": "1,000,000"}
_SHARES = {"1%": "", "5%": "", "10%": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A text that may stand in the place of what is typed."""

    text: str
    says: str = ""
    goes_on: bool = False
    """Whether more has to follow at once, so that no blank comes after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What may stand between two places of the text; the first is what Tab takes."""

    start: int
    end: int
    offers: Sequence[Offer]

    def taken(self, text: str) -> tuple[str, int]:
        """The text with the first offer in it, and where the cursor is then."""
        if not self.offers:
            return text, self.end
        first = self.offers[0]
        blank = "" if first.goes_on or text[self.end : self.end + 1] == " " else " "
        before = text[: self.start] + first.text + blank
        return before + text[self.end :], len(before)


def offers(text: str, cursor: int, fields: Fields, seen: Seen) -> Offers:
    """Say what could stand where the cursor is.

    Args:
        text: of the filter.
        cursor: a place in it, in characters.
        fields: of the table.
        seen: what fields have been seen to be.
    """
    piece = next((each for each in pieces(text) if each.start <= cursor <= each.end), None)
    if piece is None:
        return Offers(start=cursor, end=cursor, offers=_beginnings("", fields))
    if piece.is_condition:
        return _of_condition(piece, cursor, fields, seen)
    if piece.quoted or cursor < piece.value_start:
        return Offers(start=cursor, end=cursor, offers=())
    typed = text[piece.value_start : cursor]
    if (field := fields.get(typed)) is not None:
        signs = _signs(field)
        return Offers(start=cursor, end=piece.end, offers=signs)
    return Offers(start=piece.value_start, end=piece.end, offers=_beginnings(typed, fields))


def _beginnings(typed: str, fields: Fields) -> list[Offer]:
    """Fields whose names begin with what is typed, then those that contain it, or say it."""
    wanted = folded(typed)
    flags = flags_of(fields)
    found: list[tuple[int, Offer]] = []
    for field in fields.fields:
        names = (field.typed, *field.aliases, field.key)
        rank = _rank(wanted, names, field.says)
        if rank is not None and (wanted or field.kind is not Kind.FLAG):
            sign = ":" if field.kind in {Kind.TEXT, Kind.FLAG} else ""
            offer = Offer(text=f"{field.typed}{sign}", says=_about(field), goes_on=True)
            found.append((rank, offer))
    for word, says in (("is:", ", ".join(islice(flags, 3))), ("has:", "is known")):
        if word.startswith(wanted) and (word != "is:" or flags):
            found.append((2 if not wanted else 0, Offer(text=word, says=says, goes_on=True)))
    found.sort(key=lambda each: each[0])
    return [offer for _, offer in found[:_OFFERS]]


def _rank(wanted: str, names: Sequence[str], says: str) -> int | None:
    if folded(names[0]).startswith(wanted):
        return 0
    if any(folded(name).startswith(wanted) for name in names[1:]):
        return 1
    if len(wanted) < 3:
        return None
    return 2 if wanted in folded(says) or any(wanted in folded(name) for name in names) else None


def _about(field: Field) -> str:
    says = field.says
    return "" if folded(says) == folded(field.typed) else says


def _signs(field: Field) -> list[Offer]:
    return [Offer(text=sign, says=says, goes_on=True) for sign, says in _SIGNS[field.kind].items()]


def _of_condition(piece: Piece, cursor: int, fields: Fields, seen: Seen) -> Offers:
    if cursor < piece.value_start:
        return Offers(start=cursor, end=cursor, offers=())
    values = _values(piece, fields, seen)
    wanted = piece.value.casefold()
    begin = [each for each in values if each.text.strip('"').casefold().startswith(wanted)]
    contain = [each for each in values if wanted in each.text.casefold() and each not in begin]
    found = [each for each in (*begin, *contain) if each.text != piece.value][:_OFFERS]
    return Offers(start=piece.value_start, end=piece.end, offers=found)


def _values(piece: Piece, fields: Fields, seen: Seen) -> list[Offer]:
    name = folded(piece.name)
    field = fields.get(name)
    if field is None and name == "is":
        return [Offer(text=flag, says=says) for flag, (_, says) in flags_of(fields).items()]
    if field is None and name == "has":
        return [Offer(text=each.typed, says=_about(each)) for each in fields.fields]
    if field is None:
        return []
    match field.kind:
        case Kind.TEXT:
            return [Offer(text=quoted(text)) for text in field.choices or seen(field)]
        case Kind.FLAG:
            return [Offer(text="yes"), Offer(text="no")]
        case Kind.NUMBER:
            given = _SHARES if field.percent else _NUMBERS
        case _:
            given = _AGES if name == "age" else _DAYS
    return [Offer(text=text, says=says) for text, says in given.items()]
