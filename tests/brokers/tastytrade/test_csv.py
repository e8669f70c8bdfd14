"""Exports of the transaction history (CSV), of every generation."""

import datetime as dt
import itertools
import os
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused, ReadOptions, Statement, StatementReader
from qm_tui.brokers.registry import recognize
from qm_tui.brokers.tastytrade.csv_file import TastytradeCsvReader
from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.records import CorporateAction, OptionEvent, Trade
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    OptionEventType,
    Section,
    TransferDirection,
)
from tests.brokers.tastytrade.histories import (
    ACCOUNT,
    NEW,
    NEW_WITH_TOTAL,
    OLD,
    WITHOUT_SUB_TYPE,
    Open,
    kept,
    open_export,
    refused,
)

SALE = (
    "2024-08-16T15:57:13+0200,Trade,Sell to Open,SELL_TO_OPEN,SCHG  240920C00099000,Equity Option,"
    "Sold 2 SCHG 09/20/24 Call 99.00 @ 3.70,740.00,2,370.00,-2.00,-0.30,100,SCHG,SCHG,9/20/24,99,"
    "CALL,337454037,"
)
OLD_SALE = (
    "05/20/2021 5:10 PM,Trade,Sell to Open,CLNE,Sell,Open,1,06/18/2021,14,C,0.95,1.14,95.00,"
    "Sold 1 CLNE 06/18/21 Call 14.00 @ 0.95,Individual...39\n"
)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens an export from its text; its times without zone are Berlin's."""
    names = itertools.count()

    def open_text(content: str | bytes, account: str | None = ACCOUNT) -> Statement:
        path = tmp_path / f"export{next(names)}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_export(path, account)

    return open_text


# --- trades, by generation -----------------------------------------------------------------------


def test_a_row_of_the_present_exports_is_a_trade(opened: Open) -> None:
    [trade] = kept(opened(NEW + SALE + "USD\n"))
    assert isinstance(trade, Trade)
    assert (trade.account, trade.document_row) == (ACCOUNT, 1)
    assert trade.instrument.symbol == "SCHG  240920C00099000"
    assert (trade.quantity, trade.price) == (Decimal(-2), Decimal("3.70"))
    assert (trade.proceeds, trade.commission) == (Decimal("740.00"), Decimal("-2.30"))
    assert trade.net_cash == Decimal("737.70")
    assert trade.open_close is OpenClose.OPEN
    assert trade.executed_at == dt.datetime(2024, 8, 16, 13, 57, 13, tzinfo=dt.UTC)
    assert (trade.broker_order_id, trade.transaction_type) == ("337454037", "Trade")
    assert trade.broker_transaction_id is None
    assert trade.key.startswith("CT:")


def test_a_sale_that_was_paid_for_takes_a_sale_back(opened: Open) -> None:
    back = (SALE + "USD\n").replace("T15:57", "T16:30").replace("740.00", "-740.00")
    sale, cancel = kept(opened(NEW + SALE + "USD\n" + back))
    assert (cancel.quantity, cancel.proceeds) == (Decimal(2), Decimal(-740))
    assert (sale.open_close, cancel.open_close) == (OpenClose.OPEN, OpenClose.CLOSE)
    assert "|sell|" in cancel.likeness, "as the history of the API says it"


def test_where_values_have_no_signs_they_say_nothing_of_the_side(opened: Open) -> None:
    bought = SALE.replace("Sell to Open,SELL_TO_OPEN", "Buy to Open,BUY_TO_OPEN")
    [trade] = kept(opened(NEW + bought + "USD\n"))
    assert trade.quantity == 2


def test_times_without_a_zone_are_told_of_and_meant_as_the_user_says(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(OLD + OLD_SALE)
    new_york, berlin = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
    for said, zone in (({}, new_york), ({"tastytrade": berlin}, berlin)):
        options = ReadOptions(account=ACCOUNT, timezone=new_york, timezones=said)
        [batch] = TastytradeCsvReader().open(path, options).batches()
        [trade] = batch.records
        assert isinstance(trade, Trade)
        assert trade.executed_at == dt.datetime(2021, 5, 20, 17, 10, tzinfo=zone)
        assert zone.key in batch.warnings[0]


def test_times_with_a_zone_are_nothing_to_tell_of(opened: Open) -> None:
    assert [batch.warnings for batch in opened(NEW + SALE + "USD\n").batches()] == [()]


def test_a_total_says_what_the_fees_were(opened: Open) -> None:
    [trade] = kept(opened(NEW_WITH_TOTAL + SALE + "737.60,USD\n"))
    assert trade.commission == Decimal("-2.40")
    assert trade.net_cash == Decimal("737.60")


def test_the_first_exports_have_options_in_four_columns_and_unsigned_fees(opened: Open) -> None:
    [trade] = kept(opened(OLD + OLD_SALE))
    assert trade.instrument.symbol == "CLNE  210618C00014000"
    assert (trade.quantity, trade.price, trade.proceeds) == (-1, Decimal("0.95"), Decimal(95))
    assert trade.commission == Decimal("-1.14")
    assert trade.open_close is OpenClose.OPEN
    # The export was made in Berlin, in summer.
    assert trade.executed_at == dt.datetime(2021, 5, 20, 15, 10, tzinfo=dt.UTC)


def test_unsigned_fees_beside_signed_commissions_are_paid(opened: Open) -> None:
    [trade] = kept(opened(NEW + SALE.replace("-0.30", "0.30") + "USD\n"))
    assert trade.commission == Decimal("-2.30")


def test_a_rebate_beside_signed_fees_is_received(opened: Open) -> None:
    lines = [SALE + "USD\n", SALE.replace("-0.30", "0.12").replace("16T15", "17T15") + "USD\n"]
    assert [trade.commission for trade in kept(opened(NEW + "".join(lines)))] == [
        Decimal("-2.30"),
        Decimal("-1.88"),
    ]


def test_shares_have_the_price_that_makes_their_value(opened: Open) -> None:
    [trade] = kept(
        opened(
            NEW_WITH_TOTAL
            + "2026-06-23T19:46:02+0200,Trade,Sell to Open,SELL_TO_OPEN,IWM,Equity,"
            + "Sold 3 IWM @ 208.32,624.97,3,208.33,0.00,0.00,,,,,,,391052108,624.97,USD\n"
        )
    )
    assert trade.price == Decimal("208.32333333")
    assert (trade.quantity, trade.proceeds) == (Decimal(-3), Decimal("624.97"))


def test_numbers_that_a_program_counted_in_binary_are_rounded(opened: Open) -> None:
    [trade] = kept(opened(NEW + SALE.replace("-0.30", "-0.30000000000000004") + "USD\n"))
    assert str(trade.commission) == "-2.30"


def test_a_future_is_of_the_day_of_its_session(opened: Open) -> None:
    [trade] = kept(
        opened(
            NEW
            + "2024-03-01T23:30:00+0000,Trade,Buy,BUY,/ESM4,Future,Bought 1 /ESM4 @ 5200.25,"
            + "0.00,1,0.00,-1.25,-0.98,,,/ES,6/21/24,,,123456,USD\n"
        )
    )
    assert trade.instrument.symbol == "ESM4"
    assert (trade.price, trade.proceeds) == (Decimal("5200.25"), None)
    assert trade.trade_date == dt.date(2024, 3, 4)  # what is traded on Friday evening
    assert trade.open_close is None


def test_an_export_without_sub_types_is_read_by_its_descriptions(opened: Open) -> None:
    lines = (
        "2021-06-18T21:00:00+0000,Receive Deliver,,CLNE  210618C00014000,Equity Option,"
        "Removal of 1.0 CLNE 06/18/21 Call 14.00 due to expiration.,0.00,1,0.00,--,0.00,100,CLNE,"
        "6/18/21,14,CALL,,USD\n"
        "2021-05-20T15:10:00+0000,Trade,SELL_TO_OPEN,CLNE  210618C00014000,Equity Option,"
        "Sold 1 CLNE 06/18/21 Call 14.00 @ 0.95,95.00,1,95.00,-1.00,-0.14,100,CLNE,6/18/21,14,"
        "CALL,335,USD\n"
        "2021-05-01T15:10:00+0000,Money Movement,,,,ACH DEPOSIT,500.00,0,,--,0.00,,,,,,,USD\n"
    )
    event, trade, cash = kept(opened(WITHOUT_SUB_TYPE + lines))
    assert event.type is OptionEventType.EXPIRATION
    assert trade.quantity == -1
    assert (cash.type, cash.amount) == (CashType.DEPOSIT, 500)


# --- everything else -----------------------------------------------------------------------------


def test_what_is_no_trade_becomes_what_it_is(opened: Open) -> None:
    lines = (
        "2024-08-05T23:00:00+0200,Receive Deliver,Assignment,,SCHG  240816P00103000,Equity Option,"
        "Removal of option due to assignment,0.00,1,0.00,--,0.00,100,SCHG,SCHG,8/16/24,103,PUT,,"
        "USD\n"
        "2024-08-05T23:00:00+0200,Receive Deliver,Buy to Open,BUY_TO_OPEN,SCHG,Equity,"
        'Buy to Open 100 SCHG @ 103.00,"-10,300.00",100,-103.00,--,-5.00,,,,,,,,USD\n'
        '2024-01-03T14:00:00+0200,Money Movement,Deposit,,,,Wire Funds Received,"1,000.00",0,,'
        "--,0.00,,,,,,,,USD\n"
        "2023-10-06T23:00:00+0200,Money Movement,Dividend,,ICSH,Equity,ISHARES TRUST,-3.02,0,,"
        "--,0.00,,,,,,,,USD\n"
        "2023-07-28T23:00:00+0200,Receive Deliver,Dividend,BUY_TO_OPEN,KBWD,Equity,"
        "Received 1.68074 Long KBWD via Dividend,0.00,1.68074,-16.46,--,0.00,,,,,,,,USD\n"
        "2023-05-02T23:00:00+0200,Receive Deliver,ACAT,BUY_TO_OPEN,MPW,Equity,"
        'Received 1000 Long MPW via ACAT,0.00,"1,000",0.00,--,0.00,,,,,,,,USD\n'
    )
    event, delivered, wire, dividend, reinvested, acat = kept(opened(NEW + lines))
    assert (event.type, event.quantity) == (OptionEventType.ASSIGNMENT, 1)
    assert (delivered.transaction_type, delivered.price) == ("Receive Deliver", Decimal("103.00"))
    assert (delivered.proceeds, delivered.commission) == (Decimal(-10300), Decimal(-5))
    assert (wire.type, wire.amount) == (CashType.DEPOSIT, 1000)
    assert (dividend.type, dividend.amount) == (CashType.DIVIDEND, Decimal("-3.02"))
    assert dividend.instrument.symbol == "ICSH"
    assert (reinvested.codes, reinvested.price) == ("R", Decimal("16.46"))
    assert (acat.direction, acat.quantity) == (TransferDirection.IN, 1000)


def test_settled_in_cash_keeps_the_money(opened: Open) -> None:
    [event] = kept(
        opened(
            NEW
            + "2026-07-10T04:00:00+0200,Receive Deliver,Cash Settled Assignment,,"
            + "SPXW  260709C07540000,Equity Option,Cash settled,-364.00,1,-364.00,--,-5.00,100,"
            + "SPXW,SPX,7/9/26,7540,CALL,,USD\n"
        )
    )
    assert isinstance(event, OptionEvent)
    assert (event.type, event.quantity) == (OptionEventType.CASH_SETTLEMENT, Decimal(1))
    assert (event.proceeds, event.commission, event.price) == (Decimal(-364), Decimal(-5), None)
    assert event.date == dt.date(2026, 7, 9)


ADJUSTED = (
    "2020-05-19T15:30:00+0000,Trade,Sell to Close,SELL_TO_CLOSE,USO   200717P00002000,"
    "Equity Option,Sold 6 USO 07/17/20 Put 2.00 @ 0.05,30,6,5.0,-1.00,-0.852,100,USO,USO,7/17/20,"
    "2,PUT,1,USD\n"
    "2020-04-29T12:35:00+0000,Receive Deliver,Reverse Split,BUY_TO_OPEN,USO   200717P00002000,"
    "Equity Option,Reverse split: Open 6 USO1  200717P00002000,-174,6,,0,0.00,100,USO,USO,7/17/20,"
    "2,PUT,,USD\n"
    "2020-04-29T12:35:00+0000,Receive Deliver,Reverse Split,SELL_TO_CLOSE,USO   200717P00002000,"
    "Equity Option,Reverse split: Close 6 USO   200717P00002000,174,6,,0,0.00,100,USO,USO,7/17/20,"
    "2,PUT,,USD\n"
    "2020-04-23T19:30:00+0000,Trade,Buy to Open,BUY_TO_OPEN,USO   200717P00002000,Equity Option,"
    "Bought 6 USO 07/17/20 Put 2.00 @ 0.29,-174,6,29,-1.00,-5.83,100,USO,USO,7/17/20,2,PUT,1,USD\n"
)


def test_an_adjusted_option_goes_by_the_name_in_its_description(opened: Open) -> None:
    sold, came, went, bought = kept(opened(NEW + ADJUSTED))
    assert came.instrument.symbol == "USO1  200717P00002000"
    assert went.instrument.symbol == bought.instrument.symbol == "USO   200717P00002000"
    assert sold.instrument.symbol == "USO1  200717P00002000"  # it was that one by then
    assert isinstance(came, CorporateAction)
    assert (came.type, came.action_id) == (CorporateActionType.REVERSE_SPLIT, went.action_id)
    assert (went.quantity, came.quantity) == (Decimal(-6), Decimal(6))


def test_the_first_exports_name_adjusted_options_in_descriptions_too(opened: Open) -> None:
    lines = (
        "04/29/2020 2:35 PM,Receive Deliver,Reverse Split,USO,Buy,Open,6,07/17/2020,2,P,,0.00,"
        "-174,Reverse split: Open 6 USO1  200717P00002000,Individual...39\n"
        "03/31/2021 2:46 PM,Receive Deliver,Symbol Change,BFT,Buy,Close,1,04/16/2021,15,P,,0.00,"
        "-132,Symbol change: Close 1.0 BFT 210416P00015000,Individual...39\n"
        "01/21/2021 1:39 PM,Receive Deliver,Forward Split,TQQQ,Sell,Close,54,,,,,0.00,9940.86,"
        "Forward split: Close 54.0 TQQQ,Individual...39\n"
    )
    uso, bft, tqqq = kept(opened(OLD + lines))
    assert uso.instrument.symbol == "USO1  200717P00002000"
    assert (bft.instrument.symbol, bft.quantity) == ("BFT   210416P00015000", 1)
    assert (tqqq.instrument.symbol, tqqq.quantity) == ("TQQQ", -54)


# --- keys ----------------------------------------------------------------------------------------


def test_equal_rows_are_counted_and_keep_their_keys_in_any_export(opened: Open) -> None:
    once, twice = [opened(NEW + (SALE + "USD\n") * times) for times in (1, 2)]
    [only] = kept(once)
    first, second = kept(twice)
    assert only.key == first.key
    assert first.key != second.key
    assert first.key.rpartition(":")[0] == second.key.rpartition(":")[0]
    assert first.likeness == second.likeness


def test_the_same_transaction_has_one_key_in_every_generation(opened: Open) -> None:
    new = SALE.replace("2024-08-16T15:57:13+0200", "2024-08-16T09:57:13-0400")
    old = (
        "08/16/2024 3:57 PM,Trade,Sell to Open,SCHG,Sell,Open,2,09/20/2024,99,C,3.70,2.30,740.00,"
        "Sold 2 SCHG 09/20/24 Call 99.00 @ 3.70,Individual...39\n"
    )
    texts = (NEW + SALE + "USD\n", NEW_WITH_TOTAL + new + "737.70,USD\n", OLD + old)
    assert len({kept(opened(text))[0].key for text in texts}) == 1


def test_the_same_rows_of_another_account_have_other_keys(opened: Open) -> None:
    [one] = kept(opened(NEW + SALE + "USD\n"))
    [other] = kept(opened(NEW + SALE + "USD\n", account="5WX00002"))
    assert one.key != other.key


# --- the file ------------------------------------------------------------------------------------


def test_a_document_says_what_it_is_and_its_blocks_are_its_bytes(opened: Open) -> None:
    statement = opened(NEW + SALE + "USD\n")
    assert statement.broker == "tastytrade"
    assert statement.document.kind == "tastytrade-csv"
    assert statement.document.authority is Authority.PROVISIONAL
    batches = list(statement.batches())
    assert {batch.section for batch in batches} == {Section.TRANSACTIONS}
    assert batches[-1].bytes_read == statement.document.size
    assert sum(block.length for batch in batches for block in batch.blocks) == (
        statement.document.size
    )


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"2024-08-16T15:57:13+0200": "yesterday"}, "Date"),
        ({"2024-08-16T15:57:13+0200": "2024-02-30T15:57:13+0200"}, "Date"),
        ({"740.00": "lots"}, "Value"),
        ({",2,370.00": ",,370.00"}, "Quantity"),
        ({",Trade,": ",,"}, "Type"),
        ({"337454037,USD": "337454037,USD,and,more"}, ""),
        ({'Sold 2 SCHG 09/20/24': '"Sold 2 SCHG 09/20/24'}, ""),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_and_the_others_are_read(
    opened: Open, cells: dict[str, str], field: str
) -> None:
    bad = SALE + "USD\n"
    for good, wrong in cells.items():
        assert good in bad
        bad = bad.replace(good, wrong)
    good_row = SALE.replace("2024-08-16", "2024-08-17") + "USD\n"
    statement = opened(NEW + bad + good_row)
    assert [trade.document_row for trade in kept(statement)] == [2]
    [row] = refused(statement)
    assert (row.section, row.document_row, row.field) == ("transactions", 1, field)


def test_blank_rows_and_headers_of_files_put_together_say_nothing(opened: Open) -> None:
    statement = opened(
        NEW + SALE + "USD\n\n" + NEW + ",,,\n" + SALE.replace("-16T", "-17T") + "USD\n"
    )
    assert len(kept(statement)) == 2
    assert not refused(statement)


def test_a_column_that_nobody_knows_is_kept_and_told(opened: Open) -> None:
    header = NEW.replace("Currency", "Currency,Venue")
    statement = opened(header + SALE + "USD,CBOE\n")
    [batch] = statement.batches()
    [trade] = batch.records
    assert trade.broker_specific == {"Venue": "CBOE"}
    assert [new.where for new in batch.novelties] == ["tastytrade-csv@Venue"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_that_was_saved_again_is_still_read(
    opened: Open, encoding: str, delimiter: str
) -> None:
    text = (NEW + SALE + "USD\n").replace(",", delimiter).replace("\n", "\r\n")
    [trade] = kept(opened(text.encode(encoding)))
    assert trade.proceeds == Decimal(740)


def test_an_export_without_an_account_is_refused(opened: Open) -> None:
    with pytest.raises(BrokerRefused, match="--account"):
        opened(NEW + SALE + "USD\n", account=None)


def test_an_export_of_several_accounts_is_refused(opened: Open) -> None:
    other = OLD_SALE.replace("Individual...39", "IRA...40")
    with pytest.raises(BrokerRefused, match=r"2 accounts \(IRA\.\.\.40, Individual\.\.\.39\)"):
        opened(OLD + OLD_SALE + other)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(NEW + SALE + "USD\n")
    statement = open_export(path)
    path.write_text(NEW + SALE.replace("740", "750") + "USD\n")
    with pytest.raises(BrokerRefused, match="changed while it was read"):
        list(statement.batches())


def test_an_export_is_recognized_before_ledgers_are(tmp_path: Path) -> None:
    for number, header in enumerate((NEW, NEW_WITH_TOTAL, OLD, WITHOUT_SUB_TYPE)):
        path = tmp_path / f"{number}.csv"
        path.write_text(header)
        reader: StatementReader = recognize(path)
        assert isinstance(reader, TastytradeCsvReader)
        batches = list(open_export(path).batches())
        assert [batch.records for batch in batches] == [()]


def test_many_rows_come_in_several_batches(opened: Open) -> None:
    statement = opened(NEW + (SALE + "USD\n") * 1200)
    batches: list[Batch] = list(statement.batches())
    assert [len(batch.records) for batch in batches] == [500, 500, 200]
    assert len({record.key for record in kept(statement)}) == 1200


# --- public exports ------------------------------------------------------------------------------


def samples() -> list[Path]:
    """Public exports, where the environment says where they lie; they are not copied here."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    found = sorted((Path(folder).parent / "samples").rglob("*.csv")) if folder else []
    reader = TastytradeCsvReader()
    return [path for path in found if reader.recognizes(path.read_bytes()[:65536], path.name)]


SAMPLES = samples()

if SAMPLES:

    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
    def test_every_row_of_a_public_export_is_read(path: Path) -> None:
        statement = open_export(path)
        assert not refused(statement)
        records = kept(statement)
        assert len(records) == len(path.read_text().splitlines()) - 1
        assert len({record.key for record in records}) == len(records)


# --- whatever comes ------------------------------------------------------------------------------

_CELL = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='",'), max_size=8),
    st.sampled_from(
        ["--", "-", "0", "1e5", "999999999999999", "0.00000001", "12/31/99", "P", "Trade", "@ 1",
         "Receive Deliver", "Money Movement", "Expiration", "ACAT", "BUY", "/ESZ6", "2024-01-01",
         "Open 6 USO1  200717P00002000", "9" * 30]
    ),
)  # fmt: skip


@given(
    header=st.sampled_from([NEW, NEW_WITH_TOTAL, OLD, WITHOUT_SUB_TYPE]),
    rows=st.lists(st.lists(_CELL, min_size=15, max_size=21), max_size=4),
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_row_is_read_or_refused_whatever_stands_in_it(
    opened: Open, header: str, rows: list[list[str]]
) -> None:
    good = {"Date": "2024-08-16T15:57:13+0200", "Date/Time": "08/16/2024 3:57 PM"}
    first = good[header.partition(",")[0]]
    last = 14 if header == OLD else 21  # the old ones name the account there
    lines = [",".join([first, *cells[1:last]]) + "\n" for cells in rows]
    statement = opened(header + "".join(lines))
    said = [line for line in lines if line.strip(", \n")]
    assert len(kept(statement)) + len(refused(statement)) == len(said)
