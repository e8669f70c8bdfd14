"""The columns of all tables as the documents list them, with what rows can be filtered by."""

import datetime as dt
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, cast

from qm_tui.domain.conditions import Kind
from qm_tui.store.reader import Reader
from qm_tui.ui.condition_fields import Field, Fields, fields_of
from qm_tui.ui.conditions import flags_of
from qm_tui.ui.context import Context
from qm_tui.ui.feeds import PagedFeed
from qm_tui.ui.modes import MODES
from qm_tui.ui.screens.exposure import ExposureScreen
from qm_tui.ui.screens.merged import MergedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.tabbed_screen import TabbedScreen
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column
from tests.queries.views import VIEWS

_NOW = dt.datetime(2026, 3, 11, 19, 12, tzinfo=dt.UTC)
_KINDS = {
    Kind.NUMBER: "number", Kind.DAY: "day", Kind.MOMENT: "time", Kind.TEXT: "text",
    Kind.FLAG: "yes or no",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the monitor, as a narrow or a wide terminal shows it."""

    name: str
    columns: Sequence[Column[Any]]
    fields: Fields

    @property
    def leaving(self) -> Mapping[str, int]:
        """Column → when it leaves a terminal that is too narrow, from 1; the others stay."""
        droppable = sorted((c for c in self.columns if c.drop_order), key=lambda c: c.drop_order)
        return {column.key: place for place, column in enumerate(reversed(droppable), 1)}

    @property
    def beyond(self) -> Sequence[Field]:
        """What rows can be filtered by without being a column."""
        shown = {column.key for column in self.columns}
        return [field for field in self.fields.fields if field.key not in shown]

    def field_of(self, column: Column[Any]) -> Field | None:
        """What one types to filter by a column."""
        return next((field for field in self.fields.fields if field.key == column.key), None)


def tables() -> Mapping[str, Table]:
    """Return every table of the numbered screens, and of the two that positions lead to."""
    return {table.name: table for page in _pages() for table in _tables_of(page)}


async def _never() -> typing.NoReturn:
    raise AssertionError("These screens are never shown.")


def a_session(
    arranged: Mapping[str, Any] | None = None, given: Mapping[str, str] | None = None
) -> Session:
    """Return what screens share, where nothing is ever read.

    Args:
        arranged: `[ui.columns]` of a configuration.
        given: its `[keys]`.
    """
    context = Context(
        open_reader=cast("Any", _never),
        open_importer=cast("Any", _never),
        now=lambda: _NOW,
        zone=dt.UTC,
        version="",
        columns=arranged or {},
        keys=given or {},
    )
    return Session(context)


def _pages() -> Iterator[Page]:
    session = a_session()
    yield from (make(session) for make in MODES.values())
    yield MergedScreen(session, ("",))
    yield ExposureScreen(session, ("",))


def _tables_of(page: Page) -> Iterator[Table]:
    if isinstance(page, TabbedScreen):
        for key in page.TABS:
            page._choose(key)
            row = _row_type(type(page.TABS[key]))
            yield _table(page, page.make_feed(), row)
    elif isinstance(page, TableScreen):
        yield _table(page, page.feed, _row_type(type(page)))


def _table(page: TableScreen[Any], feed: object, row: type | None) -> Table:
    columns = page.columns()
    if isinstance(feed, PagedFeed):
        feed._reader = cast("Reader", object())
        return Table(name=page.view_name, columns=columns, fields=feed.fields(columns))
    marked = Field(key="marked", kind=Kind.FLAG, value=lambda _: False)
    fields = fields_of(columns, row, (*page.more_fields(), marked))
    return Table(name=page.view_name, columns=columns, fields=fields)


def _row_type(kind: type) -> type | None:
    """Return the view that a screen or a tab is of, as its bases name it."""
    for each in kind.__mro__:
        for base in getattr(each, "__orig_bases__", ()):
            for argument in typing.get_args(base):
                found = argument
                if isinstance(argument, typing.ForwardRef | str):
                    name = getattr(argument, "__forward_arg__", argument)
                    found = VIEWS.get(str(name))
                if isinstance(found, type) and is_dataclass(found):
                    return found
    return None


def written(table: Table) -> str:
    """Return a table's columns in Markdown, then what else its rows can be filtered by."""
    lines = ["| column | name | to filter | kind | `s` | leaves |", "|---|---|---|---|---|---|"]
    leaving = table.leaving
    for column in table.columns:
        field = table.field_of(column)
        typed = "" if field is None else f"`{field.typed}`"
        kind = "" if field is None else _KINDS[field.kind]
        letter = f"`{column.letter}`" if column.letter else ""
        title = column.title.replace("|", "\\|") or "·"
        place = leaving.get(column.key, "stays")
        lines.append(f"| {title} | `{column.key}` | {typed} | {kind} | {letter} | {place} |")
    if beyond := table.beyond:
        more = ", ".join(f"`{field.typed}`" for field in beyond)
        lines += ["", f"Rows can also be filtered by {more}."]
    if flags := [flag for flag in flags_of(table.fields) if table.fields.get(flag) is None]:
        lines += ["", "After `is:` " + ", ".join(f"`{flag}`" for flag in flags) + "."]
    return "\n".join(lines)
