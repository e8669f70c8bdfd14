"""Cash, interest, dividends due, transfers, option events, corporate actions, reference data."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.domain.records import (
    CashTransaction,
    CorporateAction,
    DividendAccrual,
    Fact,
    FxRate,
    InstrumentInfo,
    MarginInterest,
    OptionEvent,
    Transfer,
    TransferLot,
)
from qm_tui.domain.reported import OtherRow, StatementLine
from qm_tui.domain.words import CashType, CorporateActionType, OptionEventType, TransferDirection
from tests.brokers.ibkr.flex_builder import (
    STOCK,
    Found,
    document,
    read,
    row,
    section,
    statement,
)

CASH = {
    **STOCK, "accountId": "U1", "type": "Dividends", "amount": "3.56",
    "dateTime": "20260105;202000", "settleDate": "20260106", "reportDate": "20260105",
    "description": "AAPL CASH DIVIDEND (Ordinary Dividend)", "transactionID": "5001",
    "actionID": "77", "levelOfDetail": "DETAIL",
}  # fmt: skip


def one_section(folder: Path, name: str, *rows: str) -> Found:
    return read(folder, document(statement(section(name, *rows))))


def cash(folder: Path, **attributes: str) -> CashTransaction:
    found = one_section(folder, "CashTransactions", row("CashTransaction", CASH, attributes))
    return found.one(CashTransaction)


def test_money_that_moved_is_told_with_its_reason(tmp_path: Path) -> None:
    found = cash(tmp_path)
    assert (found.type, found.broker_type) == (CashType.DIVIDEND, "Dividends")
    assert (found.amount, found.currency) == (Decimal("3.56"), "USD")
    assert found.date == dt.date(2026, 1, 5)
    assert found.occurred_at == dt.datetime(2026, 1, 6, 1, 20, tzinfo=dt.UTC)
    assert found.instrument is not None
    assert found.instrument.symbol == "AAPL"
    assert found.instrument.description is None, "the text is the movement's"
    assert (found.key, found.broker_id, found.action_id) == ("TX:5001", "5001", "77")


@pytest.mark.parametrize(
    ("said", "amount", "kind"),
    [
        ("Dividends", "1", CashType.DIVIDEND),
        ("Payment In Lieu Of Dividends", "1", CashType.PAYMENT_IN_LIEU),
        ("Withholding Tax", "-1", CashType.WITHHOLDING_TAX),
        ("871(m) Withholding", "-1", CashType.WITHHOLDING_TAX),
        ("Broker Interest Received", "1", CashType.INTEREST_RECEIVED),
        ("Broker Interest Paid", "-1", CashType.INTEREST_PAID),
        ("Bond Interest Received", "1", CashType.INTEREST_RECEIVED),
        ("Bond Interest Paid", "-1", CashType.INTEREST_PAID),
        ("Deposits/Withdrawals", "10000", CashType.DEPOSIT),
        ("Deposits & Withdrawals", "-10000", CashType.WITHDRAWAL),
        ("Other Fees", "-1", CashType.FEE),
        ("Commission Adjustments", "1", CashType.COMMISSION_ADJUSTMENT),
        ("Price Adjustments", "1", CashType.PRICE_ADJUSTMENT),
    ],
)
def test_every_reason_has_its_kind(tmp_path: Path, said: str, amount: str, kind: CashType) -> None:
    text = row("CashTransaction", CASH, type=said, amount=amount)
    found = one_section(tmp_path, "CashTransactions", text)
    assert found.one(CashTransaction).type is kind
    assert found.novelties == []


def test_a_reason_that_is_not_known_is_kept_and_told(tmp_path: Path) -> None:
    found = one_section(tmp_path, "CashTransactions", row("CashTransaction", CASH, type="Gift"))
    assert found.one(CashTransaction).type is CashType.OTHER
    assert found.places("value") == {"CashTransactions/CashTransaction@type": "Gift"}


def test_sums_of_cash_are_no_facts_beside_their_details(tmp_path: Path) -> None:
    total = row("CashTransaction", CASH, accountId="-", transactionID="", levelOfDetail="SUMMARY")
    found = one_section(tmp_path, "CashTransactions", total, row("CashTransaction", CASH))
    assert found.one(CashTransaction).key == "TX:5001"
    assert found.warnings == []


def test_sums_of_cash_alone_are_kept_but_are_no_facts_either(tmp_path: Path) -> None:
    total = row("CashTransaction", CASH, accountId="-", transactionID="", levelOfDetail="SUMMARY")
    found = one_section(tmp_path, "CashTransactions", total, total)
    assert [type(record) for record in found.records] == [OtherRow, OtherRow]
    assert found.records[0].account == "U1"
    (warning,) = found.warnings
    assert "Tick Detail" in warning
    assert found.novelties == []


@pytest.mark.parametrize(
    ("name", "tag", "said"),
    [
        ("CashTransactions", "CashTransaction", {"type": "Dividends", "amount": "24"}),
        ("CashTransactions", "CashTransaction", {"description": "", "amount": "24"}),
        ("ChangeInDividendAccruals", "ChangeInDividendAccrual", {"grossAmount": "24"}),
        ("StmtFunds", "StatementOfFundsLine", {"amount": "24", "activityCode": "DIV"}),
        ("OptionEAE", "OptionEAE", {"transactionType": "Assignment", "quantity": "1"}),
        ("OptionEAE", "OptionEAE", {"transactionType": "Assignment", "tradeID": "9"}),
        ("CorporateActions", "CorporateAction", {"quantity": "3"}),
        ("Transfers", "Transfer", {"direction": "IN", "quantity": "3"}),
        ("Transfers", "TransferLot", {"direction": "IN", "quantity": "3"}),
    ],
)
def test_a_query_that_ticks_conid_later_finds_the_same_facts(
    tmp_path: Path, name: str, tag: str, said: dict[str, str]
) -> None:
    full = {**STOCK, "accountId": "U1", "date": "20260105", "dateTime": "20260105", **said}
    fewer = {key: value for key, value in full.items() if key not in {"conid", "isin"}}
    one, other = (one_section(tmp_path, name, row(tag, s)).records[0] for s in (full, fewer))
    assert isinstance(one, Fact)
    assert isinstance(other, Fact)
    assert one.key == other.key


def test_equal_movements_without_ids_stay_two(tmp_path: Path) -> None:
    fee = row("CashTransaction", CASH, transactionID="", type="Other Fees", amount="-1")
    found = one_section(tmp_path, "CashTransactions", fee, fee)
    assert len({c.key for c in found.all(CashTransaction)}) == 2


def test_a_movement_without_a_currency_is_refused(tmp_path: Path) -> None:
    found = one_section(tmp_path, "CashTransactions", row("CashTransaction", CASH, currency=""))
    assert found.refused[0].field == "currency"


def test_interest_is_told_by_period_and_by_tier(tmp_path: Path) -> None:
    accrual = {
        "accountId": "U1", "fromDate": "20260101", "toDate": "20260131",
        "startingAccrualBalance": "-11.5", "interestAccrued": "-7", "accrualReversal": "6",
        "endingAccrualBalance": "-12.5", "fxTranslation": "0",
    }  # fmt: skip
    tier = {
        "accountId": "U1", "currency": "USD", "interestType": "Debit Interest",
        "valueDate": "20260115", "tierBreak": "0 - 100,000", "totalPrincipal": "-1,000.50",
        "rate": "5.83", "totalInterest": "-0.16", "fxRateToBase": "1", "marginBalance": "2",
    }  # fmt: skip
    found = read(
        tmp_path,
        document(
            statement(
                section(
                    "InterestAccruals",
                    row("InterestAccrualsCurrency", accrual, currency="USD"),
                    row("InterestAccrualsCurrency", accrual, currency="BASE_SUMMARY"),
                ),
                section("TierInterestDetails", row("TierInterestDetail", tier)),
            )
        ),
    )
    usd, base, debit = found.all(MarginInterest)
    assert (usd.type, usd.currency, usd.accrued) == ("accrual", "USD", Decimal(-7))
    assert (usd.starting_balance, usd.reversal) == (Decimal("-11.5"), Decimal(6))
    assert usd.key == "IA:USD:2026-01-01:2026-01-31"
    assert (base.type, base.currency) == ("accrual_base_summary", "BASE")
    assert (debit.type, debit.tier) == ("Debit Interest", "0 - 100,000")
    assert (debit.principal, debit.rate) == (Decimal("-1000.50"), Decimal("5.83"))
    assert (debit.accrued, debit.from_date) == (Decimal("-0.16"), dt.date(2026, 1, 15))
    assert found.novelties == []


TRANSFER = {
    **STOCK, "accountId": "U1", "type": "ACATS", "direction": "IN", "date": "20260110",
    "company": "HOOLI", "account": "12345", "quantity": "100", "transferPrice": "0",
    "positionAmount": "1000", "cashTransfer": "0",
}  # fmt: skip


def transfer(folder: Path, **attributes: str) -> Transfer:
    return one_section(folder, "Transfers", row("Transfer", TRANSFER, attributes)).one(Transfer)


def test_a_transfer_has_a_direction_and_an_unknown_cost(tmp_path: Path) -> None:
    found = transfer(tmp_path)
    assert (found.direction, found.quantity) == (TransferDirection.IN, Decimal(100))
    assert (found.market_value, found.price, found.cost_basis) == (Decimal(1000), None, None)
    assert (found.counterparty, found.counterparty_account) == ("HOOLI", "12345")
    assert found.cash_amount is None


@pytest.mark.parametrize(
    ("direction", "stated", "signed"),
    [("IN", "100", 100), ("IN", "-100", -100), ("OUT", "100", -100), ("OUT", "-100", -100)],
)
def test_what_goes_out_is_negative(
    tmp_path: Path, direction: str, stated: str, signed: int
) -> None:
    found = transfer(tmp_path, direction=direction, quantity=stated)
    assert found.quantity == signed
    assert found.market_value is not None
    assert found.market_value * signed > 0


def test_a_transfer_of_cash_has_no_instrument(tmp_path: Path) -> None:
    found = transfer(
        tmp_path, assetCategory="CASH", symbol="--", conid="", isin="", quantity="0",
        direction="OUT", cashTransfer="-250", description="TRANSFER OUT", positionAmount="0",
    )  # fmt: skip
    assert (found.instrument, found.quantity, found.cash_amount) == (None, None, Decimal(-250))


def test_a_transfer_that_says_nothing_is_refused(tmp_path: Path) -> None:
    found = one_section(tmp_path, "Transfers", row("Transfer", levelOfDetail="TRANSFER"))
    assert len(found.refused) == 1


def test_the_lots_of_a_transfer_explain_it(tmp_path: Path) -> None:
    said = {"quantity": "60", "openDateTime": "20200105;093000", "code": "LT"}
    parts = row("TransferLot", TRANSFER, said)
    inside = row("Transfer", TRANSFER, transactionID="9")[:-2] + f">{parts}</Transfer>"
    for rows in ((inside,), (row("Transfer", TRANSFER, transactionID="9"), parts)):
        found = one_section(tmp_path, "Transfers", *rows)
        lot = found.one(TransferLot)
        assert (lot.transfer_key, lot.quantity) == ("TX:9", Decimal(60))
        assert lot.acquisition_date == dt.date(2020, 1, 5)
        assert found.one(Transfer).quantity == 100


def test_the_end_of_an_option_is_classified(tmp_path: Path) -> None:
    said = {
        **STOCK, "assetCategory": "OPT", "symbol": "VXX   110805C00020000", "multiplier": "100",
        "accountId": "U1", "date": "20260105", "quantity": "20", "tradePrice": "0.0000",
        "costBasis": "21,792.73", "commisionsAndTax": "0.00", "tradeID": "2001",
    }  # fmt: skip
    kinds = ("Assignment", "Exercise", "Expiration", "Cash Settlement", "Buy", "Sell", "Vanished")
    rows = [row("OptionEAE", said, transactionType=kind) for kind in kinds]
    found = one_section(tmp_path, "OptionEAE", *rows)
    events = found.all(OptionEvent)
    assert [event.type for event in events] == [
        OptionEventType.ASSIGNMENT, OptionEventType.EXERCISE, OptionEventType.EXPIRATION,
        OptionEventType.CASH_SETTLEMENT, OptionEventType.DELIVERY, OptionEventType.DELIVERY,
        OptionEventType.OTHER,
    ]  # fmt: skip
    assert [event.quantity for event in events] == [20, 20, 20, 20, 20, -20, 20]
    assert events[0].cost_basis == Decimal("21792.73")
    assert len({event.key for event in events}) == len(kinds)
    assert found.places("value") == {"OptionEAE/OptionEAE@transactionType": "Vanished"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("FS", CorporateActionType.SPLIT), ("RS", CorporateActionType.REVERSE_SPLIT),
        ("FI", CorporateActionType.SPLIT), ("SD", CorporateActionType.STOCK_DIVIDEND),
        ("SO", CorporateActionType.SPIN_OFF), ("TC", CorporateActionType.MERGER),
        ("TO", CorporateActionType.TENDER), ("RI", CorporateActionType.RIGHTS),
        ("IC", CorporateActionType.SYMBOL_CHANGE), ("DW", CorporateActionType.DELISTING),
        ("BM", CorporateActionType.OTHER),
    ],
)  # fmt: skip
def test_every_code_of_an_action_has_its_kind(
    tmp_path: Path, code: str, kind: CorporateActionType
) -> None:
    said = {
        **STOCK, "accountId": "U1", "type": code, "dateTime": "20260105;202500",
        "reportDate": "20260106", "quantity": "300", "amount": "0", "actionID": "8",
        "transactionID": "9", "description": "AAPL SPLIT 4 FOR 1",
    }  # fmt: skip
    found = one_section(tmp_path, "CorporateActions", row("CorporateAction", said))
    action = found.one(CorporateAction)
    assert (action.type, action.broker_type, action.quantity) == (kind, code, Decimal(300))
    assert (action.date, action.report_date) == (dt.date(2026, 1, 5), dt.date(2026, 1, 6))
    assert (action.action_id, action.key) == ("8", "TX:9")
    assert found.novelties == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SPLIT 4 FOR 1 (AAPL, APPLE INC, US0378331005)", CorporateActionType.SPLIT),
        ("SPLIT 1 FOR 10 (AAPL, APPLE INC, US0378331005)", CorporateActionType.REVERSE_SPLIT),
        ("TENDERED TO US0378331005 1 FOR 1 (A, A INC, 1)", CorporateActionType.TENDER),
        ("MERGED(Acquisition) WITH US0378331005 1 FOR 5 (A, A, 1)", CorporateActionType.MERGER),
        ("SPINOFF  1 FOR 20 (B, B INC, 1)", CorporateActionType.SPIN_OFF),
        ("STOCK DIVIDEND US0378331005 2 FOR 100 (A, A, 1)", CorporateActionType.STOCK_DIVIDEND),
        ("SUBSCRIBABLE RIGHTS ISSUE  1 FOR 1 (A.RTS, A, 1)", CorporateActionType.RIGHTS),
        ("CUSIP/ISIN CHANGE TO (US0378331005) (A, A, 1)", CorporateActionType.SYMBOL_CHANGE),
        ("NAME CHANGE TO A INC (A, A, 1)", CorporateActionType.SYMBOL_CHANGE),
        ("DELISTED (A, A, 1)", CorporateActionType.DELISTING),
        ("DOES NOTHING (M, MERGED SPINOFF INC, 1)", CorporateActionType.OTHER),
        ("", CorporateActionType.OTHER),
    ],
)
def test_an_action_of_a_query_without_types_is_told_by_its_text(
    tmp_path: Path, text: str, kind: CorporateActionType
) -> None:
    said = {
        **STOCK, "accountId": "U1", "dateTime": "20260105;202500", "quantity": "300",
        "transactionID": "9", "description": f"AAPL(US0378331005) {text}",
    }  # fmt: skip
    action = one_section(tmp_path, "CorporateActions", row("CorporateAction", said)).one(
        CorporateAction
    )
    assert (action.type, action.broker_type) == (kind, None)


def test_sums_of_actions_and_of_transfers_are_kept_but_are_no_facts(tmp_path: Path) -> None:
    action = {**STOCK, "accountId": "U1", "type": "FS", "reportDate": "20260106", "quantity": "3"}
    found = read(
        tmp_path,
        document(
            statement(
                section(
                    "CorporateActions", row("CorporateAction", action, levelOfDetail="SUMMARY")
                ),
                section("Transfers", row("Transfer", TRANSFER, levelOfDetail="SUMMARY")),
            )
        ),
    )
    assert [type(record) for record in found.records] == [OtherRow, OtherRow]


def test_a_line_of_the_statement_of_funds_keeps_its_level(tmp_path: Path) -> None:
    said = {
        "accountId": "U1", "currency": "EUR", "date": "20260105", "activityCode": "DINT",
        "activityDescription": "USD Debit Interest", "debit": "-6.77", "credit": "", "amount": "",
        "balance": "-6.77", "transactionID": "5",
    }  # fmt: skip
    rows = [
        row("StatementOfFundsLine", said, levelOfDetail=level)
        for level in ("BaseCurrency", "Currency")
    ]
    lines = one_section(tmp_path, "StmtFunds", *rows).all(StatementLine)
    assert [line.level for line in lines] == ["BaseCurrency", "Currency"]
    assert [line.amount for line in lines] == [Decimal("-6.77")] * 2
    assert len({line.key for line in lines}) == 2


def test_dividends_due_are_restated_and_their_changes_are_facts(tmp_path: Path) -> None:
    said = {
        **STOCK, "accountId": "U1", "date": "20260105", "exDate": "20260106",
        "payDate": "20260120", "quantity": "100", "tax": "1.5", "fee": "0", "grossRate": "0.1",
        "grossAmount": "10", "netAmount": "8.5", "code": "Po",
    }  # fmt: skip
    change = row("ChangeInDividendAccrual", said)
    reversal = row("ChangeInDividendAccrual", said, code="Re", grossAmount="-10", netAmount="-8.5")
    changes = one_section(tmp_path, "ChangeInDividendAccruals", change, reversal)
    assert [a.kind for a in changes.all(DividendAccrual)] == ["change", "change"]
    assert len({a.key for a in changes.all(DividendAccrual)}) == 2
    due = [
        one_section(
            tmp_path, "OpenDividendAccruals", row("OpenDividendAccrual", said, quantity=held)
        ).one(DividendAccrual)
        for held in ("100", "200")
    ]
    assert due[0].kind == "open"
    assert due[0].key == due[1].key
    assert (due[0].gross_rate, due[0].tax) == (Decimal("0.1"), Decimal("1.5"))


def test_instruments_and_rates_belong_to_no_account(tmp_path: Path) -> None:
    rate = {"reportDate": "20260105", "fromCurrency": "EUR", "toCurrency": "USD", "rate": "1.08"}
    text = document(
        statement(
            section("SecuritiesInfo", row("SecurityInfo", STOCK, code="", maturity="")),
            section(
                "ConversionRates",
                row("ConversionRate", rate),
                row("ConversionRate", rate, fromCurrency="XAU", rate="-1"),
                row("ConversionRate", rate, rate="0"),
            ),
            accountId="",
        )
    )
    found = read(tmp_path, text)
    assert found.one(InstrumentInfo).instrument.symbol == "AAPL"
    rates = found.all(FxRate)
    assert [(r.from_currency, r.to_currency, r.rate) for r in rates] == [
        ("EUR", "USD", Decimal("1.08"))
    ]
    assert [r.field for r in found.refused] == ["rate"]
