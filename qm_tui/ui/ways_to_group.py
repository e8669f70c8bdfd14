"""What a dialog offers that asks by what rows are grouped."""

from collections.abc import Iterable

FLAT = "none"
"""Not at all."""


def offered(ways: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    """Return letter → way and what it is called; the first is to group by nothing.

    Args:
        ways: the letter of each, what it is called, and its name.
    """
    return {"n": (FLAT, "nothing")} | {letter: (way, name) for letter, name, way in ways}
