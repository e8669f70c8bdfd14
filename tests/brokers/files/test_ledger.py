"""What the ledger reader makes of a row."""

import datetime as dt
from decimal import Decimal

import pytest

from qm_tui.brokers.client import BrokerRefused
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.instruments import Equity, EquityOption, Forex
from qm_tui.domain.records import Trade
from qm_tui.domain.words import OpenClose
from tests.brokers.files.ledgers import HEADER, Open, refused, trades

# --- what a row says ---------------------------------------------------------------------------


def test_a_purchase_is_paid_and_a_sale_is_received(opened: Open) -> None:
    bought, sold = trades(
        opened(HEADER + "2024-03-15,AAPL,10,150.25,1.50,BUY\n2024-04-15,aapl,4,160,1.00,SELL\n")
    )
    assert bought == Trade(
        account="M1",
        document_row=1,
        key=bought.key,
        instrument=Equity(symbol="AAPL", currency="USD", multiplier_stated=False),
        trade_date=dt.date(2024, 3, 15),
        quantity=Decimal(10),
        price=Decimal("150.25"),
        currency="USD",
        proceeds=Decimal("-1502.50"),
        commission=Decimal("-1.50"),
        commission_currency="USD",
        net_cash=Decimal("-1504.00"),
        transaction_type="BUY",
    )
    assert (sold.quantity, sold.proceeds, sold.net_cash) == (
        Decimal(-4),
        Decimal(640),
        Decimal(639),
    )


@pytest.mark.parametrize(
    ("word", "quantity", "open_close"),
    [
        ("buy", 5, None),
        ("B", 5, None),
        ("Bought", 5, None),
        ("S", -5, None),
        ("Sold", -5, None),
        ("Buy to Open", 5, OpenClose.OPEN),
        ("SELL_TO_CLOSE", -5, OpenClose.CLOSE),
        ("SELL SHORT", -5, OpenClose.OPEN),
        ("Buy-to-Cover", 5, OpenClose.CLOSE),
    ],
)
def test_the_words_for_buying_and_selling(
    opened: Open, word: str, quantity: int, open_close: OpenClose | None
) -> None:
    [trade] = trades(opened(HEADER + f"2024-03-15,AAPL,5,1,0,{word}\n"))
    assert (trade.quantity, trade.open_close) == (Decimal(quantity), open_close)


def test_a_sale_may_have_a_negative_quantity_and_a_purchase_may_not(opened: Open) -> None:
    statement = opened(HEADER + "2024-03-15,AAPL,-5,1,0,SELL\n2024-03-15,AAPL,-5,1,0,BUY\n")
    assert [trade.quantity for trade in trades(statement)] == [-5]
    assert refused(statement) == [
        RefusedRow(
            section="ledger",
            document_row=2,
            field="Quantity",
            text="-5",
            reason="is negative in a purchase",
        )
    ]


def test_without_a_type_the_sign_decides(opened: Open) -> None:
    statement = opened("Date,Symbol,Quantity,Price\n2024-03-15,A,5,1\n2024-03-16,A,-5,1\n")
    assert [trade.quantity for trade in trades(statement)] == [5, -5]
    assert trades(statement)[0].commission is None


@pytest.mark.parametrize("written", ["1.50", "-1.50", "(1.50)", "$1.50"])
def test_a_commission_is_a_cost_whatever_its_sign(opened: Open, written: str) -> None:
    [trade] = trades(opened(HEADER + f"2024-03-15,AAPL,5,1,{written},BUY\n"))
    assert trade.commission == Decimal("-1.50")


def test_commission_and_fees_are_added(opened: Open) -> None:
    [trade] = trades(
        opened("Date,Symbol,Qty,Price,Commission,Fees,Side\n2024-03-15,A,5,1,1.00,.02,B\n")
    )
    assert trade.commission == Decimal("-1.02")


@pytest.mark.parametrize("symbol", ["AAPL  240315C00150000", "AAPL240315C00150000"])
def test_an_osi_symbol_is_an_option_of_a_hundred(opened: Open, symbol: str) -> None:
    [trade] = trades(opened(HEADER + f"2024-03-01,{symbol},2,3.10,1.30,BUY\n"))
    assert isinstance(trade.instrument, EquityOption)
    assert trade.instrument.symbol == "AAPL  240315C00150000"
    assert trade.proceeds == Decimal(-620)


def test_a_pair_of_currencies_is_forex_and_a_share_class_is_a_stock(opened: Open) -> None:
    statement = opened(
        HEADER + "2024-03-01,EUR.USD,1000,1.09,2,BUY\n2024-03-01,BRK.B,1,400,1,BUY\n"
    )
    pair, stock = (trade.instrument for trade in trades(statement))
    assert pair == Forex(symbol="EUR.USD", currency="USD", multiplier_stated=False)
    assert stock == Equity(symbol="BRK B", currency="USD", multiplier_stated=False)


def test_no_currency_means_dollars_and_that_is_said_once(opened: Open) -> None:
    statement = opened(HEADER + "2024-03-15,AAPL,5,1,0,BUY\n" * 1200)
    warnings = [warning for batch in statement.batches() for warning in batch.warnings]
    assert len(warnings) == 1
    assert "US dollars" in warnings[0]


def test_a_named_currency_needs_no_warning(opened: Open) -> None:
    statement = opened("Date,Ticker,Shares,Price,Ccy,Action\n2024-03-15,SAP,5,180,eur,BUY\n")
    assert [trade.currency for trade in trades(statement)] == ["EUR"]
    assert not any(batch.warnings for batch in statement.batches())


def test_a_price_in_euros_is_not_taken_for_dollars(opened: Open) -> None:
    statement = opened(HEADER + "2024-03-15,SAP,5,€180.50,0,BUY\n")
    assert [trade.currency for trade in trades(statement)] == ["EUR"]
    assert not any(batch.warnings for batch in statement.batches())


def test_a_row_keeps_what_the_columns_beyond_ours_say(opened: Open) -> None:
    [trade] = trades(
        opened("Date,Symbol,Quantity,Price,Type,Notes\n2024-03-15,A,5,1,BUY,from grandma\n")
    )
    assert trade.broker_specific == {"Notes": "from grandma"}


def test_the_account_stands_in_the_row_or_is_named_by_the_user(opened: Open) -> None:
    content = (
        "Account,Date,Symbol,Quantity,Price,Type\nX,2024-03-15,A,5,1,BUY\n,2024-03-15,A,5,1,BUY\n"
    )
    assert [trade.account for trade in trades(opened(content))] == ["X", "M1"]
    statement = opened(content, account=None)
    assert [trade.account for trade in trades(statement)] == ["X"]
    assert [row.field for row in refused(statement)] == ["Account"]
    with pytest.raises(BrokerRefused, match="--account"):
        opened(HEADER + "2024-03-15,AAPL,5,1,0,BUY\n", account=None)


# --- days and times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2024-03-15", "20240315", "2024/3/15", "3/15/2024", "15/03/2024", "15.03.2024", "03-15-24",
     "15-Mar-2024", "\"Mar 15, 2024\"", "2024-03-15 00:00:00"],
)  # fmt: skip
def test_the_ways_to_write_a_day(opened: Open, written: str) -> None:
    [trade] = trades(opened(HEADER + f"{written},AAPL,5,1,0,BUY\n"))
    assert (trade.trade_date, trade.executed_at) == (dt.date(2024, 3, 15), None)


def test_one_row_tells_for_all_whether_the_day_comes_first(opened: Open) -> None:
    rows = ["04/03/2024,A,1,1,0,BUY\n", "15/03/2024,A,1,1,0,BUY\n"]
    days = [trade.trade_date for trade in trades(opened(HEADER + "".join(rows)))]
    assert days == [dt.date(2024, 3, 4), dt.date(2024, 3, 15)]


def test_days_that_can_be_read_in_two_ways_are_refused(opened: Open) -> None:
    with pytest.raises(BrokerRefused, match="04/03/2024 may be month/day or day/month"):
        opened(HEADER + "04/03/2024,A,1,1,0,BUY\n")


def test_days_written_in_both_ways_are_refused(opened: Open) -> None:
    with pytest.raises(BrokerRefused, match="13/03/2024, 03/14/2024"):
        opened(HEADER + "13/03/2024,A,1,1,0,BUY\n03/14/2024,A,1,1,0,BUY\n")


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("2024-03-15", "10:30"),
        ("2024-03-15", "10:30:00.000"),
        ("2024-03-15", "10:30 AM"),
        ("2024-03-15 10:30:00", ""),
        ("20240315;103000", ""),
        ("2024-03-15T14:30:00Z", ""),
        ("2024-03-15T15:30:00+01:00", ""),
    ],
)
def test_a_time_without_a_zone_is_in_the_zone_of_the_options(
    opened: Open, day: str, time: str
) -> None:
    [trade] = trades(opened(f"Date,Time,Symbol,Quantity,Price,Type\n{day},{time},A,1,1,BUY\n"))
    assert trade.executed_at == dt.datetime(2024, 3, 15, 14, 30, tzinfo=dt.UTC)


def test_an_evening_in_new_york_is_still_that_day(opened: Open) -> None:
    [trade] = trades(opened(HEADER + "2024-03-16T00:30:00Z,A,1,1,0,BUY\n"))
    assert trade.trade_date == dt.date(2024, 3, 15)


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["1234.5", '"$1,234.50"', '"1,234.50"', " 1234.50 ", "+1234.5"])
def test_the_ways_to_write_a_number(opened: Open, written: str) -> None:
    [trade] = trades(opened(HEADER + f"2024-03-15,AAPL,1,{written},0,BUY\n"))
    assert trade.price == Decimal("1234.5")


def test_semicolons_allow_a_decimal_comma(opened: Open) -> None:
    content = HEADER.replace(",", ";") + "15.03.2024;SAP;1.000;1.180,50;9,90;BUY\n"
    [trade] = trades(opened(content))
    assert (trade.quantity, trade.price) == (Decimal(1000), Decimal("1180.50"))
    assert trade.commission == Decimal("-9.90")


def test_semicolons_with_decimal_points_stay_points(opened: Open) -> None:
    content = HEADER.replace(",", ";") + "2024-03-15;SAP;1,000;180.50;9.90;BUY\n"
    [trade] = trades(opened(content))
    assert (trade.quantity, trade.price) == (Decimal(1000), Decimal("180.50"))


def test_a_number_that_can_be_read_in_two_ways_refuses_the_file(opened: Open) -> None:
    with pytest.raises(BrokerRefused, match=r"1\.180 may be a decimal or a number of thousands"):
        opened(HEADER.replace(",", ";") + "2024-03-15;SAP;5;1.180;0;BUY\n")


# --- rows that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("Total,,15,,2.50,", "Date", "is not a date"),
        ("2024-02-30,AAPL,5,1,0,BUY", "Date", "is not a day of the calendar"),
        ("2024-03-15,,5,1,0,BUY", "Symbol", "is empty"),
        ("2024-03-15,AAPL,ten,1,0,BUY", "Quantity", "is not a number"),
        ("2024-03-15,AAPL,0,1,0,BUY", "Quantity", "is zero"),
        ("2024-03-15,AAPL,5,,0,BUY", "Price", "is empty"),
        ("2024-03-15,AAPL,5,-1,0,BUY", "Price", "is negative"),
        ("2024-03-15,AAPL,5,1,0,DIVIDEND", "Type", "is neither a purchase nor a sale"),
        ("2024-03-15,AAPL,5,$1,234.50,0,BUY", "", "has 7 fields where the header names 6"),
        ("2024-03-15,AAPL,5", "Type", "is empty"),
        ('2024-03-15,"AAPL,5,1,0,BUY', "", "a quotation mark is opened and not closed"),
    ],
)
def test_a_broken_row_is_named_and_the_others_are_kept(
    opened: Open, row: str, field: str, reason: str
) -> None:
    good = "2024-03-15,MSFT,1,400,0,BUY"
    statement = opened(HEADER + f"{good}\n{row}\n{good}\n")
    assert [trade.document_row for trade in trades(statement)] == [1, 3]
    [fault] = refused(statement)
    assert (fault.document_row, fault.field, fault.reason) == (2, field, reason)


def test_blank_lines_say_nothing(opened: Open) -> None:
    statement = opened("\n" + HEADER + "\r\n,,,,,\n2024-03-15,A,1,1,0,BUY\n\n   \n")
    assert [trade.document_row for trade in trades(statement)] == [4]
    assert refused(statement) == []


# --- keys --------------------------------------------------------------------------------------


def test_equal_rows_are_as_many_trades(opened: Open) -> None:
    row = "2024-03-15,AAPL,5,1,0,BUY\n"
    first = [trade.key for trade in trades(opened(HEADER + row * 2))]
    longer = [trade.key for trade in trades(opened(HEADER + row * 3))]
    assert len(set(longer)) == 3
    assert longer[:2] == first


def test_a_row_has_one_key_however_it_is_written(opened: Open) -> None:
    plain = opened(HEADER + "2024-03-15,AAPL,5,150,1,SELL\n")
    other = opened(
        "Side;Qty;Ticker;Fee(s);Price;Trade Date\r\ns;-5.0;aapl;-1.00;150.00;3/15/2024\r\n"
    )
    assert [trade.key for trade in trades(plain)] == [trade.key for trade in trades(other)]


def test_an_id_names_the_row(opened: Open) -> None:
    statement = opened(
        "Trade ID,Date,Symbol,Quantity,Price,Type\n"
        "7,2024-03-15,A,1,1,BUY\n7,2024-03-15,A,1,1.0,BUY\n7,2024-03-15,A,2,1,BUY\n"
        ",2024-03-15,A,3,1,BUY\n"
    )
    by_id, without = trades(statement)
    assert (by_id.key, by_id.broker_trade_id, by_id.document_row) == ("ID:7", "7", 1)
    assert without.key.startswith("LG:")
    [fault] = refused(statement)
    assert (fault.field, fault.text, fault.document_row) == ("Trade ID", "7", 3)
