"""A service that makes statements: fetched once a day when they are made, and when asked."""

from typing_extensions import override

from qm_tui.brokers.client import StatementService
from qm_tui.domain.health import LinkState
from qm_tui.store.reading.known import covered
from qm_tui.store.reading.links import link_history
from qm_tui.sync.links import makes_statements
from qm_tui.sync.once import closed
from qm_tui.sync.schedule import until
from qm_tui.sync.statements import fetch_run
from qm_tui.sync.worker import Worker


class StatementWorker(Worker):
    """Asks a `StatementService`."""

    @override
    async def session(self) -> None:
        service = self.link.make()
        assert makes_statements(service), "live connections have another worker"
        try:
            while True:
                await self._wait_until_due(service)
                await self._fetch(service)
        finally:
            await closed(service, self.around.intervals.close_within)

    async def _wait_until_due(self, service: StatementService) -> None:
        now = self.around.now()
        known = await self.around.store.reader.read(covered, self.link.name)
        due = service.due(known, now, self.health.last_success)
        if due > now:
            says = "The newest statement is there; the next one is fetched when it is made."
            self.condition.is_(LinkState.IDLE, says, next_sync=due)
            await until(due, self.around.now, self.wanted)
        self.wanted.clear()

    async def _fetch(self, service: StatementService) -> None:
        reader = self.around.store.reader
        history = await reader.read(link_history, [self.link.name])
        unfinished = bool(history and history[0].states and history[0].states[0] != "done")
        self.condition.is_(LinkState.SYNCING, "Fetching statements…")
        before = self.health.last_success
        await self.sync(
            fetch_run(
                self.around.store, self.around.importer, service, self.link.name,
                unfinished=unfinished,
            )
        )  # fmt: skip
        if self.health.last_success == before:
            # Cancelled, or not whole: not at once again, whatever is due.
            self.condition.is_(LinkState.IDLE, "The last statement is not whole; r tries again.")
            self.wanted.clear()
            await self.wanted.wait()
