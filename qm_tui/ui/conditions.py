"""The language of filters: words, and conditions as `dte<30 pnl<-500 !account:IRA`."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.domain.conditions import (
    DENYING,
    Comparison,
    Condition,
    Days,
    Kind,
    Moments,
    Value,
    Wanted,
    compiled,
)
from qm_tui.ui import condition_values as values
from qm_tui.ui.cell import plain
from qm_tui.ui.condition_fields import Field, Fields, folded
from qm_tui.ui.condition_names import FLAGS, HAS
from qm_tui.ui.condition_text import ConditionError, Piece, pieces, quoted
from qm_tui.ui.condition_values import Present

__all__ = ["ConditionError", "flags_of", "is_begun", "parse", "predicate", "written"]

_SHOWN = 24
"""Characters of what was typed that are repeated in a message."""
_OFFERED = 12
"""Fields that a message names."""
_MOST = 50
_LONGEST = 1000
"""Characters of a word."""
_LIKE = 0.6
"""How alike names are that are confused."""
_EXAMPLES = {
    Kind.NUMBER: "a number, as 30, -500, 10k or 1e4",
    Kind.DAY: "a day, as 2026-12-31, 2026-11, 2026, +30d, -1w or today",
    Kind.MOMENT: "a day, as 2026-12-31, 2026-11, -1w or today",
    Kind.TEXT: "a text, in quotes if there are blanks in it",
    Kind.FLAG: "yes or no",
}
_ONE_OF = "one of: "
_TEXT_SIGNS = frozenset({Comparison.EQUAL, Comparison.NOT_EQUAL, Comparison.CONTAINS})


def parse(text: str, fields: Fields, present: Present) -> Wanted:
    """Read a filter.

    Args:
        text: as it was typed.
        fields: of the table.
        present: what relative days count from.

    Raises:
        ConditionError: something in it cannot be understood; nothing else is ever raised.
    """
    words: list[str] = []
    without: list[str] = []
    conditions: list[Condition] = []
    for number, piece in enumerate(pieces(text), start=1):
        _limit(number, piece)
        if piece.is_condition:
            conditions.append(_condition(piece, fields, present))
        elif piece.value:
            (without if piece.denied else words).append(piece.value)
        elif piece.denied:
            raise ConditionError(
                "a word or a condition belongs here: only rows without it", piece.start, piece.end
            )
    return Wanted(words=tuple(words), without=tuple(without), conditions=tuple(conditions))


def _limit(number: int, piece: Piece) -> None:
    """Refuse what nobody types: a store has an end of what it can be asked at once."""
    if number > _MOST:
        raise ConditionError(f"no more than {_MOST} words and conditions", piece.start, piece.end)
    if len(piece.value) > _LONGEST:
        says = f"a word of {len(piece.value):,} characters; {_LONGEST:,} are the most"
        raise ConditionError(says, piece.start, piece.end)
    if any("\ud800" <= sign <= "\udfff" for sign in piece.value):
        raise ConditionError("half a character, which no text has", piece.start, piece.end)


def is_begun(text: str, fields: Fields) -> bool:
    """Tell whether the end of a text is the beginning of a condition, and no word yet."""
    typed = list(pieces(text))
    if not typed:
        return False
    last = typed[-1]
    if last.quoted or last.end < len(text):
        return False
    if not last.is_condition:
        return fields.get(last.value) is not None or (last.denied and not last.value)
    name, value = folded(last.name), folded(last.value)
    if not value:
        return fields.get(name) is not None or name in {"is", "has"}
    if fields.get(name) is None and name in {"is", "has"}:
        there = flags_of(fields) if name == "is" else (*fields.all_names(), *HAS)
        return value not in there and any(each.startswith(value) for each in there)
    return False


def _condition(piece: Piece, fields: Fields, present: Present) -> Condition:
    name, sign = folded(piece.name), piece.sign
    if name in {"is", "has"} and sign in {":", "="} and fields.get(name) is None:
        found = _flag(piece, fields) if name == "is" else _known(piece, fields)
    else:
        field = fields.get(name)
        if field is None:
            raise _unknown(piece, fields)
        found = _compared(piece, field, present)
    return found.denied() if piece.denied else found


def _compared(piece: Piece, field: Field, present: Present) -> Condition:
    comparison = Comparison(piece.sign)
    if not piece.value:
        raise _wrong(f"{field.typed}{piece.sign} what? {_wants(field).capitalize()}.", piece)
    if field.kind in {Kind.TEXT, Kind.FLAG} and comparison not in _TEXT_SIGNS | {Comparison.LACKS}:
        kind = "a text" if field.kind is Kind.TEXT else "yes or no"
        raise _wrong(f"“{field.typed}” is {kind}: it can be compared by = != and :", piece)
    if field.kind is Kind.MOMENT and folded(piece.name) == "age":
        # What is older happened before.
        comparison = _TURNED.get(comparison, comparison)
        aged = values.age(piece.value, present.now)
        if aged is None:
            raise _wrong(f"“{_short(piece.value)}” is no age; an age is 30s, 5min, 3h, 2d", piece)
        return Condition(field=field.key, comparison=comparison, value=aged)
    if field.kind is Kind.NUMBER and values.either(piece.value, present.point):
        says = f"“{piece.value}” can be read in two ways; write 1000, or 1.0 with a fraction"
        raise _wrong(says, piece)
    value = _value(piece.value, field, present)
    if value is None:
        raise _wrong(f"“{_short(piece.value)}” is not {_wants(field)}", piece)
    if not isinstance(value, str) and comparison in {Comparison.CONTAINS, Comparison.LACKS}:
        plainly = {Comparison.CONTAINS: Comparison.EQUAL, Comparison.LACKS: Comparison.NOT_EQUAL}
        comparison = plainly[comparison]
    return Condition(field=field.key, comparison=comparison, value=value)


_TURNED = {
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}


def _value(text: str, field: Field, present: Present) -> Value | None:
    match field.kind:
        case Kind.NUMBER:
            return values.number(text, percent=field.percent)
        case Kind.DAY:
            return values.days(text, present.today)
        case Kind.MOMENT:
            span = values.days(text, present.today)
            return None if span is None else values.moments(span, present.zone)
        case Kind.FLAG:
            return values.FLAGS.get(text.lower())
        case _:
            meant = [one for one in field.choices if one.startswith(text.lower())]
            if not field.choices:
                return text
            return next((one for one in meant if one == text.lower()), None) or (
                meant[0] if len(meant) == 1 else None
            )


def _wants(field: Field) -> str:
    return _ONE_OF + ", ".join(field.choices) if field.choices else _EXAMPLES[field.kind]


# --- flags -----------------------------------------------------------------------------------


def flags_of(fields: Fields) -> dict[str, tuple[Condition, str]]:
    """The words that may follow `is:` in a table, what they stand for, and what they say."""
    found = {
        folded(field.typed): (
            Condition(field=field.key, comparison=Comparison.EQUAL, value=True),
            field.says,
        )
        for field in fields.fields
        if field.kind is Kind.FLAG
    }
    for name, (condition, says) in FLAGS.items():
        if name not in found and fields.get(condition.field) is not None:
            found[name] = (condition, says)
    return found


def _flag(piece: Piece, fields: Fields) -> Condition:
    flags = flags_of(fields)
    found = flags.get(folded(piece.value))
    if found is None:
        there = f"is: {', '.join(flags)}" if flags else "there is nothing that rows can be"
        raise _wrong(f"no row here is ever “{_short(piece.value)}”; {there}", piece)
    return found[0]


def _known(piece: Piece, fields: Fields) -> Condition:
    name = folded(piece.value)
    field = fields.get(name) or fields.get(HAS.get(name, ""))
    if field is None:
        raise _unknown(piece, fields)
    return Condition(field=field.key, comparison=Comparison.KNOWN)


# --- what is wrong ---------------------------------------------------------------------------


def _unknown(piece: Piece, fields: Fields) -> ConditionError:
    name = piece.value if folded(piece.name) == "has" else piece.name
    names = fields.names()
    meant = difflib.get_close_matches(folded(name), fields.all_names(), n=1, cutoff=_LIKE)
    more = "" if len(names) <= _OFFERED else ", …"
    says = f"there is no field “{_short(name)}” here; "
    if fields.is_beyond(name):
        says = (
            f"“{_short(name)}” is reckoned when it is shown; this list cannot be filtered by it. "
        )
        meant = []
    if meant and (field := fields.get(meant[0])) is not None:
        says += f"did you mean “{field.typed}”? "
    says += f"Fields: {', '.join(names[:_OFFERED])}{more}"
    return ConditionError(says, piece.start, piece.start + len(piece.name))


def _wrong(says: str, piece: Piece) -> ConditionError:
    return ConditionError(says, piece.start, piece.end)


def _short(text: str) -> str:
    safe = plain(text[: _SHOWN * 2])
    return safe if len(safe) <= _SHOWN else f"{safe[: _SHOWN - 1]}…"


# --- rows ------------------------------------------------------------------------------------


def predicate(wanted: Wanted, fields: Fields) -> Callable[[object], bool] | None:
    """Make one test of all conditions, words apart; None where there are none."""
    tests = [_test(condition, fields) for condition in wanted.conditions]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]

    def meets_all(row: object) -> bool:
        for test in tests:  # noqa: SIM110 - half as long as all() takes, for 100,000 rows
            if not test(row):
                return False
        return True

    return meets_all


def _test(condition: Condition, fields: Fields) -> Callable[[object], bool]:
    field = fields.get(condition.field)
    if field is None:
        # A row that says nothing of it: what is unknown meets only what denies.
        holds = compiled(condition)(None)
        return lambda row: holds
    wide = condition.comparison in {Comparison.CONTAINS, Comparison.LACKS}
    value, more = field.value, (*field.also, *(field.wider if wide else ()))
    if not more:
        meets = compiled(condition)
        return lambda row: meets(value(row))
    return _among((value, *more), condition)


def _among(
    values: Sequence[Callable[[Any], Any]], condition: Condition
) -> Callable[[object], bool]:
    """Ask that one of several texts meets a condition; that none does, where it denies."""
    denies = condition.comparison in DENYING
    meets = compiled(condition.denied() if denies else condition)

    def one_meets(row: object) -> bool:
        for value in values:  # noqa: SIM110 - half as long as any() takes, for 100,000 rows
            if meets(value(row)):
                return True
        return False

    return (lambda row: not one_meets(row)) if denies else one_meets


# --- written ---------------------------------------------------------------------------------


def written(wanted: Wanted, fields: Fields, zone_of: Present) -> str:
    """Write what is wanted as one would type it."""
    return " ".join(
        (
            *(quoted(word) for word in wanted.words),
            *(f"!{quoted(word)}" for word in wanted.without),
            *_conditions(wanted, fields, zone_of),
        )
    )


def _conditions(wanted: Wanted, fields: Fields, present: Present) -> Iterator[str]:
    for condition in wanted.conditions:
        field = fields.get(condition.field)
        name = condition.field if field is None else field.key
        match condition.comparison, condition.value:
            case (Comparison.KNOWN, _):
                yield f"has:{name}"
            case (Comparison.UNKNOWN, _):
                yield f"!has:{name}"
            case (comparison, value):
                yield f"{name}{comparison}{_literal(value, field, present)}"


def _literal(value: Value, field: Field | None, present: Present) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            text = f"{value.scaleb(2) if field is not None and field.percent else value:f}"
            return f"{text}%" if field is not None and field.percent else text
        case Days(first, last):
            return _span(first.isoformat(), last.isoformat())
        case Moments(since, until):
            return _span(
                since.astimezone(present.zone).date().isoformat(),
                until.astimezone(present.zone).date().isoformat(),
            )
        case _:
            return quoted(value)


def _span(first: str, last: str) -> str:
    if first == last:
        return first
    if first[5:] == "01-01" and last[5:] == "12-31":
        return first[:4]
    return first[:7]
