"""What Tastytrade answered: the bytes as they came, and the rows in them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Row = Mapping[str, Any]
"""A JSON object as it came: dashed names; numbers that are no strings are Decimal or int."""


class Item(NamedTuple):
    """One row of a list, and where it stands in the bytes."""

    value: Any
    """A `Row` where the broker behaves."""
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """Where a page stands among the others, as far as the broker says."""

    page: int | None = None
    """From 0."""
    pages: int | None = None
    per_page: int | None = None
    items: int | None = None
    """Of all pages together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer with status 2xx whose body is JSON with `data`."""

    path: str
    body: bytes
    data: Any
    """What stands under `data`."""
    items: Sequence[Item] | None
    """The rows of `data.items`, None where there is no such list."""
    pagination: Pagination | None
    asked_at: dt.datetime
    latency: dt.timedelta


class AskFailed(Exception):  # noqa: N818 - told to the user
    """One question was not answered as it should be; others may be. Speaks to the user.

    Args:
        says: a sentence: what was asked, what came, what to do.
        status: of HTTP, None where there was none.
        passing: whether it may go well later: an outage, a timeout, a garbled answer.
    """

    def __init__(self, says: str, *, status: int | None = None, passing: bool = False) -> None:
        super().__init__(says)
        self.status = status
        self.passing = passing


class BadRow(Exception):  # noqa: N818
    """A row cannot be read: which field, what stands there, what is wrong with it."""

    def __init__(self, field: str, text: str, reason: str) -> None:
        super().__init__(f"{field} = {text!r}: {reason}")
        self.field = field
        self.text = text
        self.reason = reason
