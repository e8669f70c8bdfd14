"""The rows an export is made of, read piece by piece: there may be millions."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from qm_tui.ui.feeds import ListFeed, PagedFeed
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.row_source import ListSource

if TYPE_CHECKING:
    from qm_tui.queries.paging import Pages
    from qm_tui.ui.screens.table_screen import TableScreen

_AT_ONCE = 200
"""Rows that are written before a key has its turn."""
_PAGES = 5
"""Pages that are read at once: fewer questions, and still nothing that a key waits for."""


class Which(StrEnum):
    """Which rows."""

    MARKED = "marked"
    SHOWN = "shown"
    ALL = "all"


async def pieces(screen: "TableScreen[Any]", which: Which) -> AsyncGenerator[Sequence[Any], None]:
    """Yield rows in the order shown; headings are none."""
    feed = screen.feed
    if isinstance(feed, PagedFeed):
        async for piece in _paged(screen, feed, which):
            yield piece
        return
    # All of them at once: they may change while they are written.
    for piece in _parts(list(_listed(screen, which))):
        yield piece


def _listed(screen: "TableScreen[Any]", which: Which) -> Iterable[Any]:
    if which is Which.MARKED:
        return screen.table.marked_rows()
    source: Any = screen.table.source
    inner = screen.feed.source if isinstance(screen.feed, ListFeed) else source
    if isinstance(source, GroupedSource) and source.folded:
        source = inner  # What is folded away is filtered by nobody.
    if which is Which.ALL and isinstance(inner, ListSource):
        return (row for _, row in inner.loaded())
    rows = map(source.row, range(len(source)))
    return (row for row in rows if row is not None)


async def _paged(
    screen: "TableScreen[Any]", feed: PagedFeed[Any], which: Which
) -> AsyncGenerator[Sequence[Any], None]:
    pages = feed.pages(filtered=which is Which.SHOWN)
    if pages is None:
        return
    marked = screen.table.marked_keys
    async for page in all_of(pages):
        if which is Which.MARKED:
            page = [row for row in page if feed.key(row) in marked]  # noqa: PLW2901 - a part
        for piece in _parts(page):
            yield piece


async def all_of(pages: "Pages[Any]") -> AsyncGenerator[Sequence[Any], None]:
    """Read several pages at once, on from the last row: a sync may add others meanwhile."""
    from qm_tui.queries.paging import PAGE_SIZE  # noqa: PLC0415 - when asked for

    size = _PAGES * PAGE_SIZE
    page, after = await pages.onward(None, size)
    yield page
    while after is not None:
        page, after = await pages.onward(after, size)
        yield page


def _parts(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    left = iter(rows)
    while part := list(islice(left, _AT_ONCE)):
        yield part
