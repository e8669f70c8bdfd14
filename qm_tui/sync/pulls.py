"""Take in what connections bring that are never away: the demo's, each as one transaction."""

from collections.abc import Sequence

from qm_tui.brokers.client import BrokerClient, Known
from qm_tui.store.runs import Source
from qm_tui.store.writer import Writer
from qm_tui.sync.waiting import closing


async def pull_all(writer: Writer, clients: Sequence[tuple[str, BrokerClient]]) -> None:
    """Pull from several connections, one after the other, from the beginning."""
    for name, client in clients:
        await client.connect()
        source = Source(connection=name, broker=client.broker, kind="sync", live=True)
        async with writer.unit(source) as unit, closing(client.pull(Known())) as batches:
            async for batch in batches:
                await unit.save(batch)
        await client.close()
