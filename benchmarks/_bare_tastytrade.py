"""The least that the bare SDK does with a history: every page fetched and decoded.

    python -m benchmarks._bare_tastytrade BASE_URL ROWS PER_PAGE

Prints the seconds that it took, and the most memory that it held, in MB.
"""

import asyncio
import logging
import sys
import time

from benchmarks._tastytrade_pull import held_most


async def main(base_url: str, rows: int, per_page: int) -> None:
    from tastytrade import Account, Session  # noqa: PLC0415 - not before the clock runs

    logging.getLogger("tastytrade").setLevel(logging.WARNING)
    session = Session("s", "r", trust_env=False, timeout=60)
    session._client.base_url = base_url
    (account,) = await Account.get(session)
    begun = time.perf_counter()
    found = await account.get_history(session, per_page=per_page, page_offset=None, sort="Asc")
    print(time.perf_counter() - begun, held_most())
    assert len(found) == rows


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
