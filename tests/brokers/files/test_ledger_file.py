"""What the ledger reader makes of a file: encodings, bytes, batches, headers."""

import hashlib
import itertools
import struct
import zlib
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused, Statement, StatementReader
from qm_tui.brokers.files.ledger import LedgerReader, LedgerStatement
from qm_tui.domain.batches import Authority, Batch, Document
from qm_tui.domain.words import Section
from tests.brokers.files.ledgers import HEADER, Open, blocks, refused, trades

# --- the file ----------------------------------------------------------------------------------

ENCODED = [
    ("utf-8", ""),
    ("utf-8-sig", ""),
    ("utf-16", ""),
    ("utf-16-be", "\ufeff"),
    ("cp1252", ""),
]


@pytest.mark.parametrize(("encoding", "mark"), ENCODED)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_line_ends_and_delimiters(
    opened: Open, encoding: str, mark: str, newline: str, delimiter: str
) -> None:
    lines = ["Date,Symbol,Quantity,Price,Type,Notes", '2024-03-15,A,1,1.5,BUY,"für Zoë"', ""]
    content = mark + newline.join(lines).replace(",", delimiter)
    statement = opened(content.encode(encoding))
    [trade] = trades(statement)
    assert trade.price == Decimal("1.5")
    assert trade.broker_specific == {"Notes": "für Zoë"}


def test_a_quoted_cell_may_hold_a_line_end(opened: Open) -> None:
    statement = opened(
        "Date,Symbol,Quantity,Price,Type,Notes\n"
        '2024-03-15,A,1,1,BUY,"one\ntwo"\n2024-03-16,A,1,1,BUY,"5"" disk"\n'
    )
    first, second = trades(statement)
    assert first.broker_specific == {"Notes": "one\ntwo"}
    assert second.broker_specific == {"Notes": '5" disk'}
    assert second.document_row == 2


@pytest.mark.parametrize("junk", ['"' + "x" * 300_000, '"a"\rb,"c"', '"\r'])
def test_a_row_that_no_csv_has_is_refused_and_the_next_one_is_read(opened: Open, junk: str) -> None:
    statement = opened(HEADER + junk + "\n2024-03-15,A,1,1,0,BUY\n")
    assert [trade.document_row for trade in trades(statement)] == [2]
    assert [row.document_row for row in refused(statement)] == [1]


def test_the_document_is_known_before_the_first_row(opened: Open) -> None:
    content = HEADER + "2024-03-15,A,1,1,0,BUY\n"
    statement = opened(content)
    assert statement.broker == "files"
    assert statement.document == Document(
        name=statement.path.name,
        kind="ledger-csv",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        size=len(content),
        authority=Authority.USER,
        reader="ledger/1",
    )


def rows_of(statement: LedgerStatement) -> dict[int, bytes]:
    found = {}
    for block in blocks(statement):
        data = zlib.decompress(block.data)
        assert len(data) == block.length
        starts = [start for (start,) in struct.iter_unpack("<I", block.row_offsets)]
        for number, (begin, end) in enumerate(itertools.pairwise([*starts, len(data)])):
            found[block.first_row + number] = data[begin:end]
    return found


def test_every_trade_opens_in_the_bytes_it_came_from(opened: Open) -> None:
    rows = [f'2024-03-15,S{n},{n + 1},1,0,BUY,"{"x" * 40}\n{n}"\n' for n in range(9000)]
    content = HEADER.replace("\n", ",Notes\n") + "".join(rows)
    statement = opened(content)
    raw = rows_of(statement)
    assert len(blocks(statement)) > 2
    assert b"".join(raw.values()) == content.encode()
    assert all(
        raw[trade.document_row or 0].startswith(f"2024-03-15,{trade.instrument.symbol},".encode())
        for trade in trades(statement)
    )
    assert next(block.offset for block in blocks(statement)) == 0


@given(st.binary(max_size=400))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_follows_a_header_never_breaks_the_reader(opened: Open, junk: bytes) -> None:
    content = HEADER.encode() + junk.replace(b"\0", b"")
    try:
        statement = opened(content)
    except BrokerRefused:
        return
    assert b"".join(rows_of(statement).values()) == content


def test_batches_are_small_and_say_how_far_they_are(opened: Open) -> None:
    statement = opened(HEADER + "2024-03-15,AAPL,5,1,0,BUY\n" * 1200)
    batches: list[Batch] = list(statement.batches())
    assert [len(batch.records) for batch in batches] == [500, 500, 200]
    assert {batch.section for batch in batches} == {Section.TRADES}
    assert batches[-1].bytes_read == statement.document.size


def test_a_file_that_changed_after_it_was_opened_is_refused(opened: Open) -> None:
    statement = opened(HEADER + "2024-03-15,AAPL,5,1,0,BUY\n")
    statement.path.write_text(HEADER + "2024-03-15,AAPL,6,1,0,BUY\n")
    with pytest.raises(BrokerRefused, match="changed while it was read"):
        list(statement.batches())


# --- what is a ledger --------------------------------------------------------------------------

TASTYTRADE = (
    "Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,"
    "Commissions,Fees,Multiplier,Root Symbol,Underlying Symbol,Expiration Date,Strike Price,"
    "Call or Put,Order #,Currency\n"
)
ACTIVITY = (
    "Statement,Header,Field Name,Field Value\nTrades,Header,DataDiscriminator,Asset Category,"
    "Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee,Code\n"
)


@pytest.mark.parametrize(
    ("head", "is_ledger"),
    [
        (HEADER, True),
        ("My trades 2024\n\n" + HEADER, True),
        ("sep=;\n" + HEADER.replace(",", ";"), True),
        ("Trade Date\tTicker\tShares\tPrice (USD)\n", True),
        ("Date,Symbol,Quantity\n", True),
        ("Date,Name,Amount\n", False),
        (TASTYTRADE, False),
        (ACTIVITY, False),
        ('"ClientAccountID","Symbol","TradeDate","Quantity","TradePrice","Buy/Sell"\n', False),
        ("<FlexQueryResponse queryName='x' type='AF'>", False),
        ("PK\x03\x04\0\0Date,Symbol,Quantity,Price,Type", False),
        ("", False),
    ],
)
def test_a_ledger_is_told_from_what_is_none(head: str, is_ledger: bool) -> None:
    assert LedgerReader().recognizes(head.encode(), "file.csv") is is_ledger


def test_what_a_ledger_lacks_is_named(opened: Open) -> None:
    with pytest.raises(BrokerRefused, match=r"no column for Price \(it has: Date, Symbol, Qty\)"):
        opened("Date,Symbol,Qty\n2024-03-15,AAPL,5\n")


def test_the_reader_is_one_of_the_registrys(opened: Open) -> None:
    reader: StatementReader = LedgerReader()
    statement: Statement = opened(HEADER)
    assert reader.recognizes(HEADER.encode(), "ledger.csv")
    assert trades(opened(HEADER)) == []
    assert statement.broker == "files"
