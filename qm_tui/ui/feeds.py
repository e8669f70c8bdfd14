"""Where a screen's rows come from: read all at once, or by the page as they come into sight."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from qm_tui.domain.conditions import Wanted
from qm_tui.domain.selection import Order
from qm_tui.queries.paging import Pages
from qm_tui.ui.cell import plain
from qm_tui.ui.condition_fields import Accounts, Field, Fields, fields_of, stored_fields
from qm_tui.ui.conditions import predicate
from qm_tui.ui.numbered_pages import NumberedPages
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.paged_source import PagedSource, Spawn
from qm_tui.ui.widgets.row_source import ListSource, RowSource

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

V = TypeVar("V")

Fetch = Callable[["Reader"], Awaitable[Sequence[V]]]
"""Reads all rows."""
Ask = Callable[["Reader", Wanted, Order], Pages[V]]
"""Makes the pages of the rows that are wanted, in an order."""
Orders = Sequence[tuple[str, bool]]
"""Columns that rows are sorted by, and whether from the largest; the first counts most."""

_EVERYTHING = Wanted()


class Feed(Protocol[V]):
    """The rows of one screen, as the user wants them."""

    total: int | None
    """How many there are without the filter; None while that is not known."""
    key: Callable[[V], Hashable]
    """Identifies a row."""

    @property
    def shown(self) -> int | None:
        """How many pass the filter; None while that is not known."""

    @property
    def source(self) -> RowSource[V] | None:
        """What the table shows; None before the first load."""

    async def load(self, reader: "Reader") -> None:
        """Read anew."""

    def fields(
        self,
        columns: Sequence[Column[V]],
        more: Sequence[Field] = (),
        accounts: Accounts | None = None,
    ) -> Fields:
        """What rows can be filtered by; see `fields_of`."""

    def filter(self, wanted: Wanted, columns: Sequence[Column[V]], fields: Fields) -> None:
        """Show only the rows that are wanted."""

    def sort(self, orders: Orders) -> None:
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
        self.key = key
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

    def fields(
        self,
        columns: Sequence[Column[V]],
        more: Sequence[Field] = (),
        accounts: Accounts | None = None,
    ) -> Fields:
        """What the columns show and the rows say of themselves."""
        row = next(iter(self.source.rows), None)
        return fields_of(columns, None if row is None else type(row), more, accounts)

    def filter(self, wanted: Wanted, columns: Sequence[Column[V]], fields: Fields) -> None:
        """Keep the rows whose columns contain every word, and that meet all conditions."""
        self.source.filter(
            predicate(wanted, fields), words=wanted.words, without=wanted.without, columns=columns
        )

    def sort(self, orders: Orders) -> None:
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
        self.key = key
        self._spawn = spawn
        self._on_count = on_count
        self._wanted = _EVERYTHING
        self._reader: Reader | None = None

    async def load(self, reader: "Reader") -> None:
        """Have the pages in sight read; the former rows stay until they are here."""
        self._reader = reader
        if self.source is None:
            self.source = PagedSource(self._loader(reader), key=self.key, spawn=self._spawn)
        else:
            self.source.reload(self._loader(reader))
        if self._wanted:
            # The rows that are read tell only how many pass the filter.
            self._spawn(self._count_unfiltered(reader))

    def fields(
        self,
        columns: Sequence[Column[V]],
        more: Sequence[Field] = (),
        accounts: Accounts | None = None,
    ) -> Fields:
        """What the store can narrow by, as the columns call it."""
        del more, accounts
        if self._reader is None:
            return fields_of(columns)
        return stored_fields(columns, self._ask(self._reader, _EVERYTHING, self._order).fields)

    def filter(self, wanted: Wanted, columns: Sequence[Column[V]], fields: Fields) -> None:
        """Ask for other rows; the store looks at its text columns."""
        del columns, fields
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self.shown = None
        self._again()
        if wanted and self.total is None and self._reader is not None:
            self._spawn(self._count_unfiltered(self._reader))

    def sort(self, orders: Orders) -> None:
        """Ask for another order."""
        first, *then = (Order(field=key, descending=reverse) for key, reverse in orders)
        self._order = replace(first, then=tuple(then))
        self._again()

    def pages(self, *, filtered: bool) -> Pages[V] | None:
        """Return all rows, in order, to be read apart from what is shown; None before the first.

        Args:
            filtered: whether only those that are wanted.
        """
        if self._reader is None:
            return None
        return self._ask(self._reader, self._wanted if filtered else _EVERYTHING, self._order)

    def _again(self) -> None:
        if self.source is not None and self._reader is not None:
            self.source.reload(self._loader(self._reader))

    def _loader(self, reader: "Reader") -> NumberedPages[V]:
        wanted = self._wanted
        pages = self._ask(reader, wanted, self._order)
        return NumberedPages(pages, self.key, partial(self._take_count, wanted))

    async def _count_unfiltered(self, reader: "Reader") -> None:
        pages = self._ask(reader, _EVERYTHING, self._order)
        self._take_count(_EVERYTHING, await pages.count())

    def _take_count(self, wanted: Wanted, number: int) -> None:
        """So many rows are wanted; by now it may be others."""
        if not wanted:
            self.total = number
        if wanted == self._wanted:
            self.shown = number
        self._on_count()


def as_tsv(row: V, columns: Sequence[Column[V]]) -> str:
    """A row as it is shown, for another program: one line, tabs between the columns."""
    return "\t".join(plain(column.cell(row).text).strip() for column in columns)
