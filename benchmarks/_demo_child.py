"""The monitor on a demo of a certain size and speed; started by `benchmarks.demo`."""

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import monitor
from qm_tui.config import Config


def main() -> int:
    """Run the monitor until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instruments", type=int, default=0)
    parser.add_argument("--ticks", type=float, default=5.0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    began, wall = dt.datetime(2026, 3, 11, 14, 30, tzinfo=dt.UTC), time.monotonic()

    def now() -> dt.datetime:
        return began + dt.timedelta(seconds=(time.monotonic() - wall) * asked.speed)

    here = Environment(
        config=Config(
            path=asked.folder / "config.toml", exists=False, store=asked.folder / "store.db"
        ),
        store_path=asked.folder / "store.db",
        now=now,
        out=sys.stdout,
        err=sys.stderr,
    )
    settings = DemoSettings(
        instruments=asked.instruments, ticks_per_second=asked.ticks, speed=asked.speed
    )
    return monitor(here, demo=True, settings=settings)


if __name__ == "__main__":
    sys.exit(main())
