import itertools
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qm_tui.brokers.client import ReadOptions
from qm_tui.brokers.files.ledger import LedgerReader, LedgerStatement
from tests.brokers.files.ledgers import Open


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a ledger from its text; its times are New York's."""
    names = itertools.count()

    def open_ledger(content: str | bytes, account: str | None = "M1") -> LedgerStatement:
        path = tmp_path / f"ledger{next(names)}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        options = ReadOptions(account=account, timezone=ZoneInfo("America/New_York"))
        return LedgerReader().open(path, options)

    return open_ledger
