"""What a start tag says, read at the speed of `str.split` where it is written plainly.

The text between the quotes of a tag is its values; what is left over is the tag's *shape*: its
name and the names of its attributes. Interactive Brokers writes all rows of a section in one shape,
or in a few: what follows from the names is found out once a shape, and a row is its values.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from xml.parsers import expat

_REMEMBERED = 256
_VALUES_REMEMBERED = 4096

_NAME = "[A-Za-z_][A-Za-z0-9_.-]*"
# A tag without its values: `<Trade accountId=" symbol=" />`.
_PLAIN = re.compile(rf'<({_NAME})((?: +{_NAME} *= *")*) */?>')
_ATTRIBUTE = re.compile(rf'({_NAME}) *= *"')

Values = Sequence[str]
"""Of all attributes in their order, and at the end an empty one, for all that are not there."""
_Pick = Callable[[Values], tuple[str, ...]]


class Plan:
    """Names of attributes, two or more, that are asked for in one go."""

    __slots__ = ("names",)

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)


class _Picks(dict[Plan, _Pick]):
    """Plan → what picks its values out of a row's."""

    def __init__(self, places: Mapping[str, int]) -> None:
        super().__init__()
        self._places = places

    def __missing__(self, plan: Plan) -> _Pick:
        pick = self[plan] = itemgetter(*(self._places.get(name, -1) for name in plan.names))
        return pick


class Shape:
    """How a tag is written but for its values."""

    __slots__ = ("_others", "_rests", "names", "picks", "places", "tag")

    def __init__(self, tag: str, names: tuple[str, ...]) -> None:
        self.tag = tag
        self.names = names
        self.places = {name: place for place, name in enumerate(names)}
        """Name → where in the values; what is not there stands at −1."""
        self.picks = _Picks(self.places)
        self._others: dict[frozenset[str], tuple[str, ...]] = {}
        self._rests: dict[frozenset[str], tuple[tuple[str, ...], _Pick]] = {}

    def others(self, known: frozenset[str]) -> tuple[str, ...]:
        """Return the names that are not among the known ones, sorted."""
        found = self._others.get(known)
        if found is None:
            found = self._others[known] = tuple(sorted(set(self.names) - known))
        return found

    def rest(self, values: Values, told: frozenset[str]) -> dict[str, str]:
        """Return what is said under other names than the told ones."""
        found = self._rests.get(told)
        if found is None:
            names = self.others(told)
            # Two more, which say nothing: itemgetter gives no tuple for less.
            pick: _Pick = itemgetter(*(self.places[name] for name in names), -1, -1)
            found = self._rests[told] = (names, pick)
        names, pick = found
        picked = pick(values)
        return dict(compress(zip(names, picked, strict=False), picked))


@lru_cache(maxsize=_REMEMBERED)
def _shape(tag: str, names: tuple[str, ...]) -> Shape:
    return Shape(tag, names)


def said(tag: str, attributes: Mapping[str, str]) -> tuple[Shape, Values]:
    """Return the shape and the values of a tag that was read by other means."""
    return _shape(tag, tuple(attributes)), (*attributes.values(), "")


class Tags:
    """Reads start tags that are known to be well-formed."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._shape = Shape("", ())
        """Of the pieces."""

    def read(self, raw: str) -> tuple[Shape, Values]:
        """Read a tag, `<` to `>`.

        The hot path. The tag is well-formed, and every piece between two quotes is blanks, a name
        and an equals sign: so nothing else than `"` can have opened or closed a value, and what is
        between the pieces are the values, as they are but for entities.
        """
        if "\n" in raw or "\t" in raw or "\r" in raw:
            return _exactly(raw)
        parts = raw.split('"')
        pieces = parts[::2]
        if pieces != self._pieces:
            shape = _plain('"'.join(pieces))
            if shape is None:
                return _exactly(raw)
            self._shape, self._pieces = shape, pieces
        values = parts[1::2]
        values.append("")
        if "&" in raw:
            _expand(raw, values)
        return self._shape, values


def _expand(raw: str, values: list[str]) -> None:
    """Replace the entities: nearly always those of one value, `AT&amp;T INC`."""
    place = begin = 0
    while (found := raw.find("&", begin)) >= 0:
        place += raw.count('"', begin, found)
        values[place // 2] = _expanded(values[place // 2])
        place += 1
        begin = raw.index('"', found) + 1


@lru_cache(maxsize=_VALUES_REMEMBERED)
def _expanded(value: str) -> str:
    _, (expanded, _) = _exactly(f'<a b="{value}"/>')
    return expanded


@lru_cache(maxsize=_REMEMBERED)
def _plain(text: str) -> Shape | None:
    """Return the shape of a tag without its values; None when it is not plain."""
    found = _PLAIN.fullmatch(text)
    return _shape(found[1], tuple(_ATTRIBUTE.findall(found[2]))) if found else None


def _exactly(raw: str) -> tuple[Shape, Values]:
    """Read a tag as XML has it: with entities, line ends and quotes of both kinds."""
    found: list[tuple[Shape, Values]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append(said(tag, attributes))
    parser.Parse(raw if raw.endswith("/>") else f"{raw[:-1]}/>", True)  # noqa: FBT003 - expat's own
    return found[0]
