"""What a user's Flex query lacks, found by looking at a statement it made.

Interactive Brokers writes an element for every section that is ticked, with rows or without, and in
every row an attribute for every field that is ticked, with a value or without: so what is not there
is not ticked. Of a section without rows nobody can tell which fields are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qm_tui.brokers.ibkr.flex_wanted import LABELS, WANTED, Fields, Importance, Wanted

_CHUNK = 1024 * 1024
_CARRIED = 64 * 1024
_ROWS_AT_MOST = 300
"""Of one section: all its rows have the same fields."""
_TAGS_AT_MOST = 200_000

_TAG = re.compile(rb"""<(/?)([A-Za-z_][\w.-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(rb"""([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_OUTSIDE = frozenset({b"FlexQueryResponse", b"FlexStatements", b"FlexStatement"})
_LEVEL_OF_ROW = {"Order": "ORDER", "Lot": "CLOSED_LOT", "ClosedLot": "CLOSED_LOT"}
_ALSO = {"position": "quantity", "date": "dateTime", "actionDescription": "description"}
"""Field → one that does as well."""

_WARNINGS_AT_MOST = 6
_NAMES_AT_MOST = 8
_REASONS_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that is not ticked in a query."""

    section: str
    """As the statement writes it; "" for the query as a whole."""
    label: str
    """As the query's editor writes it."""
    fields: tuple[str, ...] = ()
    """As the editor writes them; empty where the whole section is missing."""
    importance: Importance
    without: str
    """What cannot be shown; goes on from `without it` or `without them`."""


@dataclass(slots=True)
class Seen:
    """What of one section stands in a statement."""

    fields: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    rows: int = 0
    """That were looked at."""
    closes: bool = False
    """Whether a trade closed something."""


def preflight(path: Path) -> Sequence[Lack]:
    """Say what the query lacks that made a statement, the most important first.

    Reads the file once; to be called in a thread.

    Raises:
        OSError: the file cannot be read.
    """
    confirmation, seen = _look_at(path)
    if confirmation:
        return (
            Lack(
                section="",
                label="an Activity Flex Query",
                importance=Importance.NEEDED,
                without="there is nothing but fills: no positions, no cash, no corporate actions",
            ),
        )
    lacks = [
        lack
        for section, wanted in WANTED.items()
        for lack in _lacks(section, wanted, seen.get(section))
    ]
    return tuple(sorted(lacks, key=lambda lack: -lack.importance))


def warnings_of(lacks: Sequence[Lack]) -> tuple[str, ...]:
    """Say it to the user: a sentence a section, the most important first, and few of them."""
    places: dict[tuple[str, bool], list[Lack]] = {}
    for lack in lacks:
        if lack.importance > Importance.NICE:
            places.setdefault((lack.section, bool(lack.fields)), []).append(lack)
    sentences = [_sentence(found) for found in places.values()]
    most = _WARNINGS_AT_MOST
    if len(sentences) <= most:
        return tuple(sentences)
    rest = len(sentences) - most + 1
    return (
        *sentences[: most - 1],
        f"The Flex query lacks {rest} more things that matter less: tick all fields of all "
        "sections, then nothing is missing.",
    )


def _lacks(section: str, wanted: Wanted, seen: Seen | None) -> Iterator[Lack]:
    if seen is None:
        yield Lack(
            section=section,
            label=wanted.label,
            importance=wanted.importance,
            without=wanted.without,
        )
        return
    if not seen.rows:
        return
    for level, missing in wanted.levels.items():
        if level not in seen.levels and not (level == "CLOSED_LOT" and not seen.closes):
            yield _lack(section, wanted, missing, missing.names)
    for wish in wanted.fields:
        absent = tuple(
            _label(name)
            for name in wish.names
            if name not in seen.fields and _ALSO.get(name) not in seen.fields
        )
        if absent:
            yield _lack(section, wanted, wish, absent)


def _lack(section: str, wanted: Wanted, wish: Fields, names: tuple[str, ...]) -> Lack:
    return Lack(
        section=section,
        label=wanted.label,
        fields=names,
        importance=wish.importance,
        without=wish.without,
    )


def _sentence(lacks: Sequence[Lack]) -> str:
    first = lacks[0]
    if not first.section:
        return (
            "This is a Trade Confirmation Flex query: make an Activity Flex Query in Client "
            f"Portal and put its id into the configuration; without it {first.without}."
        )
    if not first.fields:
        return f"The Flex query does not include {first.label}: without it {first.without}."
    names = list(dict.fromkeys(name for lack in lacks for name in lack.fields))
    reasons = list(dict.fromkeys(lack.without for lack in lacks))[:_REASONS_AT_MOST]
    return (
        f"In {first.label} of the Flex query {_listed(names)} {'is' if len(names) == 1 else 'are'} "
        f"not ticked: without {'it' if len(names) == 1 else 'them'} {'; '.join(reasons)}."
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) > _NAMES_AT_MOST:
        names = [*names[: _NAMES_AT_MOST - 1], f"{len(names) - _NAMES_AT_MOST + 1} more fields"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _label(name: str) -> str:
    """Return what a field is called in the editor: `tradePrice` is Trade Price."""
    found = LABELS.get(name)
    if found is not None:
        return found
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[0].upper() + words[1:]


# --- looking ----------------------------------------------------------------------------------


def _look_at(path: Path) -> tuple[bool, dict[str, Seen]]:
    """Return whether it is a trade confirmation, and what stands in its sections."""
    looking = _Looking()
    carry = b""
    with path.open("rb") as file:
        while not looking.enough and (chunk := file.read(_CHUNK)):
            piece = carry + chunk
            carry = piece[looking.at(piece) :][-_CARRIED:]
    return looking.confirmation, looking.seen


class _Looking:
    """Goes through a statement: looks at the first rows of a section and leaps over the others."""

    def __init__(self) -> None:
        self.confirmation = False
        self.seen: dict[str, Seen] = {}
        self._section: bytes | None = None
        self._rows = 0
        """Looked at in this element of the section."""
        self._tags = 0

    @property
    def enough(self) -> bool:
        """Tell whether more would tell nothing new."""
        return self._tags >= _TAGS_AT_MOST

    def at(self, piece: bytes) -> int:
        """Look at a piece; return up to where it was understood."""
        place = 0
        while True:
            if self._section is not None and self._rows >= _ROWS_AT_MOST:
                place, ended = self._leap(piece, place, self._section)
                if not ended:
                    return place
            begin = piece.find(b"<", place)
            if begin < 0:
                return len(piece)
            found = _TAG.match(piece, begin)
            if found is None:
                if piece.find(b">", begin) < 0:
                    return begin
                place = begin + 1  # a comment, a declaration
                continue
            self._tags += 1
            self._take(found[1], found[2], found[3])
            place = found.end()

    def _leap(self, piece: bytes, place: int, section: bytes) -> tuple[int, bool]:
        """Go on to the end of a section; only levels of detail that are wanted are looked for."""
        end = piece.find(b"</" + section + b">", place)
        until = end if end >= 0 else max(place, piece.rfind(b"<"))
        name = section.decode("ascii", "replace")
        wanted, seen = WANTED.get(name), self.seen[name]
        for level in (wanted.levels if wanted else {}).keys() - seen.levels:
            if piece.find(f'levelOfDetail="{level}"'.encode(), place, until) >= 0:
                seen.levels.add(level)
        return until, end >= 0

    def _take(self, closing: bytes, tag: bytes, rest: bytes) -> None:
        if tag in _OUTSIDE:
            if tag == b"FlexQueryResponse" and re.search(rb"""\btype\s*=\s*["']TCF["']""", rest):
                self.confirmation = True
            self._section = None
            return
        if closing:
            if tag == self._section:
                self._section = None
            return
        whole = rest.endswith(b"/")
        if self._section is None:
            seen = self.seen.setdefault(tag.decode("ascii", "replace"), Seen())
            if not whole:
                self._section, self._rows = tag, 0
        else:
            seen = self.seen[self._section.decode("ascii", "replace")]
            self._rows += 1
        if b"=" in rest:
            _note(seen, tag.decode("ascii", "replace"), _ATTRIBUTE.finditer(rest))


def _note(seen: Seen, tag: str, attributes: Iterable[re.Match[bytes]]) -> None:
    said = {
        found[1].decode("ascii", "replace"): (found[2] or found[3] or b"") for found in attributes
    }
    seen.rows += 1
    seen.fields.update(said)
    level = said.get("levelOfDetail", b"").strip().decode("ascii", "replace").upper()
    if level:
        seen.levels.add(level)
    elif tag in _LEVEL_OF_ROW:
        seen.levels.add(_LEVEL_OF_ROW[tag])
    else:
        # A row that does not say its level is of the finest.
        seen.levels |= {"EXECUTION", "DETAIL", "SUMMARY"}
    if b"C" in said.get("openCloseIndicator", b""):
        seen.closes = True
