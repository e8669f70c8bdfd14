"""Small Flex statements for tests, and what came out of them."""

import zlib
from array import array
from pathlib import Path
from typing import TypeVar
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import ReadOptions
from qm_tui.brokers.ibkr.flex_statement import FlexReader
from qm_tui.domain.batches import Batch, Coverage, Document, Holds, Novelty, RawBlock, RefusedRow
from qm_tui.domain.raw import first_element
from qm_tui.domain.records import Record

NEW_YORK = ZoneInfo("America/New_York")
_Kind = TypeVar("_Kind", bound=Record)

STOCK = {
    "assetCategory": "STK",
    "symbol": "AAPL",
    "description": "APPLE INC",
    "conid": "265598",
    "isin": "US0378331005",
    "currency": "USD",
    "multiplier": "1",
}
BUY = {
    **STOCK,
    "accountId": "U1",
    "transactionID": "1001",
    "tradeID": "2001",
    "ibExecID": "0001.01.01",
    "ibOrderID": "3001",
    "dateTime": "20260105;093000",
    "tradeDate": "20260105",
    "settleDateTarget": "20260106",
    "reportDate": "20260105",
    "transactionType": "ExchTrade",
    "buySell": "BUY",
    "quantity": "100",
    "tradePrice": "10.50",
    "proceeds": "-1050",
    "ibCommission": "-1",
    "ibCommissionCurrency": "USD",
    "netCash": "-1051",
    "openCloseIndicator": "O",
    "levelOfDetail": "EXECUTION",
}
POSITION = {
    **STOCK,
    "accountId": "U1",
    "reportDate": "20260131",
    "position": "100",
    "markPrice": "12",
    "positionValue": "1200",
    "costBasisPrice": "10.51",
    "costBasisMoney": "1051",
    "fifoPnlUnrealized": "149",
    "levelOfDetail": "SUMMARY",
}


def row(tag: str, *templates: dict[str, str], **attributes: str) -> str:
    """Write an element; later attributes replace earlier ones."""
    said: dict[str, str] = {}
    for template in (*templates, attributes):
        said |= template
    return f"<{tag} {' '.join(f'{name}={quoteattr(value)}' for name, value in said.items())}/>"


def statement(*sections: str, **attributes: str) -> str:
    """Write a FlexStatement; an attribute set to "" is there and empty."""
    said = {
        "accountId": "U1",
        "fromDate": "20260101",
        "toDate": "20260131",
        "period": "",
        "whenGenerated": "20260202;040000",
    } | attributes
    attributes_text = " ".join(f"{name}={quoteattr(value)}" for name, value in said.items())
    return f"<FlexStatement {attributes_text}>{''.join(sections)}</FlexStatement>"


def document(*statements: str, kind: str = "AF") -> str:
    """Write a whole answer."""
    return (
        f'<FlexQueryResponse queryName="q" type="{kind}">'
        f'<FlexStatements count="{len(statements)}">{"".join(statements)}'
        "</FlexStatements></FlexQueryResponse>"
    )


def section(name: str, *rows: str) -> str:
    return f"<{name}>{''.join(rows)}</{name}>"


def trades(*rows: str) -> str:
    return document(statement(section("Trades", *rows)))


class Found:
    """What a reader found in a document."""

    def __init__(self, head: Document, batches: list[Batch]) -> None:
        self.document = head
        self.batches = batches
        self.records: list[Record] = [r for batch in batches for r in batch.records]
        self.refused: list[RefusedRow] = [r for batch in batches for r in batch.refused]
        self.novelties: list[Novelty] = [n for batch in batches for n in batch.novelties]
        self.warnings: list[str] = [w for batch in batches for w in batch.warnings]
        self.holds: list[Holds] = [h for batch in batches for h in batch.holds]
        self.coverage: list[Coverage] = [c for batch in batches for c in batch.coverage]
        self.blocks: list[RawBlock] = [b for batch in batches for b in batch.blocks]

    def all(self, kind: type[_Kind]) -> list[_Kind]:
        return [record for record in self.records if type(record) is kind]

    def one(self, kind: type[_Kind]) -> _Kind:
        (record,) = self.all(kind)
        return record

    def raw(self, number: int) -> bytes:
        """The bytes of a row, found as a program would find them."""
        block = next(b for b in reversed(self.blocks) if b.first_row <= number)
        offsets = array("I")
        offsets.frombytes(block.row_offsets)
        return first_element(zlib.decompress(block.data), offsets[number - block.first_row])

    def places(self, what: str) -> dict[str, str]:
        """The novelties of a kind: where → example."""
        return {n.where: n.example for n in self.novelties if n.what == what}


def read(
    folder: Path,
    text: str | bytes,
    *,
    account: str | None = None,
    zone: ZoneInfo = NEW_YORK,
    name: str = "statement.xml",
) -> Found:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path, account=account, zone=zone)


def read_file(path: Path, *, account: str | None = None, zone: ZoneInfo = NEW_YORK) -> Found:
    opened = FlexReader().open(path, ReadOptions(account=account, timezone=zone))
    return Found(opened.document, list(opened.batches()))
