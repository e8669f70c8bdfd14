"""Where the numbers of a sum stand: each below its column, the others where there is room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

APART = Content("  ")
Edges = Mapping[str, int]
"""By column key, the first cell after the column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of a sum that belongs below a column."""

    column: str
    """The key of it."""
    label: Content
    number: Content
    """With the blanks to its right that put its point below the others."""
    note: Content
    """What could not be included."""

    @property
    def told(self) -> Content:
        """All of it, where the column is not shown."""
        note = (" ", self.note) if self.note.cell_length else ()
        return Content.assemble(self.label, " ", self.number.rstrip(), *note)


class _Line:
    """One line, of pieces that each stand at a certain cell, from left to right."""

    def __init__(self, name: Content) -> None:
        self.pieces: list[tuple[int, Content]] = [(0, name.rstrip())]

    @property
    def end(self) -> int:
        """The first cell after what is written."""
        start, piece = self.pieces[-1]
        return start + piece.cell_length

    def put(self, start: int, piece: Content) -> None:
        """Write a piece further to the right."""
        self.pieces.append((start, piece.rstrip()))

    def fill(self, start: int, piece: Content, width: int) -> int | None:
        """Write a piece before the second one, or after the last; where it ends if it fits."""
        room = self.pieces[1][0] if len(self.pieces) > 1 else width
        end = start + piece.cell_length
        if end + APART.cell_length <= room:
            self.pieces[0] = (0, Content.assemble(self._padded(start), piece))
            return end
        return None

    def _padded(self, width: int) -> Content:
        first = self.pieces[0][1]
        return Content.assemble(first, " " * (width - first.cell_length))

    def written(self) -> Content:
        """The whole line."""
        line = Content()
        for start, piece in self.pieces:
            line = Content.assemble(line, " " * (start - line.cell_length), piece)
        return line


def below_columns(
    name: Content,
    parts: Sequence[Content | Figure],
    edges: Edges,
    width: int,
    bare: Collection[str] = (),
) -> tuple[Content, Sequence[Content]]:
    """Return a line with each number below its column, and what found no room in it.

    A number has its label before it where that fits: the column says the same. What has no
    column stands between the name and the first number, as far as it fits.

    Args:
        name: of the sum, at the left.
        parts: what it consists of.
        edges: where columns end.
        width: of the line.
        bare: columns whose numbers have no label: that of another line has no room for it.
    """
    line = _Line(name)
    found = _in_columns(parts, edges)
    loose = [part.told if isinstance(part, Figure) else part for part in parts if part not in found]
    starts = [edges[each.column] - each.number.cell_length for each in found]
    for place, (each, start) in enumerate(zip(found, starts, strict=True)):
        after = starts[place + 1] if place + 1 < len(starts) else width
        loose += _put(line, each, start, after, labeled=each.column not in bare)
    at = name.cell_length
    left: list[Content] = []
    for piece in loose:
        end = line.fill(at, piece, width)
        if end is None:
            left.append(piece)
        else:
            at = end + APART.cell_length
    return line.written(), left


def without_labels(name: Content, parts: Sequence[Content | Figure], edges: Edges) -> set[str]:
    """Return the columns whose numbers leave no room for their label."""
    found, end = set(), name.cell_length
    for each in _in_columns(parts, edges):
        if not _has_room(each, edges[each.column] - each.number.cell_length, end):
            found.add(each.column)
        end = edges[each.column]
    return found


def _in_columns(parts: Sequence[Content | Figure], edges: Edges) -> list[Figure]:
    found = [part for part in parts if isinstance(part, Figure) and part.column in edges]
    return sorted(found, key=lambda each: edges[each.column])


def _has_room(each: Figure, start: int, end: int) -> bool:
    return start - each.label.cell_length - 1 >= end + APART.cell_length


def _put(line: _Line, each: Figure, start: int, after: int, *, labeled: bool) -> Sequence[Content]:
    """Put a number where it belongs; what of it has no room there is returned."""
    if start < line.end + 1:
        return [each.told]
    if labeled and _has_room(each, start, line.end):
        line.put(start - each.label.cell_length - 1, each.label)
    line.put(start, each.number)
    if not each.note.cell_length:
        return ()
    if line.end + 1 + each.note.cell_length + 1 <= after:
        line.put(line.end + 1, each.note)
        return ()
    return [Content.assemble(each.label, " ", each.note)]
