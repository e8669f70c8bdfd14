"""Take in what a broker's connection brings: every batch in its own run of the same door."""

from collections.abc import Sequence

from qm_tui.brokers.client import BrokerClient, Known
from qm_tui.store.runs import Source
from qm_tui.store.writer import Writer


async def pull_once(writer: Writer, client: BrokerClient, connection: str) -> None:
    """Pull everything a connection has, from the beginning, as one run."""
    source = Source(connection=connection, broker=client.broker, kind="sync", live=True)
    async with writer.unit(source) as unit:
        async for batch in client.pull(Known()):
            await unit.save(batch)


async def pull_all(writer: Writer, clients: Sequence[tuple[str, BrokerClient]]) -> None:
    """Pull from several connections, one after the other."""
    for name, client in clients:
        await pull_once(writer, client, name)
        await client.close()
