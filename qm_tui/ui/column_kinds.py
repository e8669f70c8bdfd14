"""The kinds of columns screens are made of: what they read, how it is written and sorted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Generic, TypedDict, TypeVar

from typing_extensions import Unpack

from qm_tui.domain.conditions import Kind
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")
T = TypeVar("T")


class Options(TypedDict, total=False):
    """What else a column can be told; see `Column`."""

    min_width: int
    drop_order: int
    letter: str
    flexible: bool


class Kinds(Generic[R]):
    """Makes the columns of one table; all write with the same `Format`."""

    def __init__(self, form: Format) -> None:
        self._form = form

    def text(
        self,
        key: str,
        title: str,
        width: int,
        value: Callable[[R], str | None],
        *,
        tone: Tone = Tone.PLAIN,
        **options: Unpack[Options],
    ) -> Column[R]:
        """Words; sorted without regard to case."""

        def cell(row: R) -> Cell:
            text = value(row)
            return UNKNOWN if text is None else Cell(text, tone)

        def sort_key(row: R) -> str | None:
            text = value(row)
            return None if text is None else text.casefold()

        return Column(
            key=key,
            title=title,
            width=width,
            cell=cell,
            sort_key=sort_key,
            field=Field(key=key, kind=Kind.TEXT, value=value),
            text=value,
            **options,
        )

    def word(
        self,
        key: str,
        title: str,
        width: int,
        value: Callable[[R], str | None],
        **options: Unpack[Options],
    ) -> Column[R]:
        """A word of the domain's, such as `equity_option`: read as words, filtered by as it is."""

        def cell(row: R) -> Cell:
            text = value(row)
            return UNKNOWN if text is None else Cell(text.replace("_", " "))

        def words(row: R) -> str | None:
            text = value(row)
            return None if text is None else text.replace("_", " ")

        return replace(self.text(key, title, width, value, **options), cell=cell, text=words)

    def amount(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        width: int = 13,
        **options: Unpack[Options],
    ) -> Column[R]:
        """Money that was paid or received."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(self._form.amount, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def money(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        width: int = 13,
        **options: Unpack[Options],
    ) -> Column[R]:
        """Money that one has."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(self._form.money, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def gain(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        width: int = 12,
        **options: Unpack[Options],
    ) -> Column[R]:
        """A gain or loss."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(self._form.gain, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def quantity(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        width: int = 12,
        **options: Unpack[Options],
    ) -> Column[R]:
        """A number of shares or contracts."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(self._form.quantity, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def price(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        width: int = 13,
        **options: Unpack[Options],
    ) -> Column[R]:
        """A price or cost per unit, or a rate."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(self._form.price, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def greek(
        self,
        key: str,
        title: str,
        value: Callable[[R], Decimal | None],
        digits: int,
        width: int,
        **options: Unpack[Options],
    ) -> Column[R]:
        """A Greek of one unit, with always as many digits."""
        return Column(
            key=key,
            title=title,
            width=width,
            align="right",
            cell=_written(partial(self._form.decimal, digits=digits), value),
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            **options,
        )

    def date(
        self,
        key: str,
        title: str,
        value: Callable[[R], dt.date | None],
        **options: Unpack[Options],
    ) -> Column[R]:
        """A day."""
        return Column(
            key=key,
            title=title,
            width=10,
            align="left",
            cell=_written(self._form.date, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.DAY, value=value),
            wordless=True,
            **options,
        )

    def moment(
        self,
        key: str,
        title: str,
        value: Callable[[R], dt.datetime | None],
        **options: Unpack[Options],
    ) -> Column[R]:
        """A point in time."""
        return Column(
            key=key,
            title=title,
            width=19,
            align="left",
            cell=_written(self._form.moment, value),
            sort_key=value,
            field=Field(key=key, kind=Kind.MOMENT, value=value),
            wordless=True,
            **options,
        )

    def number(
        self,
        key: str,
        title: str,
        width: int,
        value: Callable[[R], int],
        *,
        tone: Tone = Tone.PLAIN,
        **options: Unpack[Options],
    ) -> Column[R]:
        """How many; none is muted, so that what there is stands out."""

        def cell(row: R) -> Cell:
            number = value(row)
            return Cell(self._form.number(number), tone if number else Tone.MUTED)

        return Column(
            key=key,
            title=title,
            width=width,
            cell=cell,
            sort_key=value,
            field=Field(key=key, kind=Kind.NUMBER, value=value),
            wordless=True,
            align="right",
            **options,
        )


def _written(write: Callable[[T], Cell], value: Callable[[R], T]) -> Callable[[R], Cell]:
    return lambda row: write(value(row))
