"""Screens that are left once, however fast one types."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen
from typing_extensions import override

T = TypeVar("T")


class LeftOnce(Screen[T]):
    """A screen whose second end does nothing.

    Textual takes the topmost screen away, whichever asks: a key that reaches a screen which has
    been left already would end the one below it, and the program with the last.
    """

    @override
    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave, unless that has been done."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
