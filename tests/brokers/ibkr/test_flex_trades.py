"""Trades of a Flex statement: every fill once, whatever boxes of the query are ticked."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    OtherInstrument,
    Right,
)
from qm_tui.domain.records import Fact, Trade
from qm_tui.domain.reported import BrokerWashSale, ClosedLot, OtherRow, TradeSummary
from qm_tui.domain.words import OpenClose, Section, TradeKind, TradeLevel, TradeSummaryLevel
from tests.brokers.ibkr.flex_builder import (
    BUY,
    document,
    read,
    row,
    section,
    statement,
    trades,
)

NO_IDS = {"transactionID": "", "tradeID": "0", "ibExecID": "--", "ibOrderID": "N/A"}
LOT = {
    "levelOfDetail": "CLOSED_LOT", "buySell": "SELL", "quantity": "40", "cost": "420.4",
    "tradePrice": "10.51", "fifoPnlRealized": "59.2", "openDateTime": "20260105;093000",
    "holdingPeriodDateTime": "20251201;093000", "dateTime": "20260120;100000",
    "tradeDate": "20260120", "transactionID": "1001", "tradeID": "", "ibExecID": "",
    "ibOrderID": "", "notes": "ST",
}  # fmt: skip
SELL = {
    "buySell": "SELL", "quantity": "-40", "transactionID": "1002", "tradeID": "2002",
    "dateTime": "20260120;100000", "tradeDate": "20260120", "openCloseIndicator": "C",
    "proceeds": "480", "tradePrice": "12",
}  # fmt: skip


def trade(folder: Path, **attributes: str) -> Trade:
    return read(folder, trades(row("Trade", BUY, **attributes))).one(Trade)


def test_a_fill_is_a_trade_with_all_that_it_says(tmp_path: Path) -> None:
    found = trade(
        tmp_path, notes="P;IA", exchange="ISLAND", orderType="LMT", cost="1051", taxes="-0.5",
        fifoPnlRealized="0", closePrice="10.6", fxRateToBase="0.9", accruedInt="", model="",
        clearingFirmID="77", origTradeID="", mtmPnl="10",
    )  # fmt: skip
    assert found.account == "U1"
    assert found.key == "TX:1001"
    assert found.kind is TradeKind.FILL
    assert found.level is TradeLevel.EXECUTION
    assert found.trade_date == dt.date(2026, 1, 5)
    assert found.executed_at == dt.datetime(2026, 1, 5, 14, 30, tzinfo=dt.UTC)
    assert (found.settle_date, found.report_date) == (dt.date(2026, 1, 6), dt.date(2026, 1, 5))
    assert (found.quantity, found.price) == (Decimal(100), Decimal("10.50"))
    assert (found.proceeds, found.commission) == (Decimal(-1050), Decimal(-1))
    assert (found.taxes, found.net_cash) == (Decimal("-0.5"), Decimal(-1051))
    assert (found.cost_basis, found.realized_pnl) == (Decimal(1051), Decimal(0))
    assert (found.fx_rate_to_base, found.accrued_interest) == (Decimal("0.9"), None)
    assert found.open_close is OpenClose.OPEN
    assert (found.codes, found.exchange, found.order_type) == ("P;IA", "ISLAND", "LMT")
    assert (found.broker_trade_id, found.broker_transaction_id) == ("2001", "1001")
    assert (found.broker_execution_id, found.broker_order_id) == ("0001.01.01", "3001")
    assert found.broker_specific == {"clearingFirmID": "77", "mtmPnl": "10"}
    assert found.instrument == Equity(
        symbol="AAPL",
        currency="USD",
        description="APPLE INC",
        identifiers=found.instrument.identifiers,
    )
    assert found.instrument.identifiers.conid == "265598"


def test_three_shares_are_three_shares_at_all_levels_of_detail(tmp_path: Path) -> None:
    rows = [
        row("AssetSummary", assetCategory="STK", quantity="3", levelOfDetail="ASSET_SUMMARY"),
        row("SymbolSummary", BUY, NO_IDS, quantity="3", levelOfDetail="SYMBOL_SUMMARY"),
        row("Order", BUY, NO_IDS, ibOrderID="3001", quantity="3", levelOfDetail="ORDER"),
        row("Trade", BUY, quantity="3"),
        row("Lot", BUY, LOT),
        row("WashSale", BUY, LOT, levelOfDetail="WASH_SALE"),
    ]
    found = read(tmp_path, trades(*rows))
    assert [t.quantity for t in found.all(Trade)] == [Decimal(3)]
    assert [s.level for s in found.all(TradeSummary)] == [
        TradeSummaryLevel.ASSET,
        TradeSummaryLevel.SYMBOL,
        TradeSummaryLevel.ORDER,
    ]
    assert len(found.all(ClosedLot)) == len(found.all(BrokerWashSale)) == 1
    assert not found.novelties
    assert not found.refused


def test_the_level_decides_where_all_rows_are_trades(tmp_path: Path) -> None:
    levels = (
        "EXECUTION", "ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "WASH_SALE", "NEW",
    )  # fmt: skip
    rows = [row("Trade", BUY, transactionID=str(n), levelOfDetail=x) for n, x in enumerate(levels)]
    found = read(tmp_path, trades(*rows))
    in_order = sorted(found.records, key=lambda record: record.document_row or 0)
    assert [type(record) for record in in_order] == [
        Trade, TradeSummary, TradeSummary, TradeSummary, ClosedLot, BrokerWashSale, OtherRow,
    ]  # fmt: skip
    assert found.places("value") == {"Trades/Trade@levelOfDetail": "NEW"}


def test_a_trade_without_a_level_is_a_fill(tmp_path: Path) -> None:
    assert trade(tmp_path, levelOfDetail="").level is TradeLevel.EXECUTION


def test_orders_stand_for_fills_only_where_there_are_none(tmp_path: Path) -> None:
    order = row("Order", BUY, NO_IDS, ibOrderID="3001", levelOfDetail="ORDER")
    found = read(tmp_path, trades(order, row("Lot", BUY, LOT)))
    assert found.one(Trade).level is TradeLevel.ORDER
    assert found.one(Trade).key == "OR:3001:2026-01-05:AAPL"
    (warning,) = found.warnings
    assert "Tick Executions" in warning
    both = document(
        statement(section("Trades", order)), statement(section("Trades", order, row("Trade", BUY)))
    )
    found = read(tmp_path, both)
    assert [t.level for t in found.all(Trade)] == [TradeLevel.ORDER, TradeLevel.EXECUTION]
    assert len(found.all(TradeSummary)) == 1


def test_an_order_that_fills_over_the_turn_of_the_year_is_two_facts(tmp_path: Path) -> None:
    orders = [
        row("Order", BUY, NO_IDS, ibOrderID="3001", levelOfDetail="ORDER", tradeDate=day)
        for day in ("20251231", "20260102", "20260102")
    ]
    keys = [t.key for t in read(tmp_path, trades(*orders)).all(Trade)]
    assert keys == [
        "OR:3001:2025-12-31:AAPL", "OR:3001:2026-01-02:AAPL", "OR:3001:2026-01-02:AAPL:1",
    ]  # fmt: skip


# --- cancellations and corrections ---------------------------------------------------------------


def test_a_cancel_takes_back_its_original_and_the_rebook_is_an_ordinary_fill(
    tmp_path: Path,
) -> None:
    cancel = {
        "transactionID": "1002", "origTransactionID": "1001", "origTradeID": "2001",
        "transactionType": "TradeCancel", "buySell": "BUY (Ca.)", "quantity": "-100", "notes": "Ca",
    }  # fmt: skip
    rows = (
        row("Trade", BUY),
        row("Trade", BUY, cancel),
        row("Trade", BUY, transactionID="1003", notes="Co", tradePrice="10.40"),
    )
    original, taken_back, again = read(tmp_path, trades(*rows)).all(Trade)
    assert [original.key, taken_back.key, again.key] == ["TX:1001", "TX:1002", "TX:1003"]
    assert [t.kind for t in (original, taken_back, again)] == [
        TradeKind.FILL,
        TradeKind.CANCEL,
        TradeKind.FILL,
    ]
    assert (taken_back.original_transaction_id, taken_back.original_trade_id) == ("1001", "2001")
    assert original.quantity + taken_back.quantity + again.quantity == 100


@pytest.mark.parametrize(
    "sign",
    [
        {"transactionType": "TradeCancel"},
        {"buySell": "SELL (Ca.)"},
        {"notes": "P;Ca"},
    ],
)
def test_each_sign_of_a_cancel_is_enough_and_its_quantity_stays_as_signed(
    tmp_path: Path, sign: dict[str, str]
) -> None:
    found = read(tmp_path, trades(row("Trade", BUY, sign, quantity="100"))).one(Trade)
    assert found.kind is TradeKind.CANCEL
    assert found.quantity == 100


def test_a_cancel_without_an_id_of_its_own_does_not_replace_its_original(tmp_path: Path) -> None:
    rows = (
        row("Trade", BUY, transactionID=""),
        row("Trade", BUY, transactionID="", buySell="BUY (Ca.)", quantity="-100"),
    )
    keys = [t.key for t in read(tmp_path, trades(*rows)).all(Trade)]
    assert keys == ["EX:0001.01.01", "EX:0001.01.01:Ca"]


ONLY_TRADE_ID = {"transactionID": "", "ibExecID": ""}


def test_a_fill_that_is_booked_again_as_it_was_is_another_fact(tmp_path: Path) -> None:
    rows = (
        row("Trade", BUY, ONLY_TRADE_ID),
        row("Trade", BUY, ONLY_TRADE_ID, buySell="BUY (Ca.)", quantity="-100"),
        row("Trade", BUY, ONLY_TRADE_ID, ibCommission="-2"),
    )
    found = read(tmp_path, trades(*rows)).all(Trade)
    assert [t.key for t in found] == [
        "TR:2001:100:10.5", "TR:2001:-100:10.5:Ca", "TR:2001:100:10.5:1",
    ]  # fmt: skip


def test_a_cancel_that_is_not_signed_takes_its_fill_back(tmp_path: Path) -> None:
    for side, said, quantity in (("BUY (Ca.)", "100", -100), ("SELL (Ca.)", "100", 100)):
        assert trade(tmp_path, buySell=side, quantity=said).quantity == quantity


def test_rows_of_one_execution_that_say_different_things_are_different_facts(
    tmp_path: Path,
) -> None:
    fill = {"transactionID": ""}
    rows = (
        row("Trade", BUY, fill, model="Growth", quantity="50"),
        row("Trade", BUY, fill, model="Income", quantity="50"),
        row("Trade", BUY, fill, model="Income", quantity="50"),
    )
    keys = [t.key for t in read(tmp_path, trades(*rows)).all(Trade)]
    assert keys == ["EX:0001.01.01", "EX:0001.01.01:1", "EX:0001.01.01:1"]


def test_an_execution_that_is_booked_again_under_its_id_is_another_fact(tmp_path: Path) -> None:
    fill = row("Trade", BUY, transactionID="")
    cancel = row("Trade", BUY, transactionID="", buySell="BUY (Ca.)", quantity="-100")
    keys = [t.key for t in read(tmp_path, trades(fill, cancel, fill)).all(Trade)]
    assert keys == ["EX:0001.01.01", "EX:0001.01.01:Ca", "EX:0001.01.01:1"]


@pytest.mark.parametrize("ids", [ONLY_TRADE_ID, {"transactionID": "", "tradeID": ""}])
def test_a_cancel_and_its_rebooking_are_the_same_facts_without_what_they_replace(
    tmp_path: Path, ids: dict[str, str]
) -> None:
    fill = row("Trade", BUY, ids)
    cancel = row("Trade", BUY, ids, buySell="BUY (Ca.)", quantity="-100")
    full = [t.key for t in read(tmp_path, trades(fill, cancel, fill)).all(Trade)]
    later = [t.key for t in read(tmp_path, trades(cancel, fill)).all(Trade)]
    assert len(set(full)) == 3
    assert later == full[1:]


# --- keys -----------------------------------------------------------------------------------------


def test_the_best_id_makes_the_key(tmp_path: Path) -> None:
    assert trade(tmp_path).key == "TX:1001"
    assert trade(tmp_path, transactionID="0").key == "EX:0001.01.01"
    no_execution = trade(tmp_path, transactionID="--", ibExecID="", tradePrice="10.500")
    assert no_execution.key == "TR:2001:100:10.5"
    assert read(tmp_path, trades(row("Trade", BUY, NO_IDS))).one(Trade).key.startswith("H:")


NOT_TICKED = ("conid", "isin")


@pytest.mark.parametrize(
    "said",
    [
        {**BUY, **NO_IDS},
        {**BUY, **NO_IDS, "levelOfDetail": "ORDER", "ibOrderID": "3001"},
        {**BUY, **NO_IDS, "levelOfDetail": "SYMBOL_SUMMARY"},
        {**BUY, **LOT},
        {**BUY, **LOT, "levelOfDetail": "WASH_SALE"},
    ],
)
def test_a_query_that_ticks_conid_later_finds_the_same_facts(
    tmp_path: Path, said: dict[str, str]
) -> None:
    fewer = {name: value for name, value in said.items() if name not in NOT_TICKED}
    one, other = (read(tmp_path, trades(row("Trade", s))).records[0] for s in (said, fewer))
    assert isinstance(one, Fact)
    assert isinstance(other, Fact)
    assert one.key == other.key


def test_a_closed_lot_is_the_same_with_its_opening_booking_and_without(tmp_path: Path) -> None:
    one, other = (
        read(tmp_path, trades(row("Lot", BUY, LOT, transactionID=number))).one(ClosedLot)
        for number in ("1001", "")
    )
    assert one.key == other.key


def test_identical_fills_without_ids_stay_as_many_as_they_are(tmp_path: Path) -> None:
    rows = [row("Trade", BUY, NO_IDS)] * 3
    keys = [t.key for t in read(tmp_path, trades(*rows)).all(Trade)]
    assert [key.rsplit(":", 1)[1] for key in keys] == ["0", "1", "2"]
    assert len({key.rsplit(":", 1)[0] for key in keys}) == 1


def test_reading_again_gives_the_same_keys(tmp_path: Path) -> None:
    rows = [row("Trade", BUY, NO_IDS)] * 2 + [row("Trade", BUY, NO_IDS, quantity="7")]
    first = [t.key for t in read(tmp_path, trades(*rows)).all(Trade)]
    other_order = trades(rows[2], row("Trade", BUY, NO_IDS, fxRateToBase="2"), rows[0])
    again = [t.key for t in read(tmp_path, other_order).all(Trade)]
    assert sorted(first) == sorted(again)


def test_equal_rows_of_two_accounts_are_counted_apart(tmp_path: Path) -> None:
    both = trades(row("Trade", BUY, NO_IDS), row("Trade", BUY, NO_IDS, accountId="U2"))
    alone = trades(row("Trade", BUY, NO_IDS, accountId="U2"))
    assert read(tmp_path, both).all(Trade)[1].key == read(tmp_path, alone).one(Trade).key


# --- signs, dates, sides --------------------------------------------------------------------------


def test_a_sale_is_negative_whether_its_quantity_is_signed_or_not(tmp_path: Path) -> None:
    assert trade(tmp_path, buySell="SELL", quantity="100").quantity == -100
    assert trade(tmp_path, buySell="SELL", quantity="-100").quantity == -100
    assert trade(tmp_path, buySell="BUY", quantity="0.038").quantity == Decimal("0.038")


@pytest.mark.parametrize(
    ("said", "side"),
    [
        ("O", OpenClose.OPEN),
        ("C", OpenClose.CLOSE),
        ("C;O", OpenClose.CLOSE_OPEN),
        ("-", None),
        ("", None),
    ],
)
def test_opening_and_closing_are_told_apart(
    tmp_path: Path, said: str, side: OpenClose | None
) -> None:
    assert trade(tmp_path, openCloseIndicator=said).open_close is side


def test_the_trade_day_is_the_exchanges_and_not_that_of_utc(tmp_path: Path) -> None:
    found = trade(tmp_path, dateTime="20260105;203000", tradeDate="")
    assert found.trade_date == dt.date(2026, 1, 5)
    assert found.executed_at == dt.datetime(2026, 1, 6, 1, 30, tzinfo=dt.UTC)


def test_day_and_time_may_come_in_two_fields(tmp_path: Path) -> None:
    found = trade(tmp_path, dateTime="", tradeTime="162000")
    assert found.executed_at == dt.datetime(2026, 1, 5, 21, 20, tzinfo=dt.UTC)


def test_a_time_that_is_not_said_is_unknown(tmp_path: Path) -> None:
    assert trade(tmp_path, dateTime="20260105").executed_at is None


# --- confirmations --------------------------------------------------------------------------------


def test_a_confirmation_is_the_same_fill_under_other_names(tmp_path: Path) -> None:
    said = {
        name: BUY[name]
        for name in BUY
        if name not in {"transactionID", "ibExecID", "ibOrderID", "levelOfDetail"}
        and not name.startswith(("tradePrice", "ibCommission", "settle"))
    } | {
        "execID": "0001.01.01", "orderID": "3001", "price": "10.50", "commission": "-1",
        "commissionCurrency": "USD", "tax": "0", "code": "P", "settleDate": "20260106",
        "amount": "1050",
    }  # fmt: skip
    for tag in ("TradeConfirm", "TradeConfirmation"):
        text = document(
            statement(
                section(
                    "TradeConfirms",
                    row(tag, said),
                    row("Order", said, execID="", levelOfDetail="ORDER"),
                    row("SymbolSummary", said, execID="", levelOfDetail="SYMBOL_SUMMARY"),
                )
            ),
            kind="TCF",
        )
        found = read(tmp_path, text)
        fill = found.one(Trade)
        assert fill.key == "EX:0001.01.01"
        assert (fill.price, fill.commission, fill.taxes) == (
            Decimal("10.5"),
            Decimal(-Decimal(1)),
            Decimal(0),
        )
        assert (fill.codes, fill.settle_date) == ("P", dt.date(2026, 1, 6))
        assert fill.broker_order_id == "3001"
        assert fill.broker_specific == {"amount": "1050"}
        assert [s.level for s in found.all(TradeSummary)] == [
            TradeSummaryLevel.ORDER,
            TradeSummaryLevel.SYMBOL,
        ]
        assert found.novelties == []


# --- closed lots and wash sales -------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["Lot", "Trade", "ClosedLot"])
def test_a_closed_lot_tells_of_its_opening_and_of_the_fill_before_it(
    tmp_path: Path, tag: str
) -> None:
    found = read(tmp_path, trades(row("Trade", BUY), row("Trade", BUY, SELL), row(tag, BUY, LOT)))
    lot = found.one(ClosedLot)
    assert lot.quantity == 40
    assert (lot.cost_basis, lot.open_price) == (Decimal("420.4"), Decimal("10.51"))
    assert lot.realized_pnl == Decimal("59.2")
    assert lot.opening_transaction_id == "1001"
    assert lot.closing_trade_key == "TX:1002"
    assert lot.acquisition_date == dt.date(2026, 1, 5)
    assert lot.holding_start == dt.date(2025, 12, 1)
    assert lot.disposition_date == dt.date(2026, 1, 20)
    assert lot.closed_at == dt.datetime(2026, 1, 20, 15, 0, tzinfo=dt.UTC)
    assert lot.term == "short"
    assert len(found.all(Trade)) == 2


def test_a_lot_closed_by_a_purchase_was_short(tmp_path: Path) -> None:
    lot = read(tmp_path, trades(row("Lot", BUY, LOT, buySell="BUY", notes="LT"))).one(ClosedLot)
    assert (lot.quantity, lot.cost_basis, lot.term) == (-Decimal(40), Decimal("-420.4"), "long")
    assert lot.closing_trade_key is None


@pytest.mark.parametrize("quantity", ["10", "-10"])
@pytest.mark.parametrize("cost", ["1505", "-1505"])
@pytest.mark.parametrize(("side", "sign"), [("SELL", 1), ("BUY", -1)])
def test_the_side_tells_whether_a_closed_lot_was_long_whatever_the_signs(
    tmp_path: Path, quantity: str, cost: str, side: str, sign: int
) -> None:
    said = row(
        "Trade", BUY, LOT, buySell=side, quantity=quantity, cost=cost, tradePrice="150.5"
    )  # fmt: skip
    lot = read(tmp_path, trades(said)).one(ClosedLot)
    assert (lot.quantity, lot.cost_basis) == (Decimal(10 * sign), Decimal(1505 * sign))


def test_what_was_bought_at_a_negative_price_cost_less_than_nothing(tmp_path: Path) -> None:
    said = row("Lot", BUY, LOT, cost="-420.4", tradePrice="-10.51")
    lot = read(tmp_path, trades(said)).one(ClosedLot)
    assert (lot.quantity, lot.cost_basis) == (Decimal(40), Decimal("-420.4"))


def test_a_lot_without_a_side_has_that_of_the_fill_before_it(tmp_path: Path) -> None:
    text = trades(row("Trade", BUY, SELL), row("Lot", BUY, LOT, buySell=""))
    assert read(tmp_path, text).one(ClosedLot).quantity == 40


def test_a_fill_of_another_time_did_not_close_a_lot(tmp_path: Path) -> None:
    text = trades(row("Trade", BUY, SELL, dateTime="20260121;100000"), row("Lot", BUY, LOT))
    assert read(tmp_path, text).one(ClosedLot).closing_trade_key is None


def test_a_wash_sale_that_restates_a_lot_does_not_make_it_another(tmp_path: Path) -> None:
    before = read(tmp_path, trades(row("Lot", BUY, LOT))).one(ClosedLot)
    restated = row("Lot", BUY, LOT, cost="500", holdingPeriodDateTime="20250101;093000")
    after = read(tmp_path, trades(restated)).one(ClosedLot)
    assert before.key == after.key
    assert before.cost_basis != after.cost_basis


def test_equal_closed_lots_stay_two(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Lot", BUY, LOT), row("Lot", BUY, LOT)))
    assert len({lot.key for lot in found.all(ClosedLot)}) == 2


@pytest.mark.parametrize("tag", ["WashSale", "Trade"])
def test_a_wash_sale_is_kept_as_the_broker_reports_it(tmp_path: Path, tag: str) -> None:
    text = trades(
        row(
            tag, BUY, LOT, levelOfDetail="WASH_SALE", fifoPnlRealized="55.5",
            whenRealized="20260120;100000", whenReopened="20260125;110000", notes="LD",
        )
    )  # fmt: skip
    sale = read(tmp_path, text).one(BrokerWashSale)
    assert (sale.quantity, sale.amount, sale.codes) == (Decimal(40), Decimal("55.5"), "LD")
    assert sale.realized_at == dt.datetime(2026, 1, 20, 15, 0, tzinfo=dt.UTC)
    assert sale.reopened_at == dt.datetime(2026, 1, 25, 16, 0, tzinfo=dt.UTC)
    assert sale.holding_start == dt.date(2025, 12, 1)


# --- instruments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("STK", Equity),
        ("FUND", Fund),
        ("BOND", Bond),
        ("BILL", Bond),
        ("CASH", Forex),
        ("CRYPTO", Crypto),
        ("FUT", Future),
        ("FOP", FutureOption),
        ("OPT", EquityOption),
        ("WAR", OtherInstrument),
        ("CFD", OtherInstrument),
    ],
)
def test_every_kind_of_asset_has_its_shape(tmp_path: Path, category: str, kind: type) -> None:
    found = read(tmp_path, trades(row("Trade", BUY, assetCategory=category)))
    assert type(found.one(Trade).instrument) is kind
    assert found.novelties == []


def test_an_option_goes_by_its_osi_symbol(tmp_path: Path) -> None:
    said = {
        "assetCategory": "OPT", "multiplier": "100", "strike": "150", "expiry": "20240315",
        "putCall": "C", "underlyingSymbol": "AAPL", "underlyingConid": "265598", "isin": "",
    }  # fmt: skip
    for symbol in ("AAPL  240315C00150000", "AAPL 15MAR24 150 C"):
        option = (
            read(tmp_path, trades(row("Trade", BUY, said, symbol=symbol))).one(Trade).instrument
        )
        assert isinstance(option, EquityOption)
        assert option.symbol == option.identifiers.osi_symbol == "AAPL  240315C00150000"
        assert (option.right, option.strike, option.multiplier) == (
            Right.CALL,
            Decimal(150),
            Decimal(100),
        )
        assert option.expiry == dt.date(2024, 3, 15)
        assert (option.underlying_symbol, option.underlying_conid) == ("AAPL", "265598")


def test_a_ticker_is_written_one_way(tmp_path: Path) -> None:
    assert trade(tmp_path, symbol="BRK.B").instrument.symbol == "BRK B"


def test_the_price_of_a_bond_is_in_percent(tmp_path: Path) -> None:
    bond = trade(
        tmp_path, assetCategory="BOND", quantity="2000", tradePrice="98.562", proceeds="-1971.24"
    )
    assert bond.price is not None
    assert bond.proceeds == -bond.quantity * bond.price * bond.instrument.multiplier


def test_a_currency_trade_is_a_trade(tmp_path: Path) -> None:
    found = trade(tmp_path, assetCategory="CASH", symbol="EUR.USD", quantity="30000", isin="")
    assert found.instrument.symbol == "EUR.USD"
    assert found.quantity == 30000


def test_an_option_without_a_multiplier_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Trade", BUY, assetCategory="OPT", multiplier="")))
    assert found.one(Trade).instrument.multiplier == 100
    assert not found.one(Trade).instrument.multiplier_stated
    assert "Multiplier" in found.warnings[0]


def test_a_multiplier_that_is_said_is_told_from_one_that_is_assumed(tmp_path: Path) -> None:
    for category in ("OPT", "FUT", "BOND", "STK"):
        for said in ("10", "", "0"):
            found = trade(tmp_path, assetCategory=category, multiplier=said).instrument
            assert found.multiplier_stated is (said == "10")


def test_rows_of_one_instrument_share_it(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Trade", BUY), row("Trade", BUY, transactionID="1002")))
    first, second = found.all(Trade)
    assert first.instrument is second.instrument


def test_batches_are_small_and_of_one_section(tmp_path: Path) -> None:
    rows = [row("Trade", BUY, transactionID=str(n)) for n in range(1, 502)]
    found = read(tmp_path, trades(*rows, row("Lot", BUY, LOT)))
    full = [batch for batch in found.batches if batch.records]
    assert [len(batch.records) for batch in full] == [200, 200, 101, 1]
    assert [batch.section for batch in full] == [Section.TRADES] * 3 + [Section.CLOSED_LOTS]
    assert full[-1].coverage
    assert found.batches[-1].bytes_read == found.document.size
