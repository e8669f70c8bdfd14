"""What the broker answers about accounts, as records: our signs, our names, nothing lost."""

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.tastytrade.accounts import account_of
from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.balances import balances_of, snapshot_of
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.margin import TOTAL, requirements_of
from qm_tui.brokers.tastytrade.net_liq import nav_of
from qm_tui.brokers.tastytrade.notices import notices_of
from qm_tui.brokers.tastytrade.positions import marked, position_of, together
from qm_tui.brokers.tastytrade.rows import read
from qm_tui.domain.instruments import EquityOption, Future, FutureOption
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import Section, TaxTreatment

ACCOUNT = "5WX00001"
NOW = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)


def told(record: object, *names: str) -> tuple[Any, ...]:
    """Some fields of a record."""
    return tuple(getattr(record, name) for name in names)


def dashed(**fields: Any) -> Row:
    return {name.replace("_", "-"): value for name, value in fields.items()}


# --- accounts ----------------------------------------------------------------------------------


def account(**fields: Any) -> Row:
    inner = {
        "account-number": ACCOUNT, "account-type-name": "Individual", "margin-or-cash": "Margin",
        "nickname": "Main", "opened-at": "2021-03-26T02:31:41.070+00:00", "is-closed": False,
        "funding-date": "2021-04-07", "day-trader-status": False, "is-foreign": False,
        **dashed(**fields),
    }  # fmt: skip
    return {"account": inner, "authority-level": "owner"}


def test_an_account_is_read_with_all_that_is_said_of_it() -> None:
    found = account_of(account())
    info = found.info

    assert told(found, "number", "is_closed") == (ACCOUNT, False)
    # Opened in the evening of the day before, in New York.
    assert found.opened == info.opened == dt.date(2021, 3, 25)
    assert told(info, "account_type", "nickname") == ("Individual, margin", "Main")
    assert told(info, "base_currency", "tax_treatment") == ("USD", None)
    assert info.broker_specific is not None
    assert info.broker_specific["authority-level"] == "owner"
    assert info.broker_specific["day-trader-status"] == "false"


@pytest.mark.parametrize(
    ("said", "treatment"),
    [
        ("Roth IRA", TaxTreatment.ROTH), ("Beneficiary Roth IRA", TaxTreatment.ROTH),
        ("Traditional IRA", TaxTreatment.IRA), ("SEP IRA", TaxTreatment.IRA),
        ("Rollover IRA", TaxTreatment.IRA), ("Individual", None), ("Joint Tenants", None),
        ("Miramar Trust", None), (None, None),
    ],
)  # fmt: skip
def test_the_kind_of_account_says_how_it_is_taxed(said: str | None, treatment: Any) -> None:
    assert account_of(account(account_type_name=said)).info.tax_treatment == treatment


def test_a_bad_day_does_not_cost_the_account() -> None:
    found = account_of(account(funding_date="2021-03-82680", opened_at="some day"))
    assert told(found, "number", "opened") == (ACCOUNT, None)
    assert account_of(account(opened_at=None)).opened == dt.date(2021, 4, 7)
    assert account_of(account(opened_at=None, funding_date=None, created_at="2020-01-01")).opened


def test_a_closed_account_is_known_by_its_flag_or_its_day() -> None:
    closed = account_of(account(is_closed=True))
    assert (closed.is_closed, closed.info.closed) == (True, None)
    dated = account_of(account(is_closed=None, closed_at="2024-02-03T20:00:00Z"))
    assert (dated.is_closed, dated.info.closed) == (True, dt.date(2024, 2, 3))


@pytest.mark.parametrize("number", [None, "", "../../customers/me", "5WX 1", "a/b", {}, "é"])
def test_an_account_whose_number_could_be_none_is_refused(number: Any) -> None:
    with pytest.raises(BadRow):
        account_of(account(account_number=number))


def test_an_account_without_its_envelope_is_read_too() -> None:
    inner: Row = account()["account"]
    assert account_of(inner).number == ACCOUNT


# --- balances ----------------------------------------------------------------------------------


def test_every_number_is_a_balance_under_the_brokers_name() -> None:
    row = dashed(
        account_number=ACCOUNT, cash_balance="-51.5", net_liquidating_value=Decimal("543557.677"),
        pending_cash="500.0", pending_cash_effect="Debit", snapshot_date="2026-11-20",
        unsettled_cryptocurrency_fiat_amount="7", unsettled_cryptocurrency_fiat_effect="Debit",
        used_derivative_buying_power="NaN", updated_at="2026-11-20T17:00:00Z", a_new_value=3,
        something="words", currency="USD", buying_power_adjustment="2",
        buying_power_adjustment_effect="Credit",
    )  # fmt: skip
    found = {one.tag: one.value for one in balances_of(row, ACCOUNT, NOW)}

    assert found == {
        "cash-balance": Decimal("-51.5"), "net-liquidating-value": Decimal("543557.677"),
        "pending-cash": -500, "unsettled-cryptocurrency-fiat-amount": -7, "a-new-value": 3,
        "buying-power-adjustment": 2,
    }  # fmt: skip
    (first, *_) = balances_of(row, ACCOUNT, NOW)
    assert told(first, "account", "currency", "as_of") == (ACCOUNT, "USD", NOW)


def test_balances_that_cannot_be_read_are_refused() -> None:
    rows: list[Row] = [
        {}, {"net-liquidating-value": "much"}, {"cash-balance": []}, {"other": "words"},
    ]  # fmt: skip
    for row in rows:
        with pytest.raises(BadRow):
            balances_of(row, ACCOUNT, NOW)


def test_a_snapshot_is_the_value_at_the_close_of_its_day() -> None:
    row = dashed(
        snapshot_date="2026-07-01", net_liquidating_value="1000", cash_balance="100",
        long_equity_value="800", short_equity_value="50", long_derivative_value="200",
        short_derivative_value="50", time_of_day="EOD",
    )  # fmt: skip
    nav, *balances = snapshot_of(row, ACCOUNT)

    assert isinstance(nav, NavSummary)
    assert told(nav, "to_date", "total", "cash") == (dt.date(2026, 7, 1), 1000, 100)
    assert told(nav, "stock", "options", "bonds") == (750, 150, None)
    assert nav.as_of == dt.datetime(2026, 7, 1, 20, tzinfo=dt.UTC)
    assert {one.as_of for one in balances} == {nav.as_of}
    assert snapshot_of({**row, "snapshot-date": "2026-11-20"}, ACCOUNT)[0].as_of.hour == 21

    opening = snapshot_of({**row, "time-of-day": "BOD"}, ACCOUNT)
    assert all(isinstance(one, Balance) for one in opening)
    with pytest.raises(BadRow, match="snapshot-date"):
        snapshot_of({**row, "snapshot-date": None}, ACCOUNT)


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2026-11-20 14:30:00+00", TODAY), ("2026-11-21 02:30:00+00", TODAY),
        ("2026-11-20 00:00:00+00", TODAY), ("2026-11-21 00:00:00+00", TODAY),
        ("2026-11-20T21:00:00.000Z", TODAY),
    ],
)  # fmt: skip
def test_a_value_over_time_belongs_to_its_day(time: str, day: dt.date) -> None:
    found = nav_of({"time": time, "total-close": "4498.667", "close": "1"}, ACCOUNT)
    assert told(found, "to_date", "total", "cash") == (day, Decimal("4498.667"), None)


def test_a_value_without_time_or_number_is_refused() -> None:
    good = {"time": "2026-11-20 14:30:00+00", "total-close": "1"}
    for name in good:
        with pytest.raises(BadRow, match=name):
            nav_of({**good, name: None}, ACCOUNT)


# --- positions ---------------------------------------------------------------------------------


def held(**fields: Any) -> Row:
    return {
        "account-number": ACCOUNT, "symbol": "AAPL", "instrument-type": "Equity",
        "underlying-symbol": "AAPL", "quantity": "100", "quantity-direction": "Long",
        "close-price": "282.48", "average-open-price": "200.0", "multiplier": 1,
        "average-daily-market-close-price": "280.0", "mark-price": "285.5", "mark": "28550.0",
        "cost-effect": "Credit", "is-frozen": False, "restricted-quantity": "10.0",
        "realized-day-gain": "12.5", "realized-day-gain-effect": "Debit",
        "realized-day-gain-date": "2026-11-20", "realized-today": "40",
        "realized-today-effect": "Credit", "realized-today-date": "2026-11-20",
        **dashed(**fields),
    }  # fmt: skip


def position(**fields: Any) -> Position:
    return position_of(held(**fields), ACCOUNT, NOW, Instruments())


PUT = {
    "symbol": "SPY   261218P00602500", "instrument_type": "Equity Option",
    "underlying_symbol": "SPY", "multiplier": 100, "expires_at": "2026-12-18T21:00:00Z",
}  # fmt: skip


def test_a_long_position_is_valued_at_the_mark() -> None:
    found = position()
    assert told(found, "quantity", "market_price") == (100, Decimal("285.5"))
    assert told(found, "average_cost", "cost_basis") == (200, 20_000)
    assert told(found, "market_value", "unrealized_pnl") == (28_550, 8_550)
    # -12.5 of what was closed, and 5.5 each since yesterday.
    assert told(found, "daily_pnl", "realized_pnl") == (Decimal("537.5"), 40)
    assert found.currency == "USD"
    assert found.broker_specific is not None
    assert found.broker_specific["restricted-quantity"] == "10.0"


def test_an_average_price_of_nothing_is_a_cost_that_the_broker_does_not_know() -> None:
    found = position(average_open_price="0.0")
    assert told(found, "average_cost", "cost_basis", "unrealized_pnl") == (None, None, None)
    assert found.market_value == 28_550


def test_several_rows_of_one_instrument_are_one_position() -> None:
    rows = [position(), position(quantity="7", quantity_direction="Short"), position(symbol="KO")]
    apple, other = together(rows)
    assert told(apple, "quantity", "market_value") == (93, 93 * Decimal("285.5"))
    assert told(apple, "cost_basis", "average_cost") == (93 * 200, 200)
    assert other is rows[2]


def test_a_short_position_has_a_negative_quantity_cost_and_value() -> None:
    found = position(
        **PUT, quantity=40, quantity_direction="Short", average_open_price="0.79",
        mark_price="0.41", average_daily_market_close_price="0.45", realized_day_gain="0.0",
    )  # fmt: skip
    assert isinstance(found.instrument, EquityOption)
    assert told(found, "quantity", "cost_basis", "market_value") == (-40, -3160, -1640)
    assert told(found, "unrealized_pnl", "daily_pnl") == (1520, 160)


def test_a_position_that_was_closed_has_no_quantity() -> None:
    for said in ({"quantity": "0", "quantity_direction": "Zero"}, {"quantity_direction": "Zero"}):
        found = position(**said)
        assert told(found, "quantity", "market_value", "daily_pnl") == (0, 0, Decimal("-12.5"))
    assert position(quantity="0", quantity_direction=None).quantity == 0


@pytest.mark.parametrize(
    ("marks", "price"),
    [
        ({"mark_price": "286", "mark": "1"}, "286"),
        ({"mark_price": None, "mark": "28550"}, "285.5"),
        ({"mark_price": None, "mark": "-28550", "close_price": None}, None),
        ({"mark_price": None, "mark": "284"}, "284"),
        ({"mark_price": "NaN", "mark": "NaN"}, "282.48"),
        ({"mark_price": None, "mark": None, "close_price": None}, None),
        ({"mark_price": None, "mark": "284", "quantity": "1"}, "284"),
    ],
)
def test_the_price_is_the_mark_of_one_unit_else_the_last_close(
    marks: dict[str, Any], price: str | None
) -> None:
    found = position(**marks)
    assert found.market_price == (None if price is None else Decimal(price))
    if price is None:
        assert told(found, "market_value", "unrealized_pnl", "daily_pnl") == (None, None, None)


def test_what_was_realized_on_nobody_knows_which_day_leaves_the_day_unknown() -> None:
    assert position(realized_day_gain_date=None).daily_pnl is None
    assert position(realized_day_gain_date=None, realized_day_gain="0.0").daily_pnl == 550


def test_what_was_realized_on_another_day_is_not_of_today() -> None:
    found = position(realized_day_gain_date="2026-11-19", realized_today_date="2026-11-19")
    assert told(found, "daily_pnl", "realized_pnl") == (550, None)
    assert position(average_daily_market_close_price=None).daily_pnl == Decimal("289.5")


def test_an_option_on_a_future_that_nobody_has_described_yet_has_no_value() -> None:
    unheard_of = {
        "symbol": "./XYZZ6 ABCX6 261120P5800", "instrument_type": "Future Option",
        "underlying_symbol": "/XYZZ6", "multiplier": "1.0",
    }  # fmt: skip

    found = position(**unheard_of)

    assert told(found, "average_cost", "market_price") == (200, Decimal("285.5"))
    for one in (found, marked(found, Decimal(300), NOW, TODAY)):
        assert told(one, "cost_basis", "market_value", "unrealized_pnl", "daily_pnl") == (None,) * 4


def test_futures_and_options_on_them_count_their_multiplier() -> None:
    instruments = Instruments()
    future = held(
        symbol="/ESZ6", instrument_type="Future", underlying_symbol="/ESZ6", quantity=2,
        multiplier=Decimal("50.0"), mark_price="5810", average_open_price="5800",
        expires_at="2026-12-18T14:30:00Z",
    )  # fmt: skip
    option = held(
        symbol="./ESZ6 E3AX6 261120P5800", instrument_type="Future Option", multiplier=1,
        underlying_symbol="/ESZ6", quantity=1, mark_price="10", average_open_price="8",
    )  # fmt: skip
    outright = position_of(future, ACCOUNT, NOW, instruments)
    put = position_of(option, ACCOUNT, NOW, instruments)

    assert isinstance(outright.instrument, Future)
    assert told(outright.instrument, "symbol", "expiry") == (
        "ESZ6",
        dt.date(2026, 12, 18),
    )
    assert outright.unrealized_pnl == 1000
    assert isinstance(put.instrument, FutureOption)
    assert told(put, "market_value", "unrealized_pnl") == (500, 100)
    assert instruments.streamer(outright.instrument) == "/ESZ26:XCME"
    again = position_of(future, ACCOUNT, NOW, instruments)
    assert again.instrument is position_of(future, ACCOUNT, NOW, instruments).instrument


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbol": None}, {"quantity": None}, {"quantity": "many"}, {"quantity": "Infinity"},
        {"quantity_direction": None}, {"quantity_direction": "Sideways"},
        {"average_open_price": "cheap"}, {"mark_price": {}}, {"multiplier": "x"},
        {"realized_day_gain_effect": "Loss"}, {"realized_day_gain_date": "today"},
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_read_costs_only_itself(wrong: dict[str, Any]) -> None:
    instruments = Instruments()
    rows = [held(), held(**wrong), held(symbol="MSFT")]
    found = read(
        Section.POSITIONS,
        [Item(row, 0, 0) for row in rows],
        lambda row, _: position_of(row, ACCOUNT, NOW, instruments),
        account=ACCOUNT,
    )
    assert [one.instrument.symbol for one in found.records] == ["AAPL", "MSFT"]
    assert [row.document_row for row in found.refused] == [1]


def test_a_bad_moment_of_expiry_does_not_cost_the_position() -> None:
    assert position(expires_at="never").quantity == 100


def test_another_price_changes_what_follows_from_the_price() -> None:
    before = position()
    later = dt.datetime(2026, 11, 20, 17, 1, tzinfo=dt.UTC)
    after = marked(before, Decimal("286.5"), later, TODAY)

    assert told(after, "market_price", "as_of") == (Decimal("286.5"), later)
    assert told(after, "market_value", "unrealized_pnl") == (28_650, 8_650)
    assert after.daily_pnl == Decimal("637.5")
    assert told(after, "realized_pnl", "cost_basis") == (before.realized_pnl, before.cost_basis)
    assert after.instrument is before.instrument


def test_a_position_without_a_price_gets_its_gains_with_the_first_one() -> None:
    before = position(mark_price=None, mark=None, close_price=None)
    assert before.daily_pnl is None
    assert marked(before, Decimal("285.5"), NOW, TODAY).daily_pnl == Decimal("537.5")
    no_basis = position(
        mark_price=None, mark=None, close_price=None, average_daily_market_close_price=None
    )
    assert marked(no_basis, Decimal(1), NOW, TODAY).daily_pnl is None


def test_the_gain_of_the_day_ends_with_the_day() -> None:
    tomorrow = dt.datetime(2026, 11, 21, 5, 1, tzinfo=dt.UTC)
    first = marked(position(), Decimal("286.5"), tomorrow, dt.date(2026, 11, 21))
    second = marked(first, Decimal("287.5"), tomorrow, dt.date(2026, 11, 21))
    assert (first.daily_pnl, second.daily_pnl) == (None, None)
    assert second.market_value == 28_750


@given(
    prices=st.lists(st.decimals("-1000", "100000", places=4), min_size=1, max_size=8),
    quantity=st.integers(1, 10**9),
    direction=st.sampled_from(["Long", "Short"]),
)
def test_marking_many_times_is_marking_once(
    prices: list[Decimal], quantity: int, direction: str
) -> None:
    before = position(**PUT, quantity=quantity, quantity_direction=direction)
    found = before
    for price in prices:
        found = marked(found, price, NOW, TODAY)
    assert found == marked(before, prices[-1], NOW, TODAY)
    stated = position(
        **PUT, quantity=quantity, quantity_direction=direction, mark_price=str(prices[-1])
    )
    assert found == stated


# --- margin ------------------------------------------------------------------------------------


def required(**fields: Any) -> Row:
    return dashed(
        **{
            "margin_requirement": "300", "margin_requirement_effect": "Debit",
            "initial_requirement": "400", "initial_requirement_effect": "Debit",
            "maintenance_requirement": "350.5", "maintenance_requirement_effect": "Debit",
            **fields,
        }
    )  # fmt: skip


def test_margin_is_told_for_the_account_and_for_each_underlying() -> None:
    instruments = Instruments()
    data = {
        "account-number": ACCOUNT, **required(description="Total"),
        "groups": [
            required(underlying_symbol="BRK/B", underlying_type="Equity", code="BRK/B"),
            {},
            required(underlying_symbol="/ES", underlying_type="Future", groups=[{"a": 1}]),
            required(underlying_symbol="/ESZ6", underlying_type="Future"),
            required(code="GLD", initial_requirement=None, buying_power="12",
                     maintenance_requirement_effect="Credit"),
        ],
    }  # fmt: skip
    found, refused = requirements_of(data, ACCOUNT, NOW, instruments)

    assert refused == ()
    assert {one.underlying_symbol: told(one, "initial", "maintenance") for one in found} == {
        TOTAL: (400, Decimal("350.5")), "BRK B": (400, Decimal("350.5")),
        "ES": (400, Decimal("350.5")), "ESZ6": (400, Decimal("350.5")),
        "GLD": (300, Decimal("-350.5")),
    }  # fmt: skip
    by_name = {one.underlying_symbol: one for one in found}
    assert by_name["BRK B"].instrument is instruments.of("BRK/B", "Equity")
    assert by_name["ES"].instrument is None
    assert by_name["GLD"].broker_specific == {"code": "GLD", "buying-power": "12"}


def test_a_group_that_cannot_be_read_costs_only_itself() -> None:
    data = {
        **required(),
        "groups": [
            required(), None, required(code="A", initial_requirement="x"), required(code="B"),
        ],
    }  # fmt: skip
    found, refused = requirements_of(data, ACCOUNT, NOW, Instruments())
    assert [one.underlying_symbol for one in found] == [TOTAL, "B"]
    assert [row.document_row for row in refused] == [0, 1, 2]
    for wrong in (required(initial_requirement="x"), {**required(), "groups": "none"}):
        with pytest.raises(BadRow):
            requirements_of(wrong, ACCOUNT, NOW, Instruments())
    with pytest.raises(BadRow, match="another account"):
        requirements_of({"account-number": "5WX9"}, ACCOUNT, NOW, Instruments())
    assert len(requirements_of(required(), ACCOUNT, NOW, Instruments())[0]) == 1


# --- notices -----------------------------------------------------------------------------------


def test_an_account_in_order_has_nothing_to_tell() -> None:
    status = dashed(
        account_number=ACCOUNT, is_closed=False, is_frozen=False, is_in_margin_call=None,
        is_futures_closing_only=True, is_futures_enabled=False, is_full_equity_margin_required=True,
        are_far_otm_net_options_restricted=True, day_trade_count=0,
    )  # fmt: skip
    assert notices_of(status, ACCOUNT, NOW) == ()


@pytest.mark.parametrize(
    ("flag", "kind", "part"),
    [
        ("is-closed", "restriction", "closed"),
        ("is-frozen", "restriction", "frozen"),
        ("is-closing-only", "restriction", "only orders that close positions"),
        ("is-risk-reducing-only", "restriction", "reduce the risk"),
        ("is-in-margin-call", "warning", "margin call"),
        ("is-in-day-trade-equity-maintenance-call", "warning", "day-trade"),
        ("is-pattern-day-trader", "information", "pattern day trader"),
        ("is-futures-closing-only", "restriction", "futures"),
        ("is-cryptocurrency-closing-only", "restriction", "digital assets"),
        ("is-moon-closing-only", "restriction", "is-moon-closing-only"),
        ("is-in-house-call", "warning", "is-in-house-call"),
    ],
)
def test_what_holds_for_an_account_is_told_in_a_sentence(flag: str, kind: str, part: str) -> None:
    (found,) = notices_of({flag: True}, ACCOUNT, NOW)
    assert told(found, "account", "kind", "noticed_at") == (ACCOUNT, kind, NOW)
    assert part in found.message
    assert found.message.endswith(".")


def test_a_status_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadRow, match="is-frozen"):
        notices_of({"is-frozen": "a bit"}, ACCOUNT, NOW)
    with pytest.raises(BadRow):
        notices_of({"account-number": "5WX9"}, ACCOUNT, NOW)
    (found,) = notices_of({"is-pattern-day-trader": True, "pdt-reset-on": "?"}, ACCOUNT, NOW)
    assert found.message.endswith("trader's.")
    (found,) = notices_of(
        {"is-pattern-day-trader": True, "pdt-reset-on": "2026-12-01"}, ACCOUNT, NOW
    )
    assert "until 2026-12-01" in found.message
    (found,) = notices_of({"is-\x1b[1mbold\nonly-call": True}, ACCOUNT, NOW)
    assert found.message.isprintable()


# --- public payloads ---------------------------------------------------------------------------


def samples() -> Path | None:
    """Public payloads, where the environment says where they lie; they are not copied here."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    found = Path(folder).parent / "samples" / "austinbspencer__tasty-go" if folder else None
    return found if found is not None and found.is_dir() else None


SAMPLES = samples()

if SAMPLES is not None:

    def sample(name: str) -> Any:
        """What stands under `data` of a payload."""
        assert SAMPLES is not None
        written = (SAMPLES / f"{name}.json").read_text("utf-8")
        return json.loads(written, parse_float=Decimal)["data"]

    NUMBER = "5YZ55555"

    def test_public_accounts_are_all_read() -> None:
        found = [account_of(item) for item in sample("accounts__myAccountsResp")["items"]]
        assert [one.number for one in found] == ["5YZ55555", "5WW55555", "5WZ55555"]
        assert [one.info.account_type for one in found] == [
            "Roth IRA, cash", "Individual, margin", "Individual, cash",
        ]  # fmt: skip
        assert [one.opened for one in found] == [
            dt.date(2022, 10, 27), dt.date(2021, 3, 26), dt.date(2019, 12, 27),
        ]  # fmt: skip
        assert found[0].info.tax_treatment is TaxTreatment.ROTH

    def test_public_balances_and_snapshots_are_read() -> None:
        row = sample("accounts__accountBalancesResp")
        written = {
            name: Decimal(said) for name, said in row.items()
            if name not in {"account-number", "snapshot-date", "updated-at"}
            and not name.endswith("-effect")
        }  # fmt: skip
        assert {one.tag: one.value for one in balances_of(row, NUMBER, NOW)} == written
        nav, *balances = snapshot_of(sample("accounts__balanceSnapshotsResp")["items"][0], NUMBER)
        assert isinstance(nav, NavSummary)
        assert told(nav, "to_date", "total") == (dt.date(2023, 6, 8), Decimal("4544.727"))
        assert len(balances) == len(written)

    def test_public_values_over_time_are_read() -> None:
        found = [nav_of(row, NUMBER) for row in sample("accounts__netLiqHistoryResp")["items"]]
        assert {one.to_date for one in found} == {dt.date(2023, 6, 8)}
        assert found[-1].total == Decimal("4507.5383")

    def test_a_public_position_is_read() -> None:
        (row,) = sample("accounts__accountPositionsResp")["items"]
        at = dt.datetime(2023, 6, 8, 17, tzinfo=dt.UTC)
        found = position_of(row, NUMBER, at, Instruments())
        assert told(found, "quantity", "cost_basis", "market_value") == (-40, -3160, -1640)
        assert told(found, "unrealized_pnl", "daily_pnl", "realized_pnl") == (1520, 0, None)

    def test_public_margin_and_status_are_read() -> None:
        found, refused = requirements_of(
            sample("margin__marginReqResp"), NUMBER, NOW, Instruments()
        )
        assert refused == ()
        assert {one.underlying_symbol: one.maintenance for one in found} == {
            TOTAL: Decimal("432457.79"), "AMD": Decimal("39653.49"), "RIVN": Decimal("56000.0"),
        }  # fmt: skip
        assert notices_of(sample("accounts__accountTradingStatusResp"), NUMBER, NOW) == ()
