"""Rows of a screen by the page, addressed by key and never by offset."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Anchor

V_co = TypeVar("V_co", covariant=True)

PAGE_SIZE = 200


class Pages(Protocol[V_co]):
    """All rows that match, in one order; nothing is read before it is asked for."""

    @property
    def fields(self) -> Mapping[str, Kind]:
        """What the rows can be narrowed by, by the view's names; without any, text neither."""

    async def count(self) -> int:
        """How many rows there are."""

    async def anchors(self) -> Sequence[Anchor]:
        """The keys after which every page but the first begins, PAGE_SIZE rows apart."""

    async def page(self, after: Anchor | None, size: int = PAGE_SIZE) -> Sequence[V_co]:
        """The rows behind `after`; None is the beginning."""

    async def onward(
        self, after: Anchor | None, size: int = PAGE_SIZE
    ) -> tuple[Sequence[V_co], Anchor | None]:
        """The rows behind `after`, and behind what to go on; None at the end.

        Who goes on so meets no row twice and loses none, whoever writes to the store meanwhile.
        """

    async def last_page(self, size: int = PAGE_SIZE) -> Sequence[V_co]:
        """The last rows, in the same order."""
