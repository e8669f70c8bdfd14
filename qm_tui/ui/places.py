"""Back and forward over screens and drill-downs, each with its cursor and filter as it was."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.app import App

from qm_tui.ui.history import History
from qm_tui.ui.screens.page import Page


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of a place, and how to make it again when it has been left; known by its serial."""

    serial: int
    kind: type[Page] = field(compare=False)
    made_of: tuple[tuple[Any, ...], Mapping[str, Any]] = field(compare=False)
    memory: Mapping[str, Any] = field(compare=False)
    """What the page said of itself when it was left."""

    @classmethod
    def of(cls, page: Page) -> "Visit":
        """Look at a page, which may have been left already."""
        return cls(page.serial, type(page), page.made_of, page.memory())

    def again(self) -> Page:
        """Make the page anew; it will look as it did when its rows are there."""
        args, names = self.made_of
        page = self.kind(*args, **names)
        page.serial = self.serial
        page.recall(self.memory)
        return page


@dataclass(frozen=True, slots=True)
class Place:
    """The screen of a number, and what was drilled down to from it."""

    mode: str
    visits: tuple[Visit, ...]


class Places:
    """Follows where the user goes, and leads him back. Dialogs are no places."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._history: History[Place] = History()
        self._here: tuple[Page, ...] = ()
        """The pages of the place one is at: what they say of themselves is asked on leaving."""
        self._on_the_way = False

    def begin(self) -> None:
        """Follow from now on; to be called when the app runs."""
        self._app.screen_change_signal.subscribe(self._app, lambda _: self.look())
        self.look()

    def look(self, *, returning: bool = True) -> None:
        """Take note of where one is, and whether it may be that one has gone back to it."""
        pages = self._pages()
        if self._on_the_way or not pages:
            return
        place = Place(self._app.current_mode, tuple(map(Visit.of, pages)))
        if place != self._history.here:
            self._leave()
        self._history.visit(place, returning=returning)
        self._here = pages

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """What is passed on the way is no place one has been at."""
        before, self._on_the_way = self._on_the_way, True
        try:
            yield
        finally:
            self._on_the_way = before
            self.look(returning=False)

    async def go(self, steps: int) -> bool:
        """Go back (negative) or forward; whether there was a place to go to."""
        self._leave()
        place = self._history.step(steps)
        if place is None:
            return False
        with self.one_step():
            await self._restore(place)
        return True

    def _leave(self) -> None:
        here = self._history.here
        if here is not None and self._here:
            self._history.note(Place(here.mode, tuple(map(Visit.of, self._here))))

    async def _restore(self, place: Place) -> None:
        app = self._app
        if place.mode != app.current_mode:
            await app.switch_mode(place.mode)
        there = _alike(self._pages(), place.visits)
        gone = [app.pop_screen() for _ in app.screen_stack[max(there, 1) :]]
        for each in gone:
            await each
        for visit in place.visits[max(there, 1) :]:
            await app.push_screen(visit.again())

    def _pages(self) -> tuple[Page, ...]:
        return tuple(screen for screen in self._app.screen_stack if isinstance(screen, Page))


def _alike(pages: Sequence[Page], visits: Sequence[Visit]) -> int:
    """How many of the first pages are those of a place."""
    pairs = zip(pages, visits, strict=False)
    return next(
        (number for number, (page, visit) in enumerate(pairs) if page.serial != visit.serial),
        min(len(pages), len(visits)),
    )
