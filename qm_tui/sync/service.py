"""Take files in that the user chose, one after the other, and have derived what follows."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, ReadOptions
from qm_tui.domain.events import SyncEvent, SyncFailed
from qm_tui.store.troubles import RowRefused, StoreRefused
from qm_tui.store.writer import Writer
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.documents import LARGE, Documents, Intake, Recognize, told
from qm_tui.sync.reading import ReadingDied

CONNECTION = "import"
"""The name under which what came by file is known."""


class Importer:
    """Reads files into the store; each file is one transaction."""

    def __init__(
        self,
        writer: Writer,
        recognize: Recognize,
        timezone: ZoneInfo,
        *,
        timezones: Mapping[str, ZoneInfo] | None = None,
        deriver: Deriver | None = None,
        apart_from: int = LARGE,
    ) -> None:
        self.documents = Documents(writer, recognize, apart_from)
        self.timezone = timezone
        self._timezones = timezones or {}
        self._deriver = deriver
        self.last_stored: str | None = None
        """The file that was stored last, also if nobody waited any more to hear of it."""

    async def import_files(
        self, paths: Sequence[Path], account: str | None = None
    ) -> AsyncGenerator[SyncEvent, None]:
        """Read the files one after the other, then derive, and tell what happens.

        Closing the iterator cancels: of the file under way nothing is stored, and what is not
        derived yet is so the next time.
        """
        for path in paths:
            async with aclosing(self._import_file(path, account)) as events:
                async for event in events:
                    yield event
        if self._deriver is not None:
            async with aclosing(self._deriver.derive()) as derived:
                async for one in derived:
                    yield one

    async def _import_file(
        self, path: Path, account: str | None
    ) -> AsyncGenerator[SyncEvent, None]:
        name = told(path.name)
        intake = Intake(
            path=path,
            name=name,
            source=name,
            connection=CONNECTION,
            options=ReadOptions(account=account, timezone=self.timezone, timezones=self._timezones),
            stored=lambda: self._take_note(name),
        )
        try:
            async with aclosing(self.documents.take_in(intake)) as events:
                async for event in events:
                    yield event
        except (BrokerRefused, ReadingDied, RowRefused, StoreRefused) as error:
            yield SyncFailed(source=name, reason=str(error))
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
            yield SyncFailed(source=name, reason=f"{name} cannot be read: {why}.")

    def _take_note(self, name: str) -> None:
        self.last_stored = name
