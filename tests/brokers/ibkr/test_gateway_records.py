"""What the gateway sends, as records: exactly, in our signs, never what stands for no value."""

import dataclasses
import datetime as dt
import math
import sys
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.ibkr.flex_instruments import ATTRIBUTES, Instruments
from qm_tui.brokers.ibkr.flex_values import Clock, DayOrder
from qm_tui.brokers.ibkr.gateway_executions import trade_of, trades_of
from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments, info_of, instrument_of
from qm_tui.brokers.ibkr.gateway_library import library
from qm_tui.brokers.ibkr.gateway_numbers import BadRow, exact
from qm_tui.brokers.ibkr.gateway_quotes import greeks_of, quote_of
from qm_tui.brokers.ibkr.gateway_records import (
    account_info_of,
    balances_of,
    exchange_rates,
    latest_balances,
    pnl_balances,
    position_of,
)
from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Derivative,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    Instrument,
    Option,
    OtherInstrument,
    Right,
)
from qm_tui.domain.live import names_of
from qm_tui.domain.records import Record, Trade
from qm_tui.domain.words import TaxTreatment, TradeKind

ib = library()

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)
UNSET = sys.float_info.max
NO_VALUES = [math.nan, math.inf, -math.inf, UNSET, -UNSET, 1e300]

AAPL = ib.Contract(
    secType="STK", conId=265598, symbol="AAPL", primaryExchange="NASDAQ", currency="USD",
    localSymbol="AAPL", tradingClass="NMS",
)  # fmt: skip
CALL = ib.Contract(
    secType="OPT", conId=700001, symbol="SPY", lastTradeDateOrContractMonth="20261218",
    strike=600.0, right="C", multiplier="100", currency="USD",
    localSymbol="SPY   261218C00600000", tradingClass="SPY",
)  # fmt: skip
T_NOTE = ib.Contract(
    secType="BOND", conId=900001, symbol="US-T", currency="USD", localSymbol="IBCID900001"
)


def flex_instrument(currency: str = "USD", **attributes: str) -> Instrument:
    clock = Clock(ZoneInfo("America/New_York"), lambda: DayOrder.MONTH_FIRST)
    reader = Instruments(clock, lambda *_: None, lambda _: None)
    found = reader.of(tuple(attributes.get(name, "") for name in ATTRIBUTES), currency)
    assert found is not None
    return found


def meaning(instrument: Instrument) -> dict[str, Any]:
    """What two sources of one instrument must agree on."""
    found: dict[str, Any] = {
        "type": type(instrument),
        "names": names_of(instrument),
        "currency": instrument.currency,
        "multiplier": instrument.multiplier,
        "isin": instrument.identifiers.isin,
        "cusip": instrument.identifiers.cusip,
    }
    if isinstance(instrument, Derivative):
        found |= {
            "underlying": instrument.underlying_symbol,
            "underlying_conid": instrument.underlying_conid,
            "expiry": instrument.expiry,
        }
    if isinstance(instrument, Option):
        found |= {"right": instrument.right, "strike": instrument.strike}
    if isinstance(instrument, OtherInstrument):
        found["kind"] = instrument.kind
    return found


# --- the same instrument from both ends ---------------------------------------------------------

SAME = {
    "stock": (
        AAPL,
        ib.ContractDetails(longName="APPLE INC", secIdList=[ib.TagValue("ISIN", "US0378331005")]),
        {
            "assetCategory": "STK", "symbol": "AAPL", "conid": "265598", "isin": "US0378331005",
            "description": "APPLE INC", "listingExchange": "NASDAQ", "multiplier": "1",
        },
    ),
    "share class": (
        ib.Contract(secType="STK", conId=72063691, symbol="BRK B", currency="USD"),
        None,
        {"assetCategory": "STK", "symbol": "BRK.B", "conid": "72063691", "multiplier": "1"},
    ),
    "option": (
        CALL,
        ib.ContractDetails(longName="SPDR S&P 500", underConId=756733, underSymbol="SPY"),
        {
            "assetCategory": "OPT", "symbol": "SPY   261218C00600000", "conid": "700001",
            "multiplier": "100", "strike": "600", "expiry": "20261218", "putCall": "C",
            "underlyingSymbol": "SPY", "underlyingConid": "756733",
        },
    ),
    "adjusted option": (
        ib.Contract(
            secType="OPT", conId=700009, symbol="XYZ", lastTradeDateOrContractMonth="20270115",
            strike=12.5, right="P", multiplier="150", currency="USD",
            localSymbol="XYZ1  270115P00012500", tradingClass="XYZ1",
        ),
        None,
        {
            "assetCategory": "OPT", "symbol": "XYZ1  270115P00012500", "conid": "700009",
            "multiplier": "150", "strike": "12.5", "expiry": "20270115", "putCall": "P",
            "underlyingSymbol": "XYZ",
        },
    ),
    "future": (
        ib.Contract(
            secType="FUT", conId=800001, symbol="ES", lastTradeDateOrContractMonth="20261218",
            multiplier="50", currency="USD", localSymbol="ESZ6", tradingClass="ES",
        ),
        ib.ContractDetails(underConId=11004968, underSymbol="ES"),
        {
            "assetCategory": "FUT", "symbol": "ESZ6", "conid": "800001", "multiplier": "50",
            "expiry": "20261218", "underlyingSymbol": "ES", "underlyingConid": "11004968",
        },
    ),
    "option on a future": (
        ib.Contract(
            secType="FOP", conId=800002, symbol="ES", lastTradeDateOrContractMonth="20261218",
            strike=4800.0, right="C", multiplier="50", currency="USD",
            localSymbol="ESZ6 C4800", tradingClass="ES",
        ),
        ib.ContractDetails(underConId=800001, underSymbol="ESZ6"),
        {
            "assetCategory": "FOP", "symbol": "ESZ6 C4800", "conid": "800002", "multiplier": "50",
            "expiry": "20261218", "underlyingSymbol": "ESZ6", "underlyingConid": "800001",
            "strike": "4800", "putCall": "C",
        },
    ),
    "bond": (
        T_NOTE,
        ib.ContractDetails(descAppend="T 4 1/8 11/15/32", cusip="91282CFV8", maturity="20321115"),
        {
            "assetCategory": "BOND", "symbol": "T 4 1/8 11/15/32", "conid": "900001",
            "cusip": "91282CFV8", "multiplier": "1", "maturity": "20321115",
        },
    ),
    "fund": (
        ib.Contract(secType="FUND", conId=99, symbol="VFIAX", currency="USD"),
        None,
        {"assetCategory": "FUND", "symbol": "VFIAX", "conid": "99", "multiplier": "1"},
    ),
    "currency pair": (
        ib.Contract(
            secType="CASH", conId=12087792, symbol="EUR", currency="USD", localSymbol="EUR.USD"
        ),
        None,
        {"assetCategory": "CASH", "symbol": "EUR.USD", "conid": "12087792", "multiplier": "1"},
    ),
    "coin": (
        ib.Contract(secType="CRYPTO", conId=479624278, symbol="BTC", currency="USD"),
        None,
        {"assetCategory": "CRYPTO", "symbol": "BTC", "conid": "479624278", "multiplier": "1"},
    ),
    "warrant": (
        ib.Contract(
            secType="WAR", conId=55, symbol="ACME", lastTradeDateOrContractMonth="20281231",
            strike=11.5, right="C", multiplier="1", currency="USD", localSymbol="ACME WS",
        ),
        None,
        {
            "assetCategory": "WAR", "symbol": "ACME WS", "conid": "55", "multiplier": "1",
            "strike": "11.5", "putCall": "C", "expiry": "20281231", "underlyingSymbol": "ACME",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME)
def test_a_contract_and_a_statements_row_name_the_same_instrument(kind: str) -> None:
    contract, details, attributes = SAME[kind]
    if details is not None:
        details.contract = contract
    ours = instrument_of(contract, details, NOW.isoformat())
    assert meaning(ours) == meaning(flex_instrument(**attributes))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("STK", Equity), ("OPT", EquityOption), ("FUT", Future), ("FOP", FutureOption),
        ("BOND", Bond), ("BILL", Bond), ("FUND", Fund), ("CASH", Forex), ("CRYPTO", Crypto),
        ("IND", OtherInstrument), ("WAR", OtherInstrument), ("CFD", OtherInstrument),
        ("BAG", OtherInstrument), ("NEVER HEARD OF", OtherInstrument), ("", OtherInstrument),
    ],
)  # fmt: skip
def test_every_kind_of_contract_has_its_shape(kind: str, expected: type[Instrument]) -> None:
    contract = ib.Contract(secType=kind, conId=1, symbol="X", currency="USD")
    assert type(instrument_of(contract)) is expected


def test_an_option_whose_symbol_says_nothing_is_named_by_its_parts_and_its_class() -> None:
    contract = dataclasses.replace(CALL, localSymbol="", tradingClass="SPY1")
    found = instrument_of(contract)
    assert found.symbol == "SPY1  261218C00600000"
    assert found.identifiers.osi_symbol == "SPY1  261218C00600000"


def test_elsewhere_than_in_the_usa_such_a_symbol_is_no_proof_of_identity() -> None:
    contract = dataclasses.replace(
        CALL, symbol="SIE", currency="EUR", localSymbol="C SIE DEC 26 600", tradingClass="SI1"
    )
    found = instrument_of(contract)
    assert found.symbol == "SIE   261218C00600000"
    assert found.identifiers.osi_symbol is None


def test_the_long_name_of_an_option_is_that_of_its_underlying() -> None:
    details = ib.ContractDetails(contract=CALL, longName="SPDR S&P 500", industry="Funds")
    found = info_of(details, "2026-03-02T16:00:00+00:00").instrument
    assert found.description is None
    assert found.broker_specific == {
        "longName": "SPDR S&P 500",
        "industry": "Funds",
        "details_at": "2026-03-02T16:00:00+00:00",
    }


def test_what_details_say_of_a_stock_is_kept() -> None:
    details = ib.ContractDetails(
        contract=AAPL, longName="APPLE INC", industry="Technology", category="Computers",
        subcategory="Computers", stockType="COMMON", validExchanges="SMART,NASDAQ", minTick=0.01,
        cusip="037833100",
    )  # fmt: skip
    found = info_of(details, "now").instrument
    assert (found.description, found.listing_exchange) == ("APPLE INC", "NASDAQ")
    assert found.identifiers.cusip == "037833100"
    assert found.broker_specific is not None
    assert found.broker_specific["category"] == "Computers"
    assert found.broker_specific["minTick"] == "0.01"


def test_where_a_stock_was_traded_is_not_where_it_is_listed() -> None:
    bought_at = dataclasses.replace(AAPL, primaryExchange="", exchange="DARK")
    assert instrument_of(bought_at).listing_exchange is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lastTradeDateOrContractMonth": "20261399"},
        {"lastTradeDateOrContractMonth": "soon soon"},
        {"multiplier": "-100"},
        {"localSymbol": "", "symbol": "", "conId": 0},
    ],
)
def test_a_contract_that_cannot_be_read_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRow) as bad:
        instrument_of(dataclasses.replace(CALL, **wrong))
    assert bad.value.refused(7).document_row == 7


def test_instruments_are_built_once_and_again_when_more_is_known() -> None:
    known = GatewayInstruments()
    first = known.of(CALL)
    assert known.of(dataclasses.replace(CALL)) is first
    known.learn(ib.ContractDetails(contract=CALL, underConId=756733, underSymbol="SPY"), "now")
    described = known.of(CALL)
    assert isinstance(described, EquityOption)
    assert described.underlying_conid == "756733"


# --- positions ----------------------------------------------------------------------------------


def a_position(quantity: float, average: float, contract: Any = AAPL) -> Any:
    return ib.Position("U1", contract, quantity, average)


def a_portfolio_row(quantity: float, **values: float) -> Any:
    row = {
        "marketPrice": 190.5, "marketValue": 190.5 * quantity, "averageCost": 180.25,
        "unrealizedPNL": 1537.5, "realizedPNL": 0.0,
    } | values  # fmt: skip
    return ib.PortfolioItem(contract=AAPL, position=quantity, account="U1", **row)


def test_a_position_costs_its_average_times_its_quantity() -> None:
    found = position_of(a_position(-2.0, 1234.56, CALL), None, NOW)
    assert found.quantity == -2
    assert found.average_cost == Decimal("12.3456")
    assert found.cost_basis == Decimal("-2469.12")


def test_a_bond_is_priced_in_percent_of_its_face_value() -> None:
    found = position_of(a_position(2000.0, 0.98562, T_NOTE), None, NOW)
    assert found.average_cost == Decimal("98.562")
    assert found.cost_basis == Decimal("1971.24")


def test_prices_are_taken_only_from_a_row_of_the_same_quantity() -> None:
    now = position_of(a_position(150.0, 180.25), a_portfolio_row(150.0), NOW)
    assert (now.market_price, now.market_value) == (Decimal("190.5"), Decimal(28575))
    before = position_of(a_position(100.0, 180.25), a_portfolio_row(150.0), NOW)
    assert before.market_price is before.market_value is before.unrealized_pnl is None


def test_a_price_of_zero_is_no_price_unless_all_is_lost() -> None:
    nothing = {"marketPrice": 0.0, "marketValue": 0.0}
    unknown = position_of(
        a_position(10.0, 180.25), a_portfolio_row(10.0, **nothing, unrealizedPNL=0.0), NOW
    )
    assert unknown.market_value is unknown.unrealized_pnl is None
    worthless = position_of(
        a_position(10.0, 180.25), a_portfolio_row(10.0, **nothing, unrealizedPNL=-1802.5), NOW
    )
    assert worthless.market_value == 0
    assert worthless.unrealized_pnl == Decimal("-1802.5")


@pytest.mark.parametrize("quantity", NO_VALUES)
def test_a_position_without_a_quantity_is_refused(quantity: float) -> None:
    with pytest.raises(BadRow, match="not a quantity"):
        position_of(a_position(quantity, 1.0), None, NOW)


numbers = st.one_of(st.floats(), st.sampled_from([*NO_VALUES, 0.0, -1.0, -2.0]))
prices_of_trades = st.one_of(
    # Times the quantity and the multiplier, more would be near what stands for no value.
    st.floats(-1e200, 1e200), st.sampled_from([*NO_VALUES, 0.0, -1.0, -2.0])
)  # fmt: skip
quantities = st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: abs(x) > 1e-9)


@given(quantities, numbers, numbers, numbers, numbers, numbers)
def test_a_position_never_holds_what_stands_for_no_value(
    quantity: float, average: float, mark: float, value: float, unrealized: float, realized: float
) -> None:
    row = ib.PortfolioItem(AAPL, quantity, mark, value, average, unrealized, realized, "U1")
    _is_sound(position_of(a_position(quantity, average), row, NOW))
    _is_sound(position_of(row, row, NOW))


@given(quantities, st.floats(0, 1e9, allow_subnormal=False), st.sampled_from([AAPL, CALL, T_NOTE]))
def test_cost_and_value_follow_the_sign_of_the_quantity(
    quantity: float, average: float, contract: Any
) -> None:
    row = a_portfolio_row(quantity, marketPrice=2.0, marketValue=abs(quantity) * 2.0)
    found = position_of(a_position(quantity, average, contract), row, NOW)
    assert found.cost_basis is not None
    assert found.average_cost is not None
    assert found.cost_basis * found.quantity >= 0
    assert found.market_value is not None
    assert found.market_value * found.quantity >= 0
    units = found.quantity * found.instrument.multiplier
    assert abs(found.average_cost * units - found.cost_basis) <= abs(found.cost_basis) / 10**20


def _is_sound(record: Record) -> None:
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Decimal):
            assert value.is_finite()
            assert abs(value) < Decimal("1e300")
        assert not isinstance(value, float)


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 1e300))
def test_a_float_is_taken_over_as_it_is_written(value: float) -> None:
    assert exact(value) == Decimal(repr(value))


@pytest.mark.parametrize(
    "value", [*NO_VALUES, "", " ", "NaN", "nan", "1.7976931348623157E308", "Infinity", "true",
              "1_000", "٣", None, True, "1" * 500],
)  # fmt: skip
def test_what_stands_for_no_value_is_none(value: object) -> None:
    assert exact(value) is None


# --- account values -----------------------------------------------------------------------------


def value(tag: str, said: str, currency: str = "USD", account: str = "U1", model: str = "") -> Any:
    return ib.AccountValue(account, tag, said, currency, model)


def test_account_values_that_are_words_or_nothing_are_no_balances() -> None:
    found = balances_of(
        [
            value("NetLiquidation", "100000.01"),
            value("TotalCashBalance", "-5.10", "BASE"),
            value("Cushion", "0.73", ""),
            value("AccountType", "INDIVIDUAL", ""),
            value("AccountCode", "1234567", ""),
            value("SMA", "1.7976931348623157E308"),
            value("RegTMargin", ""),
            value("NetLiquidation", "5", account="All"),
            value("NetLiquidation", "5", model="Growth"),
        ],
        NOW,
    )
    assert [(one.tag, one.currency, one.value) for one in found] == [
        ("NetLiquidation", "USD", Decimal("100000.01")),
        ("TotalCashBalance", "BASE", Decimal("-5.10")),
        ("Cushion", "", Decimal("0.73")),
    ]


def test_profit_and_loss_that_is_not_known_is_left_out_and_the_rest_wins_over_account_values() -> (
    None
):
    pnl = ib.objects.PnL("U1", "", dailyPnL=12.5, unrealizedPnL=100.25, realizedPnL=UNSET)
    values = balances_of([value("UnrealizedPnL", "99", "BASE"), value("UnrealizedPnL", "9")], NOW)
    found = {
        (one.tag, one.currency): one.value
        for one in latest_balances(values, pnl_balances([pnl], NOW))
    }
    assert found == {
        ("UnrealizedPnL", "BASE"): Decimal("100.25"),
        ("UnrealizedPnL", "USD"): Decimal(9),
        ("DailyPnL", "BASE"): Decimal("12.5"),
    }
    assert list(pnl_balances([ib.objects.PnL("U1", "")], NOW)) == []


def test_an_account_is_described_by_its_values() -> None:
    values = [
        value("AccountType", "INDIVIDUAL", ""),
        value("NetLiquidation", "5", "BASE"),
        value("NetLiquidation", "5", "CHF"),
        value("NetLiquidation", "5", "USD", account="U2"),
    ]
    found = account_info_of("U1", values)
    assert (found.account_type, found.base_currency) == ("Individual", "CHF")
    assert found.tax_treatment is None
    paper = account_info_of("DU1", [])
    assert paper.broker_specific == {"paper": "true"}


@pytest.mark.parametrize(
    ("word", "treatment"),
    [
        ("IRA-ROTH NEW", TaxTreatment.ROTH), ("IRA-TRADITIONAL", TaxTreatment.IRA),
        ("INDIVIDUAL", None), ("MIRANDA TRUST", None), ("", None),
    ],
)  # fmt: skip
def test_how_an_account_is_taxed_only_the_brokers_word_says(
    word: str, treatment: TaxTreatment | None
) -> None:
    assert account_info_of("U1", [value("AccountType", word, "")]).tax_treatment == treatment


def test_exchange_rates_are_of_one_unit_in_the_base_currency() -> None:
    rates = exchange_rates(
        [value("ExchangeRate", "1.0877", "EUR"), value("ExchangeRate", "1.00", "BASE"),
         value("ExchangeRate", "0", "JPY")]
    )  # fmt: skip
    assert rates == {("U1", "EUR"): Decimal("1.0877")}


# --- fills --------------------------------------------------------------------------------------


def a_fill(contract: Any = AAPL, report: Any = None, **done: Any) -> Any:
    execution = ib.Execution(
        **(
            {
                "execId": "0000e0d5.65a1b2c3.01.01",
                "time": dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC),
                "acctNumber": "U1", "exchange": "ISLAND", "side": "BOT", "shares": 10.0,
                "price": 180.25, "permId": 999,
            }
            | done
        )
    )  # fmt: skip
    return ib.Fill(contract, execution, report or ib.CommissionReport(), execution.time)


def test_a_purchase_is_paid_for_and_its_commission_too() -> None:
    report = ib.CommissionReport("0000e0d5.65a1b2c3.01.01", 1.05, "USD", 0.0)
    found = trade_of(a_fill(report=report))
    assert found.key == "EX:0000e0d5.65a1b2c3.01.01"
    assert found.broker_execution_id == "0000e0d5.65a1b2c3.01.01"
    assert found.broker_order_id == "999"
    assert found.quantity == 10
    assert found.price == Decimal("180.25")
    assert found.proceeds == Decimal("-1802.5")
    assert (found.commission, found.commission_currency) == (Decimal("-1.05"), "USD")
    assert found.trade_date == dt.date(2026, 3, 2)
    assert found.executed_at == dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)


def test_a_sale_of_options_brings_money_times_the_multiplier() -> None:
    found = trade_of(a_fill(CALL, side="SLD", shares=2.0, price=13.2))
    assert found.quantity == -2
    assert found.proceeds == 2640


def test_the_day_of_a_fill_is_that_of_the_exchange() -> None:
    late = dt.datetime(2026, 3, 3, 2, 30, tzinfo=dt.UTC)
    assert trade_of(a_fill(time=late)).trade_date == dt.date(2026, 3, 2)


@pytest.mark.parametrize("report", [None, ib.CommissionReport("x", UNSET)])
def test_a_commission_that_has_not_come_is_unknown_and_not_zero(report: Any) -> None:
    found = trade_of(a_fill(report=report))
    assert found.commission is None
    assert found.commission_currency is None
    assert found.realized_pnl is None


def test_a_rebate_is_received() -> None:
    assert trade_of(a_fill(report=ib.CommissionReport("x", -0.25, "USD"))).commission == Decimal(
        "0.25"
    )


def test_an_option_that_expired_or_was_exercised_was_traded_at_nothing() -> None:
    found = trade_of(a_fill(CALL, price=0.0, exchange="", orderRef="exercise"))
    assert found.price == found.proceeds == 0
    assert found.exchange is None
    assert found.broker_specific == {"orderRef": "exercise"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("side", "LENT"), ("shares", math.nan), ("shares", 0.0), ("shares", -1.0),
        ("execId", ""), ("acctNumber", ""), ("time", dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
    ],
)  # fmt: skip
def test_a_fill_that_cannot_be_read_is_named(field: str, wrong: object) -> None:
    with pytest.raises(BadRow):
        trade_of(a_fill(**{field: wrong}))


def test_of_a_fill_and_its_correction_the_correction_stands() -> None:
    first = a_fill(price=100.0)
    second = a_fill(execId="0000e0d5.65a1b2c3.01.02", price=101.0)
    for fills in ([first, second], [second, first]):
        found = [one for one in trades_of(fills) if isinstance(one, Trade)]
        assert [(one.kind, one.quantity, one.price) for one in found] == [
            (TradeKind.FILL, Decimal(10), Decimal(101))
        ]


def test_fills_whose_ids_only_look_alike_all_stand() -> None:
    by_number = [a_fill(execId="E.1"), a_fill(execId="E.2")]
    of_two = [a_fill(execId="E.01"), a_fill(execId="E.02", acctNumber="U2")]
    for fills in (by_number, of_two):
        found = [one.key for one in trades_of(fills) if isinstance(one, Trade)]
        assert found == [f"EX:{fill.execution.execId}" for fill in fills]


@given(st.sampled_from(["BOT", "SLD"]), quantities.map(abs), prices_of_trades, numbers, numbers)
def test_a_trade_never_holds_what_stands_for_no_value(
    side: str, shares: float, price: float, commission: float, realized: float
) -> None:
    report = ib.CommissionReport("x", commission, "USD", realized)
    found = trade_of(a_fill(CALL, report, side=side, shares=shares, price=price))
    _is_sound(found)
    assert (found.quantity > 0) is (side == "BOT")
    assert not found.proceeds or found.proceeds * found.quantity * (found.price or 0) < 0


# --- prices and Greeks --------------------------------------------------------------------------


def a_ticker(contract: Any = AAPL, **prices: Any) -> Any:
    return ib.Ticker(contract=contract, **prices)


def test_a_quote_has_what_there_is() -> None:
    found = quote_of(a_ticker(bid=190.49, bidSize=3.0, ask=-1.0, askSize=0.0, close=188.2), NOW)
    assert found is not None
    assert (found.bid, found.ask, found.last) == (Decimal("190.49"), None, None)
    assert found.close == Decimal("188.2")
    assert not found.delayed


def test_a_quote_of_nothing_is_none() -> None:
    assert quote_of(a_ticker(), NOW) is None
    nothing = a_ticker(bid=-1.0, bidSize=0.0, ask=0.0, askSize=0.0, last=0.0, close=UNSET)
    assert quote_of(nothing, NOW) is None


@pytest.mark.parametrize("kind", [3, 4])
def test_a_delayed_quote_says_so(kind: int) -> None:
    found = quote_of(a_ticker(last=1.0, marketDataType=kind), NOW)
    assert found is not None
    assert found.delayed


def test_only_what_can_cost_less_than_nothing_has_a_negative_price() -> None:
    oil = ib.Contract(secType="FUT", conId=1, symbol="CL", localSymbol="CLK0", currency="USD")
    found = quote_of(a_ticker(oil, bid=-37.5, bidSize=2.0, last=-37.63), NOW)
    assert found is not None
    assert (found.bid, found.last) == (Decimal("-37.5"), Decimal("-37.63"))
    assert quote_of(a_ticker(bid=-37.5, bidSize=2.0, last=-1.0), NOW) is None


def computed(**greeks: Any) -> Any:
    said = {
        "tickAttrib": 0, "impliedVol": 0.21, "delta": -0.55, "optPrice": 13.5, "pvDividend": 0.5,
        "gamma": 0.012, "vega": 0.85, "theta": -0.09, "undPrice": 601.5,
    } | greeks  # fmt: skip
    return ib.OptionComputation(**said)


def test_greeks_are_the_models() -> None:
    found = greeks_of(a_ticker(CALL, modelGreeks=computed()), NOW)
    assert found is not None
    assert (found.delta, found.theta, found.vega) == (
        Decimal("-0.55"), Decimal("-0.09"), Decimal("0.85"),
    )  # fmt: skip
    assert (found.implied_volatility, found.underlying_price) == (Decimal("0.21"), Decimal("601.5"))
    assert (found.source, found.rho) == ("ibkr", None)


def test_greeks_that_were_not_computed_are_unknown() -> None:
    part = greeks_of(
        a_ticker(CALL, modelGreeks=computed(vega=-2.0, theta=-2.0, undPrice=-1.0)), NOW
    )
    assert part is not None
    assert part.vega is part.theta is part.underlying_price is None
    assert part.delta is not None
    none = dict.fromkeys(("delta", "gamma", "vega", "theta"), -2.0) | {
        "impliedVol": -1.0, "optPrice": -1.0, "undPrice": -1.0,
    }  # fmt: skip
    assert greeks_of(a_ticker(CALL, modelGreeks=computed(**none)), NOW) is None
    assert greeks_of(a_ticker(CALL), NOW) is None


def test_a_deep_put_may_lose_all_that_the_stock_gains() -> None:
    found = greeks_of(a_ticker(CALL, modelGreeks=computed(delta=-1.0)), NOW)
    assert found is not None
    assert found.delta == -1


@given(st.lists(numbers, min_size=9, max_size=9), st.sampled_from([AAPL, CALL]))
def test_quotes_and_greeks_never_hold_what_stands_for_no_value(
    said: list[float], contract: Any
) -> None:
    names = ("bid", "bidSize", "ask", "askSize", "last", "close")
    ticker = a_ticker(contract, **dict(zip(names, said, strict=False)))
    ticker.modelGreeks = ib.OptionComputation(0, *said[1:])
    quote, greeks = quote_of(ticker, NOW), greeks_of(ticker, NOW)
    for record in (quote, greeks):
        if record is not None:
            _is_sound(record)
    if quote is not None:
        assert all(
            price is None or price >= 0 for price in (quote.bid, quote.ask, quote.last, quote.close)
        )
    if greeks is not None:
        assert -2 not in {greeks.delta, greeks.gamma, greeks.theta, greeks.vega}


def test_right_is_read_however_it_is_written() -> None:
    found = instrument_of(dataclasses.replace(CALL, right="PUT", localSymbol=""))
    assert isinstance(found, EquityOption)
    assert found.right is Right.PUT
