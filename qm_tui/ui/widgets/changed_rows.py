"""Which rows have been replaced since the last frame: however often, they are painted once."""

from collections.abc import Callable, Hashable, Iterable


class ChangedRows:
    """Rows known by key or by index."""

    def __init__(self) -> None:
        self.keys: set[Hashable] = set()
        self.indexes: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.keys or self.indexes)

    def reach_headings(
        self, update: Callable[[Iterable[Hashable] | None], Iterable[Hashable]]
    ) -> None:
        """Take the headings along that are above the changed rows.

        Args:
            update: has headings made anew, of all rows if it is not known which ones changed.
        """
        self.keys.update(update(None if self.indexes else self.keys))

    def take(self, among: Iterable[int], key: Callable[[int], Hashable | None]) -> list[int]:
        """The changed ones of these indexes; all changes are forgotten."""
        keys, indexes = self.keys, self.indexes
        self.keys, self.indexes = set(), set()
        return [index for index in among if index in indexes or (keys and key(index) in keys)]
