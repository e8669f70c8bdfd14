"""What holds for all rows: whose they are, what is not known, what is broken, nothing lost."""

import os
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from benchmarks.flex_generator import write_statement
from qm_tui.domain.records import Balance, CashTransaction, Position, Trade
from qm_tui.domain.reported import BrokerLot, ClosedLot, OtherRow
from qm_tui.domain.words import TradeKind
from tests.brokers.ibkr.flex_builder import (
    BUY,
    POSITION,
    document,
    read,
    read_file,
    row,
    section,
    statement,
    trades,
)

# --- whose --------------------------------------------------------------------------------------


def test_the_rows_own_account_decides(tmp_path: Path) -> None:
    rows = [
        row("Trade", BUY, accountId=account, transactionID=str(n))
        for n, account in enumerate(("U1F", "", "-"), 1)
    ]
    found = read(tmp_path, trades(*rows), account="OTHER")
    assert [t.account for t in found.all(Trade)] == ["U1F", "U1", "U1"]


def test_where_the_file_names_no_account_the_user_does(tmp_path: Path) -> None:
    text = document(statement(section("Trades", row("Trade", BUY, accountId="")), accountId=""))
    assert read(tmp_path, text, account="U7").one(Trade).account == "U7"
    (refused,) = read(tmp_path, text).refused
    assert refused.field == "accountId"
    assert "--account" in refused.reason


# --- what is not known --------------------------------------------------------------------------


def test_sections_without_a_table_are_kept_as_they_are(tmp_path: Path) -> None:
    text = document(
        statement(
            section("TransactionTaxes", row("TransactionTax", accountId="U1", taxAmount="-0.34")),
            section("NewThings", row("NewThing", accountId="U1", a="1", reportDate="20260105")),
        )
    )
    found = read(tmp_path, text)
    taxes, new = found.all(OtherRow)
    assert (taxes.section, taxes.tag) == ("TransactionTaxes", "TransactionTax")
    assert new.broker_specific == {"accountId": "U1", "a": "1", "reportDate": "20260105"}
    assert str(new.date) == "2026-01-05"
    assert found.places("section") == {"NewThings": "NewThings"}
    assert [n.what for n in found.novelties] == ["section"]


def test_an_empty_new_section_is_told_too(tmp_path: Path) -> None:
    found = read(tmp_path, document(statement("<NewThings/>")))
    assert found.places("section") == {"NewThings": "NewThings"}


def test_a_new_row_in_a_known_section_is_kept_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Rebate", accountId="U1", amount="1"), row("Trade", BUY)))
    assert found.one(OtherRow).tag == "Rebate"
    assert found.places("row") == {"Trades/Rebate": "Rebate"}
    assert len(found.all(Trade)) == 1


def test_new_attributes_are_kept_and_counted_once(tmp_path: Path) -> None:
    rows = [row("Trade", BUY, transactionID=str(n), taxCurrency="x") for n in range(1, 4)]
    found = read(tmp_path, trades(*rows))
    for trade in found.all(Trade):
        assert trade.broker_specific is not None
        assert trade.broker_specific["taxCurrency"] == "x"
    (novelty,) = found.novelties
    assert (novelty.what, novelty.where) == ("attribute", "Trades/Trade@taxCurrency")
    assert (novelty.example, novelty.count) == ("x", 3)


def test_new_words_are_kept_and_told(tmp_path: Path) -> None:
    text = row(
        "Trade", BUY, transactionType="DRIP", assetCategory="EVENT", currency="USDT",
        openCloseIndicator="X", orderType="PEG MID", notes="P;ZZ",
    )  # fmt: skip
    found = read(tmp_path, trades(text))
    trade = found.one(Trade)
    assert (trade.transaction_type, trade.currency, trade.codes) == ("DRIP", "USDT", "P;ZZ")
    assert found.places("value") == {
        "Trades/Trade@transactionType": "DRIP",
        "Trades/Trade@assetCategory": "EVENT (AAPL)",
        "Trades/Trade@openCloseIndicator": "X",
    }
    assert found.places("currency") == {"Trades/Trade@currency": "USDT"}


@pytest.mark.parametrize("currency", ["BYN", "XCG", "ZMW", "CNH"])
def test_any_three_letters_are_a_currency(tmp_path: Path, currency: str) -> None:
    assert read(tmp_path, trades(row("Trade", BUY, currency=currency))).novelties == []


def test_rows_may_stand_under_other_elements(tmp_path: Path) -> None:
    grouped = "<Group>" + section("Trades", f"<Day>{row('Trade', BUY)}</Day>") + "</Group>"
    found = read(tmp_path, document(statement(grouped)))
    assert found.one(Trade).key == "TX:1001"
    assert found.refused == []


def test_hostile_text_is_kept_as_data_and_shown_clean(tmp_path: Path) -> None:
    nasty = "[bold]\u202ered\u2066 <b>&\"' ${x}" + "x" * 500
    found = read(tmp_path, trades(row("Trade", BUY, description=nasty, new=nasty)))
    trade = found.one(Trade)
    assert trade.instrument.description == nasty
    assert trade.broker_specific == {"new": nasty}
    (novelty,) = found.novelties
    assert len(novelty.example) <= 80
    assert novelty.example.isprintable()


# --- what is broken -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("quantity", "many"),
        ("quantity", ""),
        ("quantity", "NaN"),
        ("quantity", "1e400"),
        ("tradePrice", "cheap"),
        ("tradeDate", "20261305"),
    ],
)
def test_one_broken_row_is_named_and_the_others_are_kept(
    tmp_path: Path, field: str, text: str
) -> None:
    rows = (row("Trade", BUY), row("Trade", BUY, {field: text}), row("Trade", BUY))
    found = read(tmp_path, trades(*rows))
    assert len(found.all(Trade)) == 2
    (refused,) = found.refused
    assert (refused.section, refused.document_row) == ("Trades", 1)
    assert (refused.field, refused.text) == (field, text)
    assert refused.reason


def test_a_trade_without_any_day_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Trade", BUY, tradeDate="", dateTime="")))
    assert found.refused[0].field == "tradeDate"


def test_a_row_that_names_no_instrument_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, trades(row("Trade", BUY, symbol="", conid="", isin="")))
    assert found.refused[0].field == "symbol"


def test_what_is_not_required_and_cannot_be_read_is_kept_as_text(tmp_path: Path) -> None:
    text = row("Trade", BUY, fxRateToBase="n.a.", settleDateTarget="soon", dateTime="at noon")
    found = read(tmp_path, trades(text))
    trade = found.one(Trade)
    assert (trade.fx_rate_to_base, trade.settle_date, trade.executed_at) == (None, None, None)
    assert trade.broker_specific == {
        "fxRateToBase": "n.a.",
        "settleDateTarget": "soon",
        "dateTime": "at noon",
    }
    assert found.places("value")["Trades/Trade@fxRateToBase"] == "n.a."
    assert found.refused == []
    assert trade.key == "TX:1001"


def test_a_row_that_is_read_twice_is_counted_once(tmp_path: Path) -> None:
    no_ids = {"transactionID": "", "tradeID": "", "ibExecID": "", "ibOrderID": ""}
    text = trades(
        row("Trade", BUY, no_ids, fxRateToBase="n.a."), row("Trade", BUY, no_ids, closePrice="?")
    )
    keys = [trade.key for trade in read(tmp_path, text).all(Trade)]
    assert [key[-2:] for key in keys] == [":0", ":1"]


# --- big and real -------------------------------------------------------------------------------


def test_a_generated_statement_holds_together(tmp_path: Path) -> None:
    path = tmp_path / "generated.xml"
    write_statement(path, executions=1500, accounts=2, instruments=30, seed=7, details=True)
    found = read_file(path)
    assert (len(found.refused), len(found.novelties), len(found.warnings)) == (0, 0, 0)
    fills = found.all(Trade)
    assert len(fills) == len({(t.account, t.key) for t in fills}) == 1500
    held: dict[tuple[str, str], Decimal] = {}
    for fill in fills:
        place = (fill.account, fill.instrument.symbol)
        held[place] = held.get(place, Decimal(0)) + fill.quantity
        assert fill.price is not None
        assert fill.proceeds == -fill.quantity * fill.price * fill.instrument.multiplier
    positions = {(p.account, p.instrument.symbol): p.quantity for p in found.all(Position)}
    assert positions == {place: quantity for place, quantity in held.items() if quantity}
    for place, lots in groupby(found.all(BrokerLot), lambda x: (x.account, x.instrument.symbol)):
        assert sum(lot.quantity for lot in lots) == positions[place]
    assert all(lot.closing_trade_key for lot in found.all(ClosedLot))
    for account in ("U9000001", "U9000002"):
        moved = sum(
            (t.net_cash or Decimal(0) for t in fills if t.account == account), Decimal(1_000_000)
        ) + sum(c.amount for c in found.all(CashTransaction) if c.account == account)
        (ending,) = [
            b.value
            for b in found.all(Balance)
            if (b.account, b.currency, b.tag) == (account, "USD", "endingCash")
        ]
        assert ending == moved


def test_the_same_arguments_write_the_same_statement(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        write_statement(tmp_path / name, executions=50, seed=3)
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()


def test_reading_twice_gives_the_same_records(tmp_path: Path) -> None:
    path = tmp_path / "generated.xml"
    write_statement(path, executions=300, details=True)
    assert read_file(path).records == read_file(path).records


def samples() -> list[Path]:
    """Public statements, where the environment says where they lie; they are not copied here."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    places = [Path(folder).parent / "samples", Path(folder) / "samples"] if folder else []
    return [path for place in places for path in sorted(place.rglob("*.xml"))]


SAMPLES = samples()


if SAMPLES:

    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
    def test_every_execution_of_a_public_statement_becomes_one_trade(
        path: Path, tmp_path: Path
    ) -> None:
        root = ET.parse(path).getroot()  # noqa: S314 - a sample that was chosen
        if root.tag == "FlexQueryResponse":
            found = read_file(path)
            wanted = [e for e in root.iter("Trade") if e.get("levelOfDetail") == "EXECUTION"]
        else:
            wanted = [e for e in root.iter("Trade") if e.get("levelOfDetail") == "EXECUTION"]
            rows = [ET.tostring(e, encoding="unicode") for e in wanted]
            found = read(tmp_path, trades(*rows))
        assert len(found.all(Trade)) == len(wanted)
        assert found.refused == []
        for element, trade in zip(wanted, found.all(Trade), strict=True):
            assert trade.quantity == Decimal(element.attrib["quantity"])
            assert trade.price == Decimal(element.attrib["tradePrice"])
            assert trade.kind is TradeKind.FILL
            ours = re.sub(r"\D", "", str(trade.trade_date))
            assert ours == re.sub(
                r"\D", "", element.get("tradeDate") or element.attrib["dateTime"][:8]
            )


def test_positions_of_a_position_row_need_no_trades(tmp_path: Path) -> None:
    text = document(statement(section("OpenPositions", row("OpenPosition", POSITION))))
    assert [type(r) for r in read(tmp_path, text).records] == [Position]
