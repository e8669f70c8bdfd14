"""The least that brings a statement's trades into a file: a bare pass, and the driver's own insert.

    python -m benchmarks._flex_floor STATEMENT FILE

No value is looked at, nothing is compared, kept, indexed or traced: what has no attribute in the
statement is null.
"""

import sqlite3
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator

# The columns of the table `trades` that a fill fills, and the attribute each is made from.
COLUMNS = {
    "account_id": "accountId", "key": "transactionID", "document_row": None,
    "broker_specific": None, "content_hash": None, "authority": None, "source_at": None,
    "document_id": None, "run_id": None, "instrument_id": "conid", "kind": "transactionType",
    "level": "levelOfDetail", "trade_date": "tradeDate", "executed_at": "dateTime",
    "ordered_at": "dateTime", "settle_date": "settleDateTarget", "report_date": "reportDate",
    "quantity": "quantity", "price": "tradePrice", "currency": "currency",
    "proceeds": "proceeds", "commission": "ibCommission",
    "commission_currency": "ibCommissionCurrency", "taxes": "taxes", "net_cash": "netCash",
    "fx_rate_to_base": "fxRateToBase", "accrued_interest": "accruedInt", "cost_basis": "cost",
    "realized_pnl": "fifoPnlRealized", "close_price": "closePrice",
    "open_close": "openCloseIndicator", "transaction_type": "transactionType",
    "exchange": "exchange", "order_type": "orderType", "codes": "notes",
    "broker_trade_id": "tradeID", "broker_transaction_id": "transactionID",
    "broker_execution_id": "ibExecID", "broker_order_id": "ibOrderID",
    "original_trade_id": "origTradeID", "original_transaction_id": "origTransactionID",
}  # fmt: skip


def fills(path: str) -> Iterator[list[str | None]]:
    attributes = [name or "" for name in COLUMNS.values()]
    for _, element in ET.iterparse(path):  # noqa: S314 - our own file
        if element.tag == "Trade":
            yield [element.get(name) for name in attributes]
        element.clear()


def main(statement: str, file: str) -> None:
    store = sqlite3.connect(file)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    store.execute(f"CREATE TABLE trades (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
    places = ", ".join("?" * len(COLUMNS))
    insert = f"INSERT INTO trades ({', '.join(COLUMNS)}) VALUES ({places})"  # noqa: S608
    with store:
        store.executemany(insert, fills(statement))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
