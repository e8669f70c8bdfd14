"""Which rows have been replaced since the last frame: however often, they are painted once."""

from collections.abc import Callable, Hashable, Iterable


class ChangedRows:
    """Rows known by key or by index."""

    def __init__(self) -> None:
        self.keys: set[Hashable] = set()
        self.indexes: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.keys or self.indexes)

    def take(self, among: Iterable[int], key: Callable[[int], Hashable | None]) -> list[int]:
        """The changed ones of these indexes; all changes are forgotten."""
        keys, indexes = self.keys, self.indexes
        self.keys, self.indexes = set(), set()
        return [index for index in among if index in indexes or (keys and key(index) in keys)]
