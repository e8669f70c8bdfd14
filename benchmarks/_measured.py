"""What the benchmarks share: figures beside their floors, a folder where nothing is the user's."""

import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Figure:
    """What several runs of one thing took."""

    median: float
    least: float
    most: float

    @override
    def __str__(self) -> str:
        spread = f"{_short(self.least)}–{_short(self.most)}"
        return f"{_short(self.median):>8} {spread:>16}"


def figure(values: Sequence[float]) -> Figure:
    return Figure(statistics.median(values), min(values), max(values))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def heading(title: str, unit: str, floor: str = "floor") -> None:
    print(f"\n{title}")
    ours = f"{'median':>8} {'min–max':>16}"
    print(f"{unit:38}{ours}   {floor:>8} {'min–max':>16}{'ratio':>9}")


def line(name: str, ours: Figure, floor: Figure | None = None, goal: str = "") -> None:
    """Print a figure, its floor, how many times the floor it is, and what it should be."""
    beside = "" if floor is None else f"   {floor}{ours.median / floor.median:8.2f}×"
    print(f"{name:38}{ours}{beside:37}  {goal}".rstrip())


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that passes; programs started meanwhile find no configuration and log into it."""
    with tempfile.TemporaryDirectory(prefix="qm-tui-bench-") as name:
        folder = Path(name)
        config = folder / "config.toml"
        config.touch()
        before = dict(os.environ)
        os.environ |= {"QM_TUI_CONFIG": str(config), "XDG_STATE_HOME": str(folder / "state")}
        try:
            yield folder
        finally:
            os.environ.clear()
            os.environ.update(before)
