"""Make the demo's store in a process of its own: what that loads is not needed afterwards."""

import asyncio
import datetime as dt
import subprocess
import sys
from pathlib import Path

from qm_tui.store.migrate import prepare


def begin(path: Path) -> "subprocess.Popen[bytes]":
    """Begin to make an empty store, beside the first frame."""
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "qm_tui.cli.demo_store", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def made(making: "subprocess.Popen[bytes]") -> None:
    """Wait until it is made; what came to nothing is made by whoever opens the store."""
    await asyncio.to_thread(making.wait)


def main() -> int:
    """Be the process: the argument says where."""
    prepare(Path(sys.argv[1]), dt.datetime.fromtimestamp(0, dt.UTC))
    return 0


if __name__ == "__main__":
    sys.exit(main())
