"""Many ids in pieces that a statement can hold."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

AT_ONCE = 500


def parts(values: Iterable[Any], size: int = AT_ONCE) -> Iterator[Sequence[Any]]:
    """Yield values in order, some at a time."""
    ordered = sorted(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
