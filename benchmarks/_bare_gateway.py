"""The least that bare ib_insync does with a gateway: connect, fill `portfolio()`, and listen on.

    python -m benchmarks._bare_gateway PORT POSITIONS

Prints when `portfolio()` was full, by `time.perf_counter`, and goes on until it is ended.
"""

import asyncio
import contextlib
import logging
import sys
import time


async def main(port: int, positions: int) -> None:
    from ib_insync import IB  # noqa: PLC0415 - it wants a running loop

    logging.getLogger("ib_insync").setLevel(logging.ERROR)
    ib = IB()  # type: ignore[no-untyped-call] # the library has no types
    print("ready", flush=True)
    await ib.connectAsync("127.0.0.1", port, clientId=5, timeout=60, readonly=True)
    assert len(ib.portfolio()) == positions
    print(time.perf_counter(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
