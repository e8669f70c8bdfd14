"""What can be asked for in a table: its columns, and what else its rows say of themselves."""

import datetime as dt
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from types import UnionType
from typing import TYPE_CHECKING, Any

from qm_tui.domain.conditions import Kind
from qm_tui.ui.condition_names import ALSO, CHOICES, IN_PERCENT, NAMES, OF_OURS, SAYS

if TYPE_CHECKING:
    from qm_tui.ui.widgets.columns import Column

Accounts = Mapping[str, Sequence[str]]
"""Account number → the other names it goes by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something rows can be filtered by."""

    key: str
    """As the views and `qm-tui show --format json` name it."""
    kind: Kind
    value: Callable[[Any], Any]
    """Of a row: a number, a day, an aware time, yes or no, a text or several; None is unknown."""
    name: str = ""
    """What one types; the key without a shorter one."""
    aliases: tuple[str, ...] = ()
    title: str = ""
    """Of its column."""
    also: tuple[Callable[[Any], Any], ...] = ()
    """Other texts that stand for the same."""
    wider: tuple[Callable[[Any], Any], ...] = ()
    """Where else `:` looks."""
    choices: tuple[str, ...] = ()
    """All the texts it can be, where that is known."""

    @property
    def typed(self) -> str:
        """What one types."""
        return self.name or self.key

    @property
    def percent(self) -> bool:
        """Whether it is a fraction that is shown in percent."""
        return self.key in IN_PERCENT

    @property
    def says(self) -> str:
        """What it is, in a few words."""
        return SAYS.get(self.key) or self.title or self.key.replace("_", " ")


class Fields:
    """The fields of one table, by all their names."""

    def __init__(self, all_of: Iterable[Field], beyond: Iterable[str] = ()) -> None:
        """Name fields.

        Args:
            all_of: those of the columns first.
            beyond: names of columns that rows cannot be filtered by.
        """
        self.fields: tuple[Field, ...] = tuple(_named(all_of))
        self._beyond = frozenset(folded(name) for name in beyond)
        self._by_name: dict[str, Field] = {}
        for names in (
            lambda field: (field.typed,),
            lambda field: (field.key,),
            lambda field: field.aliases,
        ):
            for field in self.fields:
                for name in names(field):
                    self._by_name.setdefault(folded(name), field)

    def get(self, name: str) -> Field | None:
        """The field with a name, in any case."""
        return self._by_name.get(folded(name))

    def is_beyond(self, name: str) -> bool:
        """Whether it is a column that is reckoned only when it is shown."""
        return folded(name) in self._beyond

    def names(self) -> list[str]:
        """The shortest name of each, in the order of the columns."""
        return [field.typed for field in self.fields]

    def all_names(self) -> list[str]:
        """Every name that is understood."""
        return list(self._by_name)


def folded(name: str) -> str:
    """A name as it is looked up."""
    return name.lower().replace("-", "_")


def _named(all_of: Iterable[Field]) -> Iterable[Field]:
    """Give out short names: who comes first has them."""
    taken: set[str] = set()
    for field in all_of:
        candidates = (*field.aliases, *NAMES.get(field.key, ()))
        name = next((one for one in candidates if one not in taken), field.key)
        taken.add(name)
        title = folded(field.title) if re.fullmatch(r"[A-Za-z]+\.?", field.title) else ""
        aliases = dict.fromkeys((*candidates, *([title.rstrip(".")] if title else [])))
        yield replace(field, name=name, aliases=tuple(aliases))


def fields_of(
    columns: "Sequence[Column[Any]]",
    row_type: type | None = None,
    more: Sequence[Field] = (),
    accounts: Accounts | None = None,
) -> Fields:
    """Return what rows can be filtered by.

    Args:
        columns: all of the table, also those that are not shown.
        row_type: of its rows, if there are any: what they say of themselves beside the columns.
        more: what only the screen knows of a row.
        accounts: the other names of accounts.
    """
    own = {} if row_type is None else dict(_own(row_type))
    found = {column.key: _of_column(column, own.get(column.key)) for column in columns}
    found |= {key: field for key, field in own.items() if key not in found}
    everything = [field for field in found.values() if field is not None]
    return Fields([*(_widened(field, own, accounts or {}) for field in everything), *more])


def stored_fields(columns: "Sequence[Column[Any]]", kinds: Mapping[str, Kind]) -> Fields:
    """Return what the store can narrow rows by; the rows themselves are not looked at.

    Columns that are reckoned only when they are shown are left out; their names are known.
    """
    titles = {column.key: column.title for column in columns}
    keys = dict.fromkeys((*(key for key in titles if key in kinds), *kinds))
    return Fields(
        (
            Field(
                key=key, kind=kinds[key], value=attrgetter(key), title=titles.get(key, ""),
                choices=CHOICES.get(key, ()),
            )
            for key in keys
        ),
        beyond=[
            name
            for key, title in titles.items()
            if key not in kinds
            for name in (key, title, *NAMES.get(key, ()))
        ],
    )  # fmt: skip


def _of_column(column: "Column[Any]", own: Field | None) -> Field | None:
    said = column.field or own
    if said is None:
        # What is shown is at least a text.
        said = Field(key=column.key, kind=Kind.TEXT, value=lambda row: column.cell(row).text)
    elif own is not None and own.kind is not Kind.TEXT:
        said = own
    elif own is not None and column.field is not None and own.key not in CHOICES:
        # Both what the view says and what stands in the column can be asked for.
        said = replace(said, also=(own.value,))
    return replace(said, title=column.title)


def _widened(field: Field, own: Mapping[str, Field], accounts: Accounts) -> Field:
    """Let `:` look where the user may have the text from, too."""
    field = replace(field, choices=CHOICES.get(field.key, field.choices))
    others = tuple(own[key].value for key in ALSO.get(field.key, ()) if key in own)
    if field.key in {"account", "accounts"} and accounts:
        field = replace(field, also=(*field.also, _nicknames(field.value, accounts)))
    return replace(field, wider=others) if others else field


def _nicknames(numbers: Callable[[Any], Any], accounts: Accounts) -> Callable[[Any], Any]:
    known: dict[Any, tuple[str, ...]] = {}

    def nicknames(row: Any) -> tuple[str, ...]:
        said = numbers(row)
        if said not in known:
            each = (said,) if isinstance(said, str) else said or ()
            known[said] = tuple(name for number in each for name in accounts.get(number, ()))
        return known[said]

    return nicknames


@lru_cache(maxsize=64)
def _own(row_type: type) -> tuple[tuple[str, Field], ...]:
    """What the rows of a view say."""
    if not is_dataclass(row_type):
        return ()
    hints = typing.get_type_hints(row_type)
    found: list[tuple[str, Field]] = []
    for each in fields(row_type):
        kind = None if each.name in OF_OURS else _kind(hints[each.name])
        if kind is not None:
            value = _choice(each.name) or attrgetter(each.name)
            found.append((each.name, Field(key=each.name, kind=kind, value=value)))
    return tuple(found)


def _choice(key: str) -> Callable[[Any], str | None] | None:
    """Of what is stored as a letter, the word."""
    if key != "right":
        return None
    words = {"C": "call", "P": "put"}
    return lambda row: words.get(row.right or "", row.right)


def _kind(hint: Any) -> Kind | None:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in {typing.Union, UnionType}:
        kinds = {_kind(each) for each in arguments if each is not type(None)}
        return kinds.pop() if len(kinds) == 1 else None
    if typing.get_origin(hint) is tuple:
        return Kind.TEXT if arguments and arguments[0] is str else None
    if not isinstance(hint, type):
        return None
    for kind, types in _TYPES.items():
        if issubclass(hint, types):
            return kind
    return None


_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.FLAG: (bool,),
    Kind.NUMBER: (Decimal, int, float),
    Kind.MOMENT: (dt.datetime,),
    Kind.DAY: (dt.date,),
    Kind.TEXT: (str,),
}
"""A yes or no is a whole number too, and a time a day: the order counts."""
