"""Public statements through the whole door: each of their executions is one trade, once."""

import os
import xml.etree.ElementTree as ET
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qm_tui.brokers.registry import recognize
from qm_tui.domain.events import SyncFinished
from qm_tui.store.store import open_store
from qm_tui.sync.service import Importer
from tests.conftest import NOW
from tests.store.stores import an_empty_store, booked, contents, differences


def samples() -> list[Path]:
    """Public statements, where the environment says where they lie; they are not copied here."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    found = sorted((Path(folder).parent / "samples").rglob("*.xml")) if folder else []
    return [path for path in found if ET.parse(path).getroot().tag == "FlexQueryResponse"]  # noqa: S314 - chosen


def with_other_bytes(path: Path, folder: Path) -> Path:
    """The same content in another file: the same bytes are not even read again."""
    again = folder / "again.xml"
    again.write_bytes(path.read_bytes() + b"\n\n")
    return again


def executions(path: Path) -> list[tuple[str, str, str]]:
    """Ids and quantities of the single fills, in the words of the file."""
    return sorted(
        (e.get("transactionID", ""), e.get("tradeID", ""), f"{float(e.attrib['quantity']):g}")
        for e in ET.parse(path).getroot().iter("Trade")  # noqa: S314 - chosen
        if e.get("levelOfDetail") == "EXECUTION"
    )


SAMPLES = samples()

if SAMPLES:

    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
    async def test_a_public_statement_imported_twice_brings_each_execution_once(
        path: Path, tmp_path: Path
    ) -> None:
        again = with_other_bytes(path, tmp_path)
        store = await open_store(an_empty_store(tmp_path), lambda: NOW)
        try:
            importer = Importer(store.writer, recognize, ZoneInfo("America/New_York"))
            finished, known = [], []
            for file in (path, path, again):
                told = [event async for event in importer.import_files([file], "U1")]
                finished += [event for event in told if isinstance(event, SyncFinished)]
                known.append(await contents(store.reader))
        finally:
            await store.close()

        first, same, other = finished
        assert not first.refused
        assert same.already_known
        assert not other.already_known
        assert (other.totals.added, other.totals.changed) == (0, 0)
        assert differences(known[0], known[1]) == []
        assert differences(known[0], known[2]) == []
        assert executions(path) == sorted(
            (
                trade["broker_transaction_id"] or "",
                trade["broker_trade_id"] or "",
                f"{float(trade['quantity']):g}",
            )
            for trade in booked(known[0])
        )
