"""Where a screen's rows come from: read all at once, or by the page as they come into sight."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from qm_tui.domain.selection import Order
from qm_tui.queries.paging import Pages
from qm_tui.ui.cell import plain
from qm_tui.ui.numbered_pages import NumberedPages
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.paged_source import PagedSource, Spawn
from qm_tui.ui.widgets.row_source import ListSource, RowSource

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

V = TypeVar("V")

Fetch = Callable[["Reader"], Awaitable[Sequence[V]]]
"""Reads all rows."""
Ask = Callable[["Reader", str | None, Order], Pages[V]]
"""Makes the pages of the rows that contain a text, in an order."""


class Feed(Protocol[V]):
    """The rows of one screen, as the user wants them."""

    total: int | None
    """How many there are without the filter; None while that is not known."""

    @property
    def shown(self) -> int | None:
        """How many pass the filter; None while that is not known."""

    @property
    def source(self) -> RowSource[V] | None:
        """What the table shows; None before the first load."""

    async def load(self, reader: "Reader") -> None:
        """Read anew."""

    def filter(self, text: str, columns: Sequence[Column[V]]) -> None:
        """Show only rows with these words; all without any."""

    def sort(self, key: str, *, reverse: bool) -> None:
        """Take note of the order the table was asked for."""


class ListFeed(Generic[V]):
    """Rows that are few enough to hold."""

    def __init__(
        self,
        fetch: Fetch[V],
        key: Callable[[V], Hashable],
        source: ListSource[V] | None = None,
    ) -> None:
        """Read rows.

        Args:
            fetch: reads all of them.
            key: identifies a row.
            source: where to put them, if not into a list of their own.
        """
        self.total: int | None = None
        self.source: ListSource[V] = ListSource([], key) if source is None else source
        self._fetch = fetch

    @property
    def shown(self) -> int | None:
        """How many pass the filter."""
        return len(self.source)

    async def load(self, reader: "Reader") -> None:
        """Read all rows."""
        rows = await self._fetch(reader)
        self.total = len(rows)
        self.source.replace(rows)

    def filter(self, text: str, columns: Sequence[Column[V]]) -> None:
        """Keep the rows whose columns contain every word, in any case."""
        self.source.filter(_contains(text.casefold().split(), columns) if text else None)

    def sort(self, key: str, *, reverse: bool) -> None:
        """Nothing to do: the table sorts what is in memory."""


class PagedFeed(Generic[V]):
    """Rows that may be millions; filtered and sorted by the store."""

    def __init__(
        self,
        ask: Ask[V],
        order: Order,
        *,
        key: Callable[[V], Hashable],
        spawn: Spawn,
        on_count: Callable[[], None],
    ) -> None:
        self.total: int | None = None
        self.shown: int | None = None
        self.source: PagedSource[V, int] | None = None
        self._ask = ask
        self._order = order
        self._key = key
        self._spawn = spawn
        self._on_count = on_count
        self._text = ""
        self._reader: Reader | None = None

    async def load(self, reader: "Reader") -> None:
        """Have the pages in sight read; the former rows stay until they are here."""
        self._reader = reader
        if self.source is None:
            self.source = PagedSource(self._loader(reader), key=self._key, spawn=self._spawn)
        else:
            self.source.reload(self._loader(reader))
        if self._text:
            # The rows that are read tell only how many pass the filter.
            self._spawn(self._count_unfiltered(reader))

    def filter(self, text: str, columns: Sequence[Column[V]]) -> None:
        """Ask for other rows; the store looks at its text columns."""
        del columns
        self._text = text
        self.shown = None
        self._again()
        if text and self.total is None and self._reader is not None:
            self._spawn(self._count_unfiltered(self._reader))

    def sort(self, key: str, *, reverse: bool) -> None:
        """Ask for another order."""
        self._order = Order(field=key, descending=reverse)
        self._again()

    def _again(self) -> None:
        if self.source is not None and self._reader is not None:
            self.source.reload(self._loader(self._reader))

    def _loader(self, reader: "Reader") -> NumberedPages[V]:
        text = self._text
        pages = self._ask(reader, text or None, self._order)
        return NumberedPages(pages, self._key, partial(self._take_count, text))

    async def _count_unfiltered(self, reader: "Reader") -> None:
        self._take_count("", await self._ask(reader, None, self._order).count())

    def _take_count(self, text: str, number: int) -> None:
        """So many rows contain the text, which may be another by now."""
        if not text:
            self.total = number
        if text == self._text:
            self.shown = number
        self._on_count()


def _contains(words: Sequence[str], columns: Sequence[Column[V]]) -> Callable[[V], bool]:
    def keep(row: V) -> bool:
        text = "\n".join(column.cell(row).text for column in columns).casefold()
        return all(word in text for word in words)

    return keep


def as_tsv(row: V, columns: Sequence[Column[V]]) -> str:
    """A row as it is shown, for another program: one line, tabs between the columns."""
    return "\t".join(plain(column.cell(row).text).strip() for column in columns)
