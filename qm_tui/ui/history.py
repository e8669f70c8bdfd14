"""Where one has been, and how to go back and forward over it."""

from typing import Generic, TypeVar

P = TypeVar("P")

_MOST = 100
"""Places that are remembered; the oldest go first."""


class History(Generic[P]):
    """Places one after the other, and which of them one is at. Places are compared by `==`."""

    def __init__(self, most: int = _MOST) -> None:
        self._places: list[P] = []
        self._at = -1
        self._most = most

    @property
    def here(self) -> P | None:
        """Where one is; None before the first place."""
        return self._places[self._at] if self._places else None

    def visit(self, place: P, *, returning: bool = False) -> None:
        """Take note of a place one has come to; what was ahead is forgotten.

        Args:
            place: where one is now.
            returning: Whether one has left for where one came from (as Esc does after Enter). That
                is a step back where it leads to the place before: what was left is still ahead.
        """
        if place == self.here:
            return
        if returning and self._at > 0 and self._places[self._at - 1] == place:
            self._at -= 1
            self._places[self._at] = place
            return
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[: -self._most]
        self._at = len(self._places) - 1

    def note(self, place: P) -> None:
        """Take note of how the place one is at looks now."""
        if self._places:
            self._places[self._at] = place

    def step(self, steps: int) -> P | None:
        """Go back (negative) or forward; None, and nothing happens, where there is nothing."""
        if not 0 <= self._at + steps < len(self._places):
            return None
        self._at += steps
        return self._places[self._at]
