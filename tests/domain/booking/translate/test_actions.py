"""Corporate actions, as the legs and texts of statements have them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import (
    CashInLieu,
    Exchange,
    Fill,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    SpinOff,
    Split,
)
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.translate.group import events_of
from qm_tui.domain.booking.words import Closing, FindingKind, Origin
from qm_tui.domain.words import CorporateActionType as Kind
from tests.domain.booking.translate.told import (
    ACCOUNTS,
    EURO_STOCK,
    NEW_STOCK,
    OTHER_STOCK,
    SECURITIES,
    STOCK,
    Fact,
    Number,
    a_leg,
    a_trade,
    day,
    group,
    only,
    some_cash,
    the,
    these,
    translated,
    utc,
)

FRIDAY, MONDAY = "2024-06-07", "2024-06-10"
SPLIT = "AAA(US0000000001) SPLIT 4 FOR 1 (AAA, AAA INC, US0000000001)"
MERGER = "AAA(US0000000001) MERGED(Acquisition) WITH US0000000002 255 FOR 1000 "
OF_AAA, OF_BBB, OF_CCC = (
    "(AAA, AAA INC, US0000000001)",
    "(BBB, BBB INC (THE), US0000000002)",
    "(CCC, CCC CORP, US0000000003)",
)


def unknown(*facts: Fact) -> str:
    """The text of the only finding about what cannot be booked."""
    found = translated(*facts)
    assert [finding.kind for finding in found.findings] == [FindingKind.ACTION_UNKNOWN]
    return found.findings[0].detail


# --- when ----------------------------------------------------------------------------------------


def test_what_is_stamped_on_friday_evening_is_in_effect_before_monday_s_open() -> None:
    split = the(Split, translated(a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT)))
    assert these(split.day, split.at) == (day(MONDAY), None)
    evening = a_trade(FRIDAY, 1, executed_at=utc("2024-06-07T23:59"))
    morning = a_trade(MONDAY, 1, executed_at=utc("2024-06-10T08:00"))
    found = translated(morning, a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT), evening)
    assert [type(event) for event in in_order(found.events)] == [Fill, Split, Fill]


def test_what_is_reported_months_later_was_in_effect_all_the_same() -> None:
    leg = a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, report_date=day("2024-08-19"))
    assert the(Split, translated(leg)).day == day(MONDAY)


def test_what_is_reported_behind_a_holiday_is_in_effect_then() -> None:
    """2024-01-01 is a Monday on which no exchange is open."""
    friday, tuesday = "2023-12-29", day("2024-01-02")
    leg = a_leg(Kind.SPLIT, friday, 300, text=SPLIT, report_date=tuesday)
    assert the(Split, translated(leg)).day == tuesday


def test_what_was_traded_before_the_report_tells_that_it_was_no_holiday() -> None:
    leg = a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, report_date=day("2024-06-11"))
    assert the(Split, translated(leg, a_trade(MONDAY, 400))).day == day(MONDAY)


def test_legs_that_are_reported_on_two_days_are_of_one_action() -> None:
    found = translated(
        a_trade("2024-01-02", 1000),
        a_leg(Kind.MERGER, FRIDAY, -1000, text=MERGER + OF_AAA, action_id="1"),
        a_leg(
            Kind.MERGER, FRIDAY, 255, OTHER_STOCK, MERGER + OF_BBB, action_id="1",
            report_date=day("2024-06-12"),
        ),
    )  # fmt: skip
    assert the(Exchange, found).day == day(MONDAY)


def test_what_is_reported_on_the_evening_itself_comes_behind_that_day_s_trades() -> None:
    leg = a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, report_date=day(FRIDAY))
    trade = a_trade(FRIDAY, 100, executed_at=utc("2024-06-07T20:00"))
    history = in_order(translated(leg, trade).events)
    assert [type(event) for event in history] == [Fill, Split]
    assert history[1].day == day(FRIDAY)


def test_what_is_stamped_at_noon_or_with_no_time_is_of_that_day() -> None:
    noon = a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, effective_at=utc("2024-06-07T12:00"))
    bare = a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, effective_at=None, report_date=day(FRIDAY))
    for leg in (noon, bare):
        assert the(Split, translated(leg)).day == day(FRIDAY)


# --- splits --------------------------------------------------------------------------------------


def test_a_split_has_the_ratio_of_its_text_and_the_shares_of_its_leg() -> None:
    split = the(
        Split, translated(a_trade("2024-01-02", 100), a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT))
    )
    assert these(split.ratio, split.shares) == (4, 300)


def test_a_split_whose_text_says_nothing_has_the_shares_alone() -> None:
    split = the(Split, translated(a_leg(Kind.SPLIT, FRIDAY, 300, text="4:1 split of AAA")))
    assert these(split.ratio, split.shares) == (None, 300)


def test_a_split_that_is_taken_back_has_the_ratio_upside_down() -> None:
    back = a_leg(Kind.SPLIT, MONDAY, -300, text=SPLIT, action_id="2")
    found = translated(
        a_trade("2024-01-02", 100), a_leg(Kind.SPLIT, FRIDAY, 300, text=SPLIT, action_id="1"), back
    )
    splits = [event for event in in_order(found.events) if isinstance(event, Split)]
    assert [split.ratio for split in splits] == [4, Fraction(1, 4)]


def test_a_leg_that_was_taken_back_and_booked_again_counts_once() -> None:
    legs = [a_leg(Kind.SPLIT, FRIDAY, change, text=SPLIT) for change in (300, -300, 300)]
    assert the(Split, translated(a_trade("2024-01-02", 100), *legs)).shares == 300


def test_a_short_position_splits_the_other_way() -> None:
    split = the(
        Split,
        translated(a_trade("2024-01-02", -100), a_leg(Kind.SPLIT, FRIDAY, -300, text=SPLIT)),
    )
    assert these(split.ratio, split.shares) == (4, -300)


def test_a_stock_dividend_adds_to_what_is_there() -> None:
    text = "AAA(US0000000001) STOCK DIVIDEND US0000000001 1 FOR 20 " + OF_AAA
    split = the(
        Split,
        translated(a_trade("2024-01-02", 100), a_leg(Kind.STOCK_DIVIDEND, FRIDAY, 5, text=text)),
    )
    assert split.ratio == Fraction(21, 20)


def test_a_rounded_ratio_gives_way_to_the_shares_that_were_credited() -> None:
    text = "AAA (US0000000001) STOCK DIVIDEND US0000000001 416666667 FOR 10000000000 " + OF_AAA
    split = the(
        Split,
        translated(a_trade("2024-01-02", 72), a_leg(Kind.STOCK_DIVIDEND, FRIDAY, 3, text=text)),
    )
    assert split.ratio == Fraction(75, 72)


def test_a_reverse_split_into_another_number_is_an_exchange() -> None:
    text = "GCM(CA38501D2041) SPLIT 1 FOR 25 "
    found = translated(
        a_leg(Kind.REVERSE_SPLIT, FRIDAY, 480, NEW_STOCK, text + "(GCM, GCM CORP, CA38501D5010)"),
        a_leg(
            Kind.REVERSE_SPLIT, FRIDAY, -12000, STOCK, text + "(GCM.OLD, GCM CORP, CA38501D2041)"
        ),
    )
    event = the(Exchange, found)
    assert these(event.security, event.given, event.short) == (STOCK, 12000, False)
    assert [these(kind.security, kind.quantity) for kind in event.received] == [(NEW_STOCK, 480)]


def test_one_leg_alone_of_a_split_into_another_number_is_not_booked() -> None:
    text = "GCM(CA38501D2041) SPLIT 1 FOR 25 "
    old = a_leg(
        Kind.REVERSE_SPLIT, FRIDAY, -12000, STOCK, text + "(GCM.OLD, GCM CORP, CA38501D2041)"
    )
    new = a_leg(Kind.REVERSE_SPLIT, FRIDAY, 480, STOCK, text + "(GCM, GCM CORP, CA38501D5010)")
    assert "SPLIT 1 FOR 25" in unknown(a_trade("2024-01-02", 12000), old)
    assert "SPLIT 1 FOR 25" in unknown(a_trade("2024-01-02", 12000), new)


# --- fractions -----------------------------------------------------------------------------------


def reverse_split(proceeds: Number = 0) -> list[Fact]:
    """One for ten, of 105 shares: ten are left, and a half is paid in cash."""
    text = "AAA(US0000000001) SPLIT 1 FOR 10 " + OF_AAA
    leg = a_leg(Kind.REVERSE_SPLIT, FRIDAY, -95, text=text, proceeds=Decimal(proceeds))
    return [a_trade("2024-01-02", 105), leg]


def test_cash_for_a_fraction_is_a_sale_of_that_fraction() -> None:
    cash = some_cash("2024-06-12", "7.5", "AAA(US0000000001) CASH IN LIEU OF FRACTIONAL SHARES")
    found = translated(*reverse_split(), cash)
    assert the(Split, found).shares == Decimal("-94.5")
    assert these(the(CashInLieu, found).quantity, the(CashInLieu, found).cash) == (
        Decimal("0.5"),
        Decimal("7.5"),
    )
    booked = book_history(found.events, securities=SECURITIES, accounts=ACCOUNTS)
    assert not booked.findings
    assert [lot.quantity for lot in booked.lots] == [10]


def test_cash_in_the_leg_of_a_split_is_for_a_fraction() -> None:
    found = translated(*reverse_split("7.5"))
    assert the(CashInLieu, found).quantity == Decimal("0.5")


def test_a_fraction_that_a_trade_sells_is_not_sold_twice() -> None:
    sale = a_trade("2024-06-12", "-0.5", 15, transaction_type="FracShare", proceeds=Decimal("7.5"))
    cash = some_cash("2024-06-12", "7.5", "AAA CASH IN LIEU OF FRACTIONAL SHARES")
    found = translated(*reverse_split(), sale, cash)
    assert not [event for event in found.events if isinstance(event, CashInLieu)]


def test_the_fraction_of_a_spin_off_is_one_of_the_child() -> None:
    text = "AAA(US0000000001) SPINOFF  1 FOR 5 " + OF_BBB
    found = translated(
        a_trade("2024-01-02", 103),
        a_leg(Kind.SPIN_OFF, FRIDAY, 20, OTHER_STOCK, text),
        some_cash("2024-06-14", 9, "BBB - CASH IN LIEU OF FRACTION", security=OTHER_STOCK),
    )
    assert the(SpinOff, found).shares == Decimal("20.6")
    assert these(the(CashInLieu, found).security, the(CashInLieu, found).quantity) == (
        OTHER_STOCK,
        Decimal("0.6"),
    )


def test_cash_for_a_fraction_of_nothing_known_says_so_in_the_engine() -> None:
    event = only(CashInLieu, translated(some_cash("2024-06-12", 7, "CASH IN LIEU OF FRACTION")))
    assert event.quantity is None


def test_a_payment_in_lieu_of_a_dividend_is_no_fraction() -> None:
    assert not translated(some_cash("2024-06-12", 7, "AAA PAYMENT IN LIEU OF DIVIDEND")).events


# --- distributions -------------------------------------------------------------------------------


def test_a_spin_off_is_told_by_the_child_alone_and_finds_its_parent_by_name() -> None:
    text = "AAA(US0000000001) SPINOFF  1 FOR 4 " + OF_BBB
    event = the(SpinOff, translated(a_leg(Kind.SPIN_OFF, FRIDAY, 25, OTHER_STOCK, text)))
    assert these(event.security, event.child, event.shares, event.fraction) == (
        STOCK,
        OTHER_STOCK,
        25,
        None,
    )


def test_the_user_says_which_part_of_the_basis_moves_by_a_symbol_the_child_has_or_had() -> None:
    text = "AAA(US0000000001) SPINOFF  1 FOR 4 (BB.B, BBB INC, US0000000002)"
    leg = a_leg(Kind.SPIN_OFF, FRIDAY, 25, OTHER_STOCK, text, cost_basis=Decimal(77))
    for symbol in ("BBB", "BB B"):
        policy = Policy(spin_off_fractions={symbol: Fraction("0.2519"), "AAA": Fraction(1)})
        event = the(SpinOff, events_of(group(leg), policy))
        assert event.fraction == Fraction("0.2519")
    assert the(SpinOff, translated(leg)).fraction is None


def test_a_leg_without_change_tells_the_parent() -> None:
    legs = [
        a_leg(Kind.SPIN_OFF, FRIDAY, change, security, "spun off")
        for security, change in ((NEW_STOCK, 0), (OTHER_STOCK, 25))
    ]
    assert the(SpinOff, translated(*legs)).security == NEW_STOCK


def test_a_parent_that_has_another_name_today_is_found_by_what_was_held() -> None:
    text = "OLD(US0000000009) SPINOFF  1 FOR 4 " + OF_BBB
    event = the(
        SpinOff,
        translated(
            a_trade("2024-01-02", 100, security=NEW_STOCK),
            a_trade("2024-01-02", 55, security=STOCK),
            a_leg(Kind.SPIN_OFF, FRIDAY, 25, OTHER_STOCK, text),
        ),
    )
    assert event.security == NEW_STOCK


def test_a_spin_off_of_nobody_knows_what_is_not_booked() -> None:
    text = "OLD(US0000000009) SPINOFF  1 FOR 4 " + OF_BBB
    assert "SPINOFF" in unknown(a_leg(Kind.SPIN_OFF, FRIDAY, 25, OTHER_STOCK, text))


def test_a_short_position_owes_what_is_spun_off() -> None:
    text = "AAA(US0000000001) SPINOFF  1 FOR 4 " + OF_BBB
    event = the(
        SpinOff,
        translated(
            a_trade("2024-01-02", -100), a_leg(Kind.SPIN_OFF, FRIDAY, -25, OTHER_STOCK, text)
        ),
    )
    assert event.shares == -25


def test_a_dividend_in_other_shares_is_a_distribution_of_them() -> None:
    text = "AAA(US0000000001) STOCK DIVIDEND US0000000002 1 FOR 20 " + OF_BBB
    event = the(SpinOff, translated(a_leg(Kind.STOCK_DIVIDEND, FRIDAY, 5, OTHER_STOCK, text)))
    assert these(event.security, event.child) == (STOCK, OTHER_STOCK)


def test_rights_come_are_used_and_expire() -> None:
    came = "AAA(US0000000001) SUBSCRIBABLE RIGHTS ISSUE  1 FOR 1 (BBB, AAA RIGHTS, US0000000002)"
    used = "BBB(US0000000002) SUBSCRIBES TO US0000000001 "
    found = translated(
        a_leg(Kind.RIGHTS, FRIDAY, 100, OTHER_STOCK, came),
        a_leg(Kind.RIGHTS, "2024-06-20", -60, OTHER_STOCK, used + OF_BBB, action_id="2"),
        a_leg(
            Kind.RIGHTS, "2024-06-20", 60, STOCK, used + OF_AAA, action_id="2",
            proceeds=Decimal(-300),
        ),
        a_leg(Kind.RIGHTS, "2024-06-27", -40, OTHER_STOCK, "BBB(US0000000002) EXPIRED"),
    )  # fmt: skip
    assert these(the(Rights, found).security, the(Rights, found).quantity) == (STOCK, 100)
    exercise = the(RightsExercise, found)
    assert these(exercise.security, exercise.quantity) == (OTHER_STOCK, 60)
    assert these(exercise.shares.quantity, exercise.shares.amount) == (60, 300)
    assert the(Fill, found).how is Closing.EXPIRY


# --- mergers and the like ------------------------------------------------------------------------


def test_shares_for_shares() -> None:
    found = translated(
        a_leg(Kind.MERGER, FRIDAY, "12.75", OTHER_STOCK, MERGER + OF_BBB, value=Decimal("1424.8")),
        a_leg(Kind.MERGER, FRIDAY, -50, STOCK, MERGER + OF_AAA, value=Decimal(-1427)),
    )
    event = the(Exchange, found)
    assert these(event.security, event.given, event.cash) == (STOCK, 50, 0)
    assert event.received[0][:2] == (OTHER_STOCK, Decimal("12.75"))
    assert event.received[0].value == Decimal("1424.8")


def test_cash_beside_shares() -> None:
    text = (
        "AAA(US0000000001) CASH and STOCK MERGER (Acquisition) US0000000002 592 FOR 1000 "
        "AND USD 4.24 "
    )
    found = translated(
        a_leg(
            Kind.MERGER, FRIDAY, "-2.5052", STOCK, text + OF_AAA, proceeds=Decimal("10.622048"),
            action_id="7",
        ),
        a_leg(Kind.MERGER, FRIDAY, "1.4831", OTHER_STOCK, text + OF_BBB, action_id="7"),
    )  # fmt: skip
    event = the(Exchange, found)
    assert these(event.given, event.cash, event.taxable) == (
        Decimal("2.5052"),
        Decimal("10.622048"),
        False,
    )
    assert event.received[0].quantity == Decimal("1.4831")


def test_cash_for_shares_is_told_by_what_it_paid() -> None:
    text = "AAA(US0000000001) MERGED(Liquidation) FOR USD 1.1047 PER SHARE " + OF_AAA
    leg = a_leg(
        Kind.MERGER, FRIDAY, -367, text=text, amount=Decimal("-405.42"), proceeds=Decimal("405.42")
    )
    event = the(Exchange, translated(leg))
    assert these(event.given, event.cash, event.received) == (367, Decimal("405.42"), ())
    without = the(Exchange, translated(leg._replace(proceeds=None)))
    assert without.cash == Decimal("405.42")


def test_a_bond_that_is_redeemed_is_paid() -> None:
    text = "(US912800AAA1) FULL CALL / EARLY REDEMPTION FOR USD 1.00 PER BOND"
    leg = a_leg(Kind.OTHER, FRIDAY, -25000, text=text, proceeds=Decimal(25000))
    assert the(Exchange, translated(leg)).cash == 25000


def test_the_cash_of_an_exchange_is_in_the_currency_of_what_was_given_up() -> None:
    leg = a_leg(
        Kind.MERGER, FRIDAY, -100, EURO_STOCK, "EEE(X) MERGED(Acquisition) FOR USD 1.25 PER SHARE",
        proceeds=Decimal(125), currency="USD",
    )  # fmt: skip
    event = the(Exchange, translated(leg, rates={("EUR", day(MONDAY)): Decimal("1.25")}))
    assert these(event.cash, event.rate) == (100, Decimal("1.25"))


def test_a_tender_goes_through_the_interim_contract() -> None:
    text = "AAA(CA0000000001) TENDERED TO CA0000001TN3 1 FOR 1 "
    interim = "(AAA.TEN, AAA INC - TENDER FOR CASH, CA0000001TN3)"
    found = translated(
        a_leg(Kind.TENDER, "2024-03-05", -120, STOCK, text + "(AAA, AAA INC, CA0000000001)"),
        a_leg(Kind.TENDER, "2024-03-05", 120, NEW_STOCK, text + interim),
        a_leg(
            Kind.MERGER, "2024-10-23", -120, NEW_STOCK,
            "AAA.TEN(CA0000001TN3) MERGED(Voluntary Offer Allocation)  FOR USD 2.86 PER SHARE "
            + interim,
            proceeds=Decimal("343.2"),
        ),
    )  # fmt: skip
    assert not found.findings
    first, second = in_order(found.events)
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert these(first.security, first.received[0].security) == (STOCK, NEW_STOCK)
    assert these(second.security, second.cash) == (NEW_STOCK, Decimal("343.2"))


def test_links_of_a_chain_on_one_day_follow_each_other() -> None:
    def link(old: int, new: int, number: str) -> list[Fact]:
        return [
            a_leg(Kind.TENDER, FRIDAY, -100, old, f"link {number}", action_id=number),
            a_leg(Kind.TENDER, FRIDAY, 100, new, f"link {number}", action_id=number),
        ]

    found = translated(*link(NEW_STOCK, OTHER_STOCK, "2"), *link(STOCK, NEW_STOCK, "1"))
    assert [event.security for event in in_order(found.events)] == [STOCK, NEW_STOCK]


def test_what_goes_under_one_id_and_comes_back_under_it_is_one_exchange() -> None:
    found = translated(
        a_leg(Kind.TENDER, "2024-05-14", -100, STOCK, "AAA(X1) TENDERED TO US28413TEMP2 1 FOR 1"),
        a_leg(
            Kind.MERGER, "2024-05-28", 10, OTHER_STOCK,
            "AAA.TEMP(US28413TEMP2) MERGED(Acquisition)  WITH US284CNT9952 1 FOR 10 " + OF_BBB,
        ),
    )  # fmt: skip
    event = the(Exchange, found)
    assert these(event.security, event.given, event.received[0][:2], event.day) == (
        STOCK,
        100,
        (OTHER_STOCK, 10),
        day("2024-05-29"),
    )


def test_the_text_tells_what_was_given_up_whatever_is_held_short_of_the_other() -> None:
    found = translated(
        a_trade("2024-01-02", -60, 20, OTHER_STOCK),
        a_leg(Kind.MERGER, FRIDAY, -200, STOCK, MERGER + OF_AAA, action_id="7"),
        a_leg(Kind.MERGER, FRIDAY, 51, OTHER_STOCK, MERGER + OF_BBB, action_id="7"),
    )
    (exchange,) = (event for event in found.events if isinstance(event, Exchange))
    assert these(exchange.security, exchange.given, exchange.short) == (STOCK, 200, False)


def test_half_of_an_exchange_is_not_booked() -> None:
    assert "MERGED" in unknown(a_leg(Kind.MERGER, FRIDAY, -50, text=MERGER + OF_AAA))


def test_a_change_of_symbol_keeps_everything() -> None:
    text = "AAA(US0000000001) CUSIP/ISIN CHANGE TO (US0000000003) "
    found = translated(
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, 19, NEW_STOCK, text + OF_CCC),
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, -19, STOCK, text + "(AAA.OLD, AAA INC, US0000000001)"),
    )
    event = the(Exchange, found)
    assert these(event.security, event.received[0][:2], event.short) == (
        STOCK,
        (NEW_STOCK, 19),
        False,
    )
    assert event.renamed


@pytest.mark.parametrize("came", [18, 38])
def test_what_is_not_exchanged_one_for_one_is_more_than_a_change_of_symbol(came: int) -> None:
    text = "AAA(US0000000001) CUSIP/ISIN CHANGE TO (US0000000003) "
    found = translated(
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, came, NEW_STOCK, text + OF_CCC),
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, -19, STOCK, text + "(AAA.OLD, AAA INC, US0000000001)"),
    )
    assert not the(Exchange, found).renamed


def test_of_a_short_position_the_old_shares_come_and_the_new_ones_go() -> None:
    text = "AAA(US0000000001) CUSIP/ISIN CHANGE TO (US0000000003) "
    legs = [
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, -19, NEW_STOCK, text + OF_CCC),
        a_leg(Kind.SYMBOL_CHANGE, FRIDAY, 19, STOCK, text + OF_AAA),
    ]
    event = the(Exchange, translated(a_trade("2024-01-02", -19), *legs))
    assert these(event.security, event.given, event.short) == (STOCK, 19, True)
    taken_back = the(Exchange, translated(a_trade("2024-01-02", 19, security=NEW_STOCK), *legs))
    assert these(taken_back.security, taken_back.received[0].security) == (NEW_STOCK, STOCK)


# --- the rest ------------------------------------------------------------------------------------


def test_delisted_shares_are_worthless() -> None:
    leg = a_leg(Kind.DELISTING, FRIDAY, -200, text="(US0000000001) DELISTED " + OF_AAA)
    fill = only(Fill, translated(leg))
    assert these(fill.how, fill.quantity, fill.amount) == (Closing.WORTHLESS, -200, 0)


def test_a_reinvested_dividend_is_a_purchase_unless_a_trade_tells_it() -> None:
    leg = a_leg(Kind.DIVIDEND_REINVESTMENT, FRIDAY, 2, proceeds=Decimal(-20))
    fill = only(Fill, translated(leg))
    assert these(fill.quantity, fill.amount, fill.origin) == (2, 20, Origin.REINVESTMENT)
    trade = a_trade(MONDAY, 2, codes="R")
    assert only(Fill, translated(leg, trade)).source.id == trade.id


def test_returned_capital_may_be_an_action() -> None:
    leg = a_leg(Kind.RETURN_OF_CAPITAL, FRIDAY, 0, text="RETURN", proceeds=Decimal(55))
    assert only(ReturnOfCapital, translated(leg)).amount == 55


def test_money_alone_is_no_matter_of_lots() -> None:
    found = translated(a_leg(Kind.OTHER, FRIDAY, 0, text="CASH DIVIDEND", proceeds=Decimal(55)))
    assert not found.events
    assert not found.findings


@pytest.mark.parametrize("change", [100, -100])
def test_what_nobody_can_tell_is_named_and_not_booked(change: int) -> None:
    leg = a_leg(Kind.OTHER, FRIDAY, change, text="SOMETHING HAPPENED TO AAA")
    assert unknown(leg) == "SOMETHING HAPPENED TO AAA"
    assert not translated(leg).events


def test_a_leg_of_nobody_knows_what_leaves_the_action_unbooked() -> None:
    unknown(
        a_leg(Kind.MERGER, FRIDAY, -50, STOCK, action_id="1"),
        a_leg(Kind.MERGER, FRIDAY, 50, None, action_id="1"),  # type: ignore[arg-type]
    )
