"""What a row of the transaction history becomes: each kind of them as what it is."""

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.domain.instruments import EquityOption, Future
from qm_tui.domain.records import CashTransaction, CorporateAction, OptionEvent, Trade, Transfer
from qm_tui.domain.reported import OtherRow
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    OptionEventType,
    TradeKind,
    TransferDirection,
)
from tests.brokers.tastytrade.histories import (
    ACCOUNT,
    delivery,
    movement,
    record,
    row,
    shares,
    told,
)

# --- trades ------------------------------------------------------------------------------------


def test_a_purchase_is_a_fill_with_signed_quantity_and_money() -> None:
    trade = record(row(id=2455333333, order_id=272610989, exchange="D"))
    assert isinstance(trade, Trade)
    assert (trade.account, trade.document_row, trade.key) == (ACCOUNT, 7, "TX:2455333333")
    assert (trade.quantity, trade.price) == (Decimal(10), Decimal(150))
    assert (trade.proceeds, trade.net_cash) == (Decimal(-1500), Decimal("-1500.08"))
    assert (trade.commission, trade.commission_currency) == (Decimal("-0.08"), "USD")
    assert trade.open_close is OpenClose.OPEN
    assert trade.executed_at == dt.datetime(2026, 11, 20, 15, 30, 5, 123_000, dt.UTC)
    assert trade.trade_date == dt.date(2026, 11, 20)
    assert (trade.transaction_type, trade.exchange) == ("Trade", "D")
    assert (trade.broker_transaction_id, trade.broker_order_id) == ("2455333333", "272610989")
    assert trade.broker_execution_id is None


def test_commission_and_fees_are_one_sum_and_their_parts_are_kept() -> None:
    trade = record(
        row(
            commission="40.0", commission_effect="Debit", clearing_fees="0.40",
            regulatory_fees="0.042", regulatory_fees_effect="Debit",
            net_value="1540.442",
        )
    )  # fmt: skip
    assert trade.commission == Decimal("-40.442")
    assert trade.broker_specific["commission"] == "-40.0"
    assert trade.broker_specific["regulatory-fees"] == "-0.042"


def test_a_trade_goes_by_the_id_of_its_transaction() -> None:
    trade = record(row(id=245_777))
    assert (trade.broker_trade_id, trade.broker_transaction_id) == ("245777", "245777")


def test_a_charge_that_has_no_name_here_is_paid_all_the_same() -> None:
    trade = record(row(net_value="1512.08", index_license_fees="12.0"))
    assert trade.commission == Decimal("-12.08")
    assert trade.broker_specific["index-license-fees"] == "12.0"


def test_fees_are_summed_where_the_net_value_is_missing() -> None:
    trade = record(row(net_value=None, net_value_effect=None, commission="1.0"))
    assert trade.commission == Decimal("0.92")  # a commission without effect has its own sign
    assert trade.net_cash is None


def test_a_sale_in_the_evening_is_of_the_day_in_new_york() -> None:
    trade = record(
        row(
            action="Sell to Close", transaction_sub_type="Sell to Close",
            value_effect="Credit", net_value="1499.92", net_value_effect="Credit",
            executed_at="2026-11-20T00:30:00.000+00:00", transaction_date="2026-11-20",
        )
    )  # fmt: skip
    assert trade.quantity == Decimal(-10)
    assert (trade.proceeds, trade.open_close) == (Decimal(1500), OpenClose.CLOSE)
    assert trade.trade_date == dt.date(2026, 11, 19)


def test_of_a_future_the_trading_day_holds_and_its_value_is_no_proceeds() -> None:
    trade = record(
        row(
            symbol="/ESZ6", instrument_type="Future", underlying_symbol="/ES", action="Buy",
            transaction_sub_type="Buy", quantity="1", price="5975.25", value="0.0",
            value_effect="None", net_value="2.23", clearing_fees="2.23",
            executed_at="2026-11-19T23:10:00.000+00:00", transaction_date="2026-11-20",
        )
    )  # fmt: skip
    assert isinstance(trade.instrument, Future)
    assert trade.trade_date == dt.date(2026, 11, 20)
    assert (trade.proceeds, trade.open_close) == (None, None)
    assert (trade.quantity, trade.commission) == (Decimal(1), Decimal("-2.23"))
    settled = row(
        symbol="/ESZ6", instrument_type="Future", action="Sell", quantity="1", price="5980",
        value="212.5", value_effect="Credit", net_value="210.27", net_value_effect="Credit",
    )  # fmt: skip
    assert record(settled).proceeds is None
    assert record(settled).commission == Decimal("-2.23")


def test_a_reversal_of_a_trade_is_its_cancellation_with_the_opposite_sign() -> None:
    back = record(row(id=5002, reverses_id=5001, value_effect="Credit", net_value_effect="Credit"))
    assert back.kind is TradeKind.CANCEL
    assert back.original_transaction_id == "5001"
    assert (back.quantity, back.proceeds) == (Decimal(-10), Decimal(1500))


def test_a_trade_of_an_unknown_action_is_booked_by_its_money_and_told() -> None:
    what = told(row(action="Swap", transaction_sub_type="Swap"))
    assert what.records[0].quantity == Decimal(10)  # type: ignore[attr-defined]
    assert [(new.where, new.example) for new in what.novelties] == [
        ("Trade@transaction-sub-type", "Swap")
    ]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"quantity": None}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "ten"}, "quantity"),
        ({"symbol": None}, "symbol"),
        ({"id": None}, "id"),
        ({"executed_at": None, "transaction_date": None}, "executed-at"),
        ({"executed_at": "yesterday"}, "executed-at"),
        ({"value_effect": "Sideways"}, "value-effect"),
        ({"transaction_type": None}, "transaction-type"),
        ({"account_number": "5WX99999"}, "account-number"),
        ({"action": None, "transaction_sub_type": None, "value": "0"}, "action"),
    ],
)
def test_a_row_that_cannot_be_a_trade_says_which_field_is_wrong(
    bad: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRow) as error:
        told(row(**bad))
    assert error.value.field == field


# --- ends of options ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub_type", "type_", "quantity"),
    [
        ("Expiration", OptionEventType.EXPIRATION, 40),
        ("Assignment", OptionEventType.ASSIGNMENT, 40),
        ("Exercise", OptionEventType.EXERCISE, -40),
    ],
)
def test_the_removal_of_an_option_is_an_event(
    sub_type: str, type_: OptionEventType, quantity: int
) -> None:
    event = record(delivery(sub_type))
    assert isinstance(event, OptionEvent)
    assert isinstance(event.instrument, EquityOption)
    assert (event.type, event.date) == (type_, dt.date(2023, 6, 9))
    assert event.quantity == quantity
    assert (event.broker_type, event.proceeds, event.price) == (sub_type, None, None)


@pytest.mark.parametrize(
    ("sub_type", "effect", "quantity", "proceeds"),
    [
        ("Cash Settled Assignment", "Debit", 1, "-364.0"),
        ("Cash Settled Exercise", "Credit", -1, "364.0"),
    ],
)
def test_what_is_settled_in_cash_has_proceeds_and_its_strike_is_no_price(
    sub_type: str, effect: str, quantity: int, proceeds: str
) -> None:
    event = record(
        delivery(
            sub_type, symbol="SPXW  260709C07540000", underlying_symbol="SPX", quantity="1.0",
            price="7540.0", value="364.0", value_effect=effect,
            net_value="369.0" if effect == "Debit" else "359.0", net_value_effect=effect,
            executed_at="2026-07-10T02:00:00.000+00:00",
        )
    )  # fmt: skip
    assert event.type is OptionEventType.CASH_SETTLEMENT
    assert (event.quantity, event.proceeds) == (quantity, Decimal(proceeds))
    assert (event.price, event.commission) == (None, Decimal(-5))
    assert event.date == dt.date(2026, 7, 9)
    assert event.broker_specific["price"] == "7540.0"


def test_the_action_of_an_end_says_its_sign() -> None:
    assert record(delivery("Expiration", action="Sell to Close")).quantity == -40
    assert record(delivery("Expiration", action="Buy to Close")).quantity == 40
    assert record(delivery("Expiration", quantity="-40")).quantity == -40


def test_shares_that_are_delivered_are_a_trade_at_the_strike() -> None:
    trade = record(
        shares(
            "Buy to Open", "Buy to Open", "4000.0", symbol="RIVN", price="14.0", value="56000.0",
            value_effect="Debit", clearing_fees="200.0", clearing_fees_effect="Debit",
            net_value="56200.0", net_value_effect="Debit",
        )
    )  # fmt: skip
    assert isinstance(trade, Trade)
    assert trade.transaction_type == "Receive Deliver"
    assert (trade.quantity, trade.proceeds) == (Decimal(4000), Decimal(-56000))
    assert trade.commission == Decimal(-200)


def test_a_future_that_is_settled_keeps_its_price() -> None:
    future = {"symbol": "/VXM1", "instrument_type": "Future", "underlying_symbol": "/VX"}
    event = record(delivery("Futures Settlement", quantity="2", price="17.35", **future))
    assert event.type is OptionEventType.CASH_SETTLEMENT
    assert (event.quantity, event.price, event.proceeds) == (2, Decimal("17.35"), None)
    trade = record(
        delivery("Futures Settlement", quantity="2", price="17.35", action="Sell", **future)
    )
    assert isinstance(trade, Trade)
    assert trade.quantity == -2


def test_an_event_that_is_taken_back_names_what_it_takes_back() -> None:
    assert record(delivery("Assignment", reverses_id=77)).reverses == "TX:77"
    assert record(delivery("Assignment")).reverses is None


# --- transfers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "direction", "quantity"),
    [
        ("Buy to Open", TransferDirection.IN, 1000),
        ("Sell to Open", TransferDirection.IN, -1000),
        ("Sell to Close", TransferDirection.OUT, -1000),
        ("Buy to Close", TransferDirection.OUT, 1000),
    ],
)
def test_what_comes_by_acat_is_a_transfer_of_unknown_cost(
    action: str, direction: TransferDirection, quantity: int
) -> None:
    transfer = record(shares("ACAT", action, "1000", symbol="MPW"))
    assert isinstance(transfer, Transfer)
    assert (transfer.type, transfer.direction) == ("ACAT", direction)
    assert transfer.quantity == quantity
    assert transfer.cost_basis is None


@pytest.mark.parametrize(
    ("description", "direction", "quantity"),
    [
        ("Received 1000 Long MPW via ACAT", TransferDirection.IN, 1000),
        ("Received 1000 Short MPW via ACAT", TransferDirection.IN, -1000),
        ("Delivered 1000 Long MPW", TransferDirection.OUT, -1000),
    ],
)
def test_where_no_action_is_said_the_words_tell_the_direction(
    description: str, direction: TransferDirection, quantity: int
) -> None:
    transfer = record(shares("ACAT", None, "1000", description=description))
    assert (transfer.direction, transfer.quantity) == (direction, quantity)


def test_a_transfer_that_may_go_either_way_is_refused() -> None:
    with pytest.raises(BadRow, match="came or went"):
        told(shares("Transfer", None, "1000", description="Journal"))


def test_an_administrative_transfer_moves_shares_or_money() -> None:
    moved = shares("Transfer", "Buy to Open", "5", transaction_type="Administrative Transfer")
    assert isinstance(record(moved), Transfer)
    paid = movement("Transfer", "-12.5", transaction_type="Administrative Transfer")
    assert record(paid).type is CashType.WITHDRAWAL


# --- corporate actions -------------------------------------------------------------------------


def test_a_split_of_shares_is_two_legs_of_one_action() -> None:
    close = record(
        shares("Forward Split", "Sell to Close", "54", value="9940.86", value_effect="Credit")
    )
    opened = record(
        shares("Forward Split", "Buy to Open", "108", value="9940.86", value_effect="Debit")
    )
    assert isinstance(close, CorporateAction)
    assert (close.type, close.quantity) == (CorporateActionType.SPLIT, Decimal(-54))
    assert (opened.type, opened.quantity) == (CorporateActionType.SPLIT, Decimal(108))
    assert close.action_id == opened.action_id
    # The value is the cost that is carried over, not money.
    assert (close.proceeds, close.cost_basis) == (None, Decimal("9940.86"))


def test_adjusted_options_are_tied_by_the_cost_they_carry() -> None:
    def leg(action: str, symbol: str, value: str, effect: str) -> Any:
        return record(
            delivery(
                "Reverse Split", action=action, symbol=symbol, underlying_symbol="USO",
                quantity="6", value=value, value_effect=effect,
                executed_at="2020-04-29T12:35:00+00:00",
            )
        )  # fmt: skip

    long_close = leg("Sell to Close", "USO   200717P00002000", "174", "Credit")
    long_open = leg("Buy to Open", "USO1  200717P00002000", "174", "Debit")
    short_close = leg("Buy to Close", "USO   200717P00003500", "648", "Debit")
    short_open = leg("Sell to Open", "USO1  200717P00003500", "648", "Credit")
    assert (long_close.quantity, long_open.quantity) == (-6, 6)
    assert (short_close.quantity, short_open.quantity) == (6, -6)
    assert long_close.action_id == long_open.action_id
    assert short_close.action_id == short_open.action_id
    assert long_close.action_id != short_close.action_id


def test_a_change_of_symbol_ties_shares_and_options_each_to_their_own() -> None:
    def legs(**said: Any) -> tuple[Any, Any]:
        close = record(delivery("Symbol Change", action="Sell to Close", **said))
        new = said | {"symbol": said["symbol"].replace("BFT ", "PSFE").replace("BFT", "PSFE")}
        return close, record(delivery("Symbol Change", action="Buy to Open", **new))

    option, renamed = legs(symbol="BFT   210416P00015000", quantity="1")
    share, other = legs(symbol="BFT", instrument_type="Equity", quantity="100")
    assert renamed.instrument.symbol == "PSFE  210416P00015000"
    assert option.type is CorporateActionType.SYMBOL_CHANGE
    assert option.action_id == renamed.action_id
    assert share.action_id == other.action_id
    assert option.action_id != share.action_id


def test_a_merger_for_cash_brings_money_for_what_is_removed() -> None:
    leg = record(
        shares("Cash Merger", None, "100", value="4210.0", value_effect="Credit", net_value="4210")
    )
    assert (leg.type, leg.quantity) == (CorporateActionType.MERGER, -100)
    assert (leg.proceeds, leg.cost_basis) == (Decimal(4210), None)


@pytest.mark.parametrize(
    ("sub_type", "type_"),
    [
        ("Reverse Split", CorporateActionType.REVERSE_SPLIT),
        ("Reverse Split Removal", CorporateActionType.REVERSE_SPLIT),
        ("Stock Merger", CorporateActionType.MERGER),
        ("Stock Merger Removal", CorporateActionType.MERGER),
        ("Symbol Change", CorporateActionType.SYMBOL_CHANGE),
        ("Spin Off", CorporateActionType.SPIN_OFF),
        ("Stock Dividend", CorporateActionType.STOCK_DIVIDEND),
        ("Special Dividend", CorporateActionType.OTHER),
        ("Maturity", CorporateActionType.OTHER),
        ("Tender Offer", CorporateActionType.TENDER),
        ("Delisting", CorporateActionType.DELISTING),
    ],
)
def test_every_known_sub_type_is_no_novelty(sub_type: str, type_: CorporateActionType) -> None:
    what = told(shares(sub_type, "Sell to Close", "10"))
    [leg] = what.records
    assert isinstance(leg, CorporateAction)
    assert (leg.type, leg.broker_type, what.novelties) == (type_, sub_type, ())


def test_an_unknown_sub_type_keeps_what_it_moved_and_is_told() -> None:
    what = told(shares("Escheatment", None, "3", description="Removal of 3 TQQQ"))
    [leg] = what.records
    assert isinstance(leg, CorporateAction)
    assert (leg.type, leg.quantity) == (CorporateActionType.OTHER, Decimal(-3))
    assert what.novelties[0].example == "Escheatment"
    came = record(shares("Gift", None, "3", description="Received 3 Long TQQQ via Gift"))
    assert came.quantity == 3


# --- reinvested dividends ----------------------------------------------------------------------


def test_reinvested_shares_with_a_price_are_a_trade() -> None:
    trade = record(
        shares(
            "Dividend", "Buy to Open", "1.68074", symbol="KBWD", price="16.46",
            description="Received 1.68074 Long KBWD via Dividend",
        )
    )  # fmt: skip
    assert isinstance(trade, Trade)
    assert (trade.codes, trade.quantity, trade.price) == ("R", Decimal("1.68074"), Decimal("16.46"))
    assert (trade.proceeds, trade.transaction_type) == (None, "Receive Deliver")


def test_reinvested_shares_without_money_are_a_corporate_action() -> None:
    leg = record(shares("Dividend", "Buy to Open", "1.68074", symbol="KBWD"))
    assert leg.type is CorporateActionType.DIVIDEND_REINVESTMENT
    assert leg.quantity == Decimal("1.68074")


# --- money -------------------------------------------------------------------------------------

_KBWD = {"symbol": "KBWD", "instrument_type": "Equity", "underlying_symbol": "KBWD"}


@pytest.mark.parametrize(
    ("sub_type", "amount", "description", "type_"),
    [
        ("Credit Interest", "0.06", "INTEREST ON CREDIT BALANCE", CashType.INTEREST_RECEIVED),
        ("Debit Interest", "-9.81", "FROM 07/16 THRU 08/15 @ 8    %", CashType.INTEREST_PAID),
        ("Deposit", "0.09", "INTEREST ON CREDIT BALANCE", CashType.INTEREST_RECEIVED),
        ("Withdrawal", "-1.24", "FROM 03/16 THRU 04/15 @ 8    %", CashType.INTEREST_PAID),
        ("Withdrawal", "4441.2", "Wire Funds Received", CashType.DEPOSIT),
        ("Deposit", "1700", "ACH DEPOSIT", CashType.DEPOSIT),
        ("Transfer", "313.46", "TRANSFER FROM INTERACTIVE B", CashType.DEPOSIT),
        ("Withdrawal", "-200", "ACH DISBURSEMENT", CashType.WITHDRAWAL),
        ("Withdrawal", "-25", "WIRE FEE", CashType.FEE),
        ("Deposit", "15", "REFERRAL BONUS", CashType.OTHER),
        ("Fee", "-43.24", "LONGFIN CORP", CashType.FEE),
        ("Balance Adjustment", "-0.01", "Regulatory fee adjustment", CashType.FEE),
        ("Balance Adjustment", "3", "Correction", CashType.OTHER),
        ("Mark to Market", "112.5", "Final settlement price", CashType.OTHER),
        ("Fully Paid Stock Lending Income", "1.1", "LENDING", CashType.INTEREST_RECEIVED),
    ],
)
def test_money_is_what_its_words_say(
    sub_type: str, amount: str, description: str, type_: CashType
) -> None:
    what = told(movement(sub_type, amount, description=description))
    [cash] = what.records
    assert isinstance(cash, CashTransaction)
    assert (cash.type, cash.amount, cash.currency) == (type_, Decimal(amount), "USD")
    assert (cash.broker_type, cash.description, what.novelties) == (sub_type, description, ())


@pytest.mark.parametrize(
    ("amount", "description", "type_"),
    [
        ("27.74", "INVESCO EXCHANGE TRADED FD TR", CashType.DIVIDEND),
        ("-3.02", "INVESCO EXCHANGE TRADED FD TR", CashType.DIVIDEND),
        ("-4.16", "INVESCO W/H TAX", CashType.WITHHOLDING_TAX),
        ("5", "PAYMENT IN LIEU OF DIVIDEND", CashType.PAYMENT_IN_LIEU),
    ],
)
def test_a_dividend_names_its_stock(amount: str, description: str, type_: CashType) -> None:
    for sub_type in ("Dividend", "Deposit"):
        cash = record(movement(sub_type, amount, description=description, **_KBWD))
        assert (cash.type, cash.amount) == (type_, Decimal(amount))
        assert cash.instrument.symbol == "KBWD"


def test_what_a_future_gains_in_a_day_keeps_its_quantity_and_price() -> None:
    cash = record(
        movement(
            "Mark to Market", "112.5", symbol="/ESZ6", instrument_type="Future", quantity="1",
            price="5980.25",
        )
    )  # fmt: skip
    assert cash.type is CashType.OTHER
    assert cash.broker_specific["quantity"] == "1"
    assert cash.broker_specific["price"] == "5980.25"


def test_money_counts_after_its_fees() -> None:
    cash = record(movement("Deposit", "100", net_value="95", net_value_effect="Credit"))
    assert cash.amount == 95


def test_money_that_is_taken_back_names_what_it_takes_back() -> None:
    cash = record(movement("Dividend", "-27.74", reverses_id=252634233, **_KBWD))
    assert (cash.reverses, cash.amount) == ("TX:252634233", Decimal("-27.74"))


def test_unknown_money_is_another_kind_and_told() -> None:
    what = told(movement("Crypto Reward", "1"))
    assert what.records[0].type is CashType.OTHER  # type: ignore[attr-defined]
    assert what.novelties[0].example == "Crypto Reward"


def test_money_without_an_amount_is_refused() -> None:
    with pytest.raises(BadRow, match="net-value"):
        told(movement("Deposit", "1", value=None, net_value=None))


# --- what nobody knows -------------------------------------------------------------------------


def test_an_unknown_type_keeps_what_it_moved_else_the_row() -> None:
    strange = {"transaction_type": "Tokenization"}
    moved = told(shares("Mint", "Buy to Open", "3", **strange))
    assert isinstance(moved.records[0], CorporateAction)
    paid = told(movement("Mint", "3", **strange))
    assert isinstance(paid.records[0], CashTransaction)
    neither = told(movement("Mint", "0", **strange))
    assert isinstance(neither.records[0], OtherRow)
    for what in (moved, paid, neither):
        assert [new.example for new in what.novelties] == ["Tokenization"]


def test_types_and_actions_may_be_written_in_other_ways() -> None:
    assert isinstance(
        record(delivery("expiration", transaction_type="Receive/Deliver")), OptionEvent
    )
    assert record(row(action="SELL_TO_CLOSE")).quantity == -10
    assert record(row(action=None)).quantity == 10


def test_what_has_no_field_of_its_own_is_kept() -> None:
    trade = record(row(exec_id="4_A5F", lots=[{"id": 1, "quantity": "10"}]))
    assert trade.broker_specific["exec-id"] == "4_A5F"
    assert json.loads(trade.broker_specific["lots"]) == [{"id": 1, "quantity": "10"}]
    assert trade.broker_specific["is-estimated-fee"] == "true"


# --- public payloads ---------------------------------------------------------------------------


def payloads() -> list[Path]:
    """Public answers, where the environment says where they lie; they are not copied here."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    place = Path(folder).parent / "samples" if folder else None
    return sorted(place.rglob("transactions__transaction*Resp.json")) if place else []


PAYLOADS = [path for path in payloads() if "Fees" not in path.name]

if PAYLOADS:

    @pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.name)
    def test_every_row_of_a_public_answer_is_read(path: Path) -> None:
        data = json.loads(path.read_text())["data"]
        for one in data.get("items", [data]):
            [found] = told(one | {"account-number": ACCOUNT}).records
            assert found.key == f"TX:{one['id']}"  # type: ignore[attr-defined]


# --- whatever comes ----------------------------------------------------------------------------

_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=12),
    st.decimals(allow_nan=True, allow_infinity=True), st.just([1]), st.just({"a": None}),
    st.sampled_from(["1e30", "-1", "NaN", "9" * 59, "0.00000000000000000001", "Credit"]),
)  # fmt: skip
_LONGEST = 400
_ROWS = st.sampled_from(
    [
        row(),
        row(symbol="/ESZ6", instrument_type="Future"),
        delivery("Cash Settled Assignment", price="14"),
        delivery("Dividend", action="Buy to Open", price="3"),
        shares("ACAT", "Buy to Open", "5"),
        shares("Stock Merger", None, "5", value="12.5"),
        movement("Deposit", "12.5"),
        movement("Mint", "1", transaction_type="Tokenization"),
    ]
)


@given(base=_ROWS, changes=st.data())
@settings(max_examples=300, deadline=None)
def test_a_row_is_read_or_refused_whatever_stands_in_it(
    base: dict[str, Any], changes: st.DataObject
) -> None:
    fields = changes.draw(st.lists(st.sampled_from(sorted(base)), min_size=1, max_size=4))
    changed = base | {name: changes.draw(_ANYTHING) for name in fields}
    try:
        found = len(told(changed).records)
    except BadRow as error:
        found = 1 if len(str(error)) < _LONGEST else 0
    assert found == 1
