"""Many accounts in one file: books that add up, and one fault in each of others.

They are imported together, so that what is told of one must not be mistaken for another's.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.brokers.ibkr.flex_builder import document
from tests.cli.flex_lines import Of, acted, book, ended, held, listed, moved, option, paid, report
from tests.cli.flex_lines import traded as t
from tests.cli.program import Program


def of(name: str, **more: str) -> Of:
    return listed(name, **more)


EURUSD = listed("EUR.USD", "CASH")
SAP = listed("SAP", currency="EUR", isin="DE0007164600")
VOD = listed("VOD", currency="GBP", isin="GB00BH4HKS39")
FUTURE = listed("ESM6", "FUT", multiplier="50", underlyingSymbol="ES", expiry="20260619")
COIN = listed("BTC", "CRYPTO")
BOND = listed("T 4 02/15/30", "BOND", isin="US91282CGH88")
BOND_BOUGHT = {"tradePrice": "98.5", "proceeds": "-9850", "netCash": "-9855"}
CALLED = "T 4 (US91282CGH88) FULL CALL / EARLY REDEMPTION FOR USD 1.00 PER BOND (T 4, T 4, US9)"
FUNDED = paid("2025-01-03", 10_000, "Deposits/Withdrawals")
GAINED = {"openCloseIndicator": "C"}


def clean() -> dict[str, list[str]]:
    """Return books in which both sides agree, by what is in them."""
    div, short, wash, drip = of("DIV"), of("SHO"), of("WSH"), of("DRP")
    own, put = of("COV"), option(of("PUT"), "20250620", "P", "20")
    call = option(own, "20250620", "C", "25")
    left, right = "2025-06-20", of("PUT")
    split = acted(short, "2025-06-02", -300, "FS", "SHO(US1) SPLIT 4 FOR 1 (SHO, SHO, US1)")
    return {
        "dividend, tax, fee, interest": [
            FUNDED, t(div, "2025-02-03", 100, 20), paid("2025-03-10", 25, "Dividends", div),
            paid("2025-03-10", "-3.75", "Withholding Tax", div),
            paid("2025-04-03", -10, "Other Fees"), report(0, "8010.25"), held(div, 100, 25, 2001),
        ],
        "exchange, and a stock in euros": [
            FUNDED, t(EURUSD, "2025-02-03", 5000, "1.05", fee=-2, ibCommissionCurrency="USD"),
            t(SAP, "2025-02-04", 10, 200, fee=-3), report(0, 4748), report(0, 2997, "EUR"),
            held(SAP, 10, 210, 2003, fxRateToBase="1.1"),
        ],
        "commission in another currency": [
            FUNDED, paid("2025-01-03", 5000, "Deposits/Withdrawals", currency="GBP"),
            t(VOD, "2025-02-03", 1000, "0.70", fee=-3, ibCommissionCurrency="USD", netCash="-700",
              fxRateToBase="1.25"),
            report(0, 9997), report(0, 4300, "GBP"),
            held(VOD, 1000, "0.72", "702.4", fxRateToBase="1.25"),
        ],
        "short, borrowed, split": [
            FUNDED, t(short, "2025-02-03", -100, 60), split,
            paid("2025-03-05", "-7.77", "Broker Interest Paid"), report(0, "15991.23"),
            held(short, -400, 16, -5999),
        ],
        "bond called early": [
            FUNDED, t(BOND, "2025-02-03", 10_000, "0.985", fee=-5, **BOND_BOUGHT),
            acted(BOND, "2025-08-15", -10_000, "TC", CALLED, proceeds="10000"),
            report(0, 10_145),
        ],
        "crypto, rounded": [t(COIN, "2025-02-03", "0.123456789", 50_000, fee=0),
                            held(COIN, "0.12345679", 50_000, "6172.84")],
        "future with settlements": [
            FUNDED, t(FUTURE, "2025-05-03", 1, 6000, fee="-2.25", netCash="-2.25"),
            report(0, "12497.75", cashSettlingMtm="2500", commissions="-2.25"),
            held(FUTURE, 1, 6050, "300002.25"),
        ],
        "put assigned": [t(put, "2025-05-05", -1, "1.5"), ended(put, left, 1),
                         ended(right, left, 100, 20), held(right, 100, 21, 1851)],
        "covered call assigned": [
            t(own, "2025-02-03", 100, 20), t(call, "2025-05-05", -1, "1.5"),
            ended(call, left, 1), ended(own, left, -100, 25),
        ],
        "wash sale, not counted by the broker": [
            t(wash, "2025-02-03", 100, 20, fee=0), t(wash, "2025-03-03", -100, 15, fee=0),
            t(wash, "2025-03-10", 100, 16, fee=0), held(wash, 100, 17, 1600),
        ],
        "dividend reinvested": [
            FUNDED, t(drip, "2025-02-03", 100, 20), paid("2025-03-10", 25, "Dividends", drip),
            t(drip, "2025-03-12", "1.1905", 21, fee=0), report(0, "7998.9995"),
            held(drip, "101.1905", 21, "2026.0005"),
        ],
        "a gain of nothing": [
            t(of("NIL"), "2025-02-03", 100, 20, fee=0),
            t(of("NIL"), "2025-03-03", -40, 20, fee=0, **GAINED, fifoPnlRealized="0"),
            t(of("NIL"), "2025-04-03", -10, 25, fee=0, **GAINED, fifoPnlRealized="50"),
            held(of("NIL"), 50, 21, 1000),
        ],
        "no gain is ever told": [
            t(of("UNT"), "2025-02-03", 100, 20, fee=0),
            t(of("UNT"), "2025-03-03", -40, 25, fee=0, **GAINED, fifoPnlRealized="0"),
            held(of("UNT"), 60, 21, 1200),
        ],
        "on the way at the end of the year": [
            t(of("WAY"), "2025-02-03", 100, 20), moved(of("WAY"), "2025-12-30", -100, "U900"),
        ],
    }  # fmt: skip


class Fault(NamedTuple):
    """What is written, and what must be told: (verdict, symbol or currency, difference, cause)."""

    lines: list[str]
    told: list[tuple[str, str, str | None, str]]
    says: str
    """What the first one says, among others."""


def faults() -> dict[str, Fault]:
    two, twice, third = of("TWO"), of("TWI"), of("THI")
    cut, less, sold = of("CUT"), of("LES"), of("SLD")
    old, new, gone, came = of("PAR"), of("CHI"), of("GON"), of("CAM")
    distributed, spun = of("PAB"), of("CHB")
    spin = acted(new, "2025-04-02", 20, "SO", "PAR(US1) SPINOFF  1 FOR 5 (CHI, CHI INC, US2)")
    leg = "GON(US3) MERGED(Acquisition) WITH US4 1 FOR 2 (GON, GON INC, US3)"
    merged = acted(gone, "2025-04-02", -100, "TC", leg, "4009")
    zero, other, mixed, strike = of("ZER"), of("OTH"), of("MIX"), of("STR")
    short, shorter = (option(strike, "20260619", "C", price) for price in ("20", "25"))
    merger = of("MER")
    return {
        "a purchase and a sale are missing": Fault(
            [t(two, "2025-02-03", 100, 20), held(two, 120, 21, "2451.7", lots=[
                ("2025-02-03", 70, "1400.7"), ("2025-03-04", 50, 1051)])],
            [("quantity", "TWO", "20", "missing_trade")],
            "a purchase of 50 TWO on 2025-03-04 is missing, and a sale of 30 TWO is missing",
        ),
        "one is there twice, another is missing": Fault(
            [t(twice, "2025-02-03", 100, 20), t(twice, "2025-03-04", 50, 21),
             t(twice, "2025-03-04", 50, 21), held(twice, 120, 21, "2451.7")],
            [("quantity", "TWI", "-80", "duplicate_import")],
            "Two things at once explain it: the purchase of 50 TWI on 2025-03-04 is there twice, "
            "and a sale of 30 TWI is missing",
        ),
        "what looks cancelled is two others": Fault(
            [t(third, "2025-02-03", 100, 20), t(third, "2025-03-04", 50, 21),
             held(third, 100, 21, "2092.1")],
            [("quantity", "THI", "-50", "unexplained")], "no single thing explains it",
        ),
        "reverse split untold, bought later": Fault(
            [t(cut, "2025-02-03", 100, 20), t(cut, "2025-08-04", 10, 60),
             held(cut, 43, 61, "2581.99")],
            [("quantity", "CUT", "-67", "split_not_applied")], "the fraction was probably paid",
        ),
        "split untold, part of it left over, sold later": Fault(
            [t(less, "2025-02-03", 75, 30), t(less, "2025-08-04", -20, 21),
             held(less, 92, "20.5", "1840.82")],
            [("quantity", "LES", "37", "split_not_applied")], "A split 3:2 of the 75 LES",
        ),
        "split untold, sold later": Fault(
            [t(sold, "2025-02-03", 100, 60), t(sold, "2025-08-03", -40, 16),
             held(sold, 360, 16, "5400.9")],
            [("quantity", "SLD", "300", "split_not_applied")], "A split 4:1 of the 100 SLD",
        ),
        "how much basis went along is not told": Fault(
            [t(old, "2025-02-03", 100, 20), spin, held(old, 100, 17, "1700.85"),
             held(new, 20, 15, "300.15")],
            [("cost_basis", "CHI", None, "corporate_action")], "a part of 0.15",
        ),
        "a spin-off is missing": Fault(
            [t(distributed, "2025-02-03", 100, 20), held(distributed, 100, 17, "1700.85"),
             held(spun, 20, 15, "300.15")],
            [("quantity", "CHB", "20", "corporate_action")], "in a spin-off, and nobody told",
        ),
        "one leg of a merger is missing": Fault(
            [t(gone, "2025-02-03", 100, 20), merged, held(came, 50, 44, 2001)],
            [("quantity", "CAM", "50", "corporate_action"),
             ("open_lots", "GON", "-100", "corporate_action")],
            "came by the corporate action of 2025-04-02",
        ),
        "an exchange is missing": Fault(
            [FUNDED, t(SAP, "2025-02-04", 10, 200, fee=-3), report(0, 4748),
             report(0, 2997, "EUR"), held(SAP, 10, 210, 2003, fxRateToBase="1.1")],
            [("cash", "EUR", "5000", "missing_trade"), ("cash", "USD", "-5252", "missing_trade")],
            "an exchange of one for the other, at about 1.0504",
        ),
        "a sale of others than the oldest is missing": Fault(
            [
                t(other, "2025-02-03", 100, 20, fee=0), t(other, "2025-03-03", 100, 30, fee=0),
                held(other, 150, 31, 3500, lots=[
                    ("2025-02-03", 100, 2000), ("2025-03-03", 50, 1500)]),
            ],
            [("quantity", "OTH", "-50", "missing_trade")], "as many of those of 2025-03-03",
        ),
        "some were held before, some bought since": Fault(
            [
                t(mixed, "2025-02-03", 100, 20, fee=0),
                held(mixed, 160, 31, 3500, lots=[
                    ("2024-02-03", 50, 1250), ("2025-02-03", 100, 2000), ("2025-04-03", 10, 250)]),
            ],
            [("quantity", "MIX", "60", "unpaired_transfer")], "and 10 since then",
        ),
        "a short option under another strike": Fault(
            [t(short, "2025-02-03", -1, 3), held(shorter, -1, 2, -299)],
            [
                ("quantity", short["symbol"], "1", "identity_change"),
                ("quantity", shorter["symbol"], "-1", "identity_change"),
            ],
            "it costs just as much",
        ),
        "a sale is missing, and cash has it": Fault(
            [FUNDED, t(merger, "2025-02-03", 100, 20), report(0, 10_499)],
            [
                ("quantity", "MER", "-100", "missing_trade"),
                ("cash", "USD", "2500", "missing_trade"),
            ],
            "Something like a sale of 100 MER is missing: the account has 2,500.00 USD more",
        ),
        "a gain told as nothing": Fault(
            [t(zero, "2025-02-03", 100, 20, fee=0),
             t(zero, "2025-03-03", -40, 25, fee=0, **GAINED, fifoPnlRealized="0"),
             t(zero, "2025-04-03", -10, 25, fee=0, **GAINED, fifoPnlRealized="50"),
             held(zero, 50, 21, 1000)],
            [("realized_pnl", "ZER", "-200", "unexplained")], "gained 0.00 USD as the broker says",
        ),
    }  # fmt: skip


def discrepancies(program: Program, folder: Path, *statements: str) -> list[dict[str, Any]]:
    path = folder / "books.xml"
    path.write_text(document(*statements))
    assert program("import", path).status == 0
    ran = program("show", "discrepancies", "--format", "json", "--why")
    found: list[dict[str, Any]] = json.loads(ran.out)
    return found


def test_not_one_alarm_on_books_that_add_up(program: Program, tmp_path: Path) -> None:
    names = {f"U{100 + number}": name for number, name in enumerate(clean())}
    books = [book(account, *lines) for account, lines in zip(names, clean().values(), strict=True)]

    found = discrepancies(program, tmp_path, *books)

    assert {names[each["account"]]: each["explanation"] for each in found} == {}


def test_each_fault_is_told_once_with_its_cause(program: Program, tmp_path: Path) -> None:
    planted = {f"U{300 + number}": fault for number, fault in enumerate(faults().values())}
    books = [book(account, *fault.lines) for account, fault in planted.items()]

    found = discrepancies(program, tmp_path, *books)

    told = {
        account: [
            (one["verdict"], one["symbol"] or one["currency"], one["difference"], one["cause"])
            for one in sorted(found, key=lambda one: one["symbol"] or one["currency"])
            if one["account"] == account
        ]
        for account in planted
    }
    assert told == {account: fault.told for account, fault in planted.items()}
    for account, fault in planted.items():
        said = [one["explanation"] for one in found if one["account"] == account]
        assert any(fault.says in each for each in said), (fault.says, said)


def test_a_transfer_with_one_end_is_told_once(program: Program, tmp_path: Path) -> None:
    shares = of("ONE")
    books = [
        book("U501", t(shares, "2025-02-03", 100, 20)),
        book("U502", moved(shares, "2025-05-06", 100, "U501"), t(shares, "2025-08-06", -40, 23),
             held(shares, 60, 21, "1200.6")),
    ]  # fmt: skip

    [found] = discrepancies(program, tmp_path, *books)

    assert (found["account"], found["cause"]) == ("U501", "unpaired_transfer")


def test_a_transfer_whose_ends_tell_of_other_quantities_is_one_transfer(
    program: Program, tmp_path: Path
) -> None:
    shares = of("PRT")
    books = [
        book("U601", t(shares, "2025-02-03", 100, 20), moved(shares, "2025-05-05", -100, "U602")),
        book("U602", moved(shares, "2025-05-06", 90, "U601"), held(shares, 100, 21, 2001)),
    ]  # fmt: skip

    [found] = discrepancies(program, tmp_path, *books)

    assert (found["difference"], found["cause"]) == ("10", "unpaired_transfer")
    assert "do not tell of as many" in found["explanation"]
