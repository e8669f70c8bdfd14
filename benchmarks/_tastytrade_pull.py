"""A history as our client brings it: fetched, checked, decoded, made into records and documents.

    python -m benchmarks._tastytrade_pull BASE_URL ROWS

Prints the seconds that the transactions took, and the most memory that the process held, in MB.
"""

import asyncio
import datetime as dt
import resource
import sys
import time
from dataclasses import replace

from qm_tui.brokers.client import Known
from qm_tui.brokers.tastytrade.client import TastytradeClient
from qm_tui.brokers.tastytrade.settings import TastytradeSettings
from qm_tui.domain.words import Section


def held_most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


async def main(base_url: str, rows: int) -> None:
    async def secret(_name: str) -> str:
        return "s"

    usual = TastytradeSettings()
    client = TastytradeClient(
        name="tasty",
        base_url=base_url,
        secrets=secret,
        now=lambda: dt.datetime.now(dt.UTC),  # noqa: TID251 - the program begins here
        settings=replace(usual, streaming=replace(usual.streaming, enabled=False)),
    )
    await client.connect()
    records = 0
    begun = ended = time.perf_counter()
    async for batch in client.pull(Known()):
        if batch.section is Section.TRANSACTIONS:
            records += len(batch.records)
            ended = time.perf_counter()
        elif not records:
            begun = time.perf_counter()
    print(ended - begun, held_most())
    await client.close()
    assert records == rows, records


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
