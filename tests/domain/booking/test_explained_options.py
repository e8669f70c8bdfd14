"""Why shares of an exercise or assignment cost, or brought, what they did: the option's premium."""

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.explanation import Explainer, Explanation
from qm_tui.domain.booking.results import Booked
from tests.domain.booking.actions import SECURITIES, capital_returned, exchanged, got
from tests.domain.booking.actions import booked as booked_action
from tests.domain.booking.histories import ACCOUNTS, a_fill, book, bought
from tests.domain.booking.test_exercises import ALL, CALL, EXPIRY, PUT, an_end, an_option


def explained(*events: Event) -> tuple[Booked, Explainer]:
    booked = book(*events, securities=ALL, explain=True)
    return booked, Explainer(booked, ALL, ACCOUNTS)


def texts(explanation: Explanation | None) -> list[str]:
    assert explanation is not None
    return [step.text for step in explanation.steps]


def test_shares_that_were_called_tell_of_the_option_and_its_premium() -> None:
    booked, explainer = explained(
        an_option("2024-01-02", CALL, 1, 3),
        an_end(EXPIRY, CALL, -1, a_fill(EXPIRY, 100, 50)),
    )
    [lot] = booked.lots
    assert texts(explainer.why_lot(lot.number)) == [
        "2024-01-02 bought 1 AAA   240621C00050000 for 300.00 USD",
        "2024-06-21 exercised 1 AAA   240621C00050000 with a basis of 300.00 USD; nothing is left",
        "2024-06-21 100 AAA bought: premium, 300.00, added to its cost, out of lot 1 with a basis"
        " of 5,300.00 USD",
    ]


def test_shares_that_were_put_tell_that_the_premium_lowered_their_cost() -> None:
    booked, explainer = explained(
        an_option("2024-01-02", PUT, -1, 2),
        an_end(EXPIRY, PUT, 1, a_fill(EXPIRY, 100, 50)),
    )
    [lot] = booked.lots
    assert "premium, 200.00, taken off its cost" in texts(explainer.why_lot(lot.number))[-1]


def test_a_sale_by_assignment_tells_of_the_option_and_its_premium() -> None:
    booked, explainer = explained(
        bought("2024-01-02", 100, 40),
        an_option("2024-01-03", CALL, -1, 3),
        an_end(EXPIRY, CALL, 1, a_fill(EXPIRY, -100, 50)),
    )
    [closed] = booked.slices
    explanation = explainer.why_gain(closed.number)
    assert explanation is not None
    assert [step.split()[1] for step in texts(explanation)] == [
        "bought", "sold", "assigned", "sold",
    ]  # fmt: skip
    assert explanation.summary[1:3] == (
        "delivered for lot 2 of AAA   240621C00050000: its premium, 300.00 USD, is in the proceeds",
        "proceeds 5,300.00 USD − basis 4,000.00 USD = gain 1,300.00 USD",
    )


def test_a_sale_by_a_put_tells_what_the_premium_took_off() -> None:
    booked, explainer = explained(
        bought("2024-01-02", 100, 60),
        an_option("2024-01-03", PUT, 1, 2),
        an_end(EXPIRY, PUT, -1, a_fill(EXPIRY, -100, 50)),
    )
    explanation = explainer.why_gain(booked.slices[0].number)
    assert explanation is not None
    assert explanation.summary[1].endswith("its premium, 200.00 USD, was taken off the proceeds")


# --- gains without shares ------------------------------------------------------------------------


def first_line(booked: Booked) -> str:
    explanation = Explainer(booked, SECURITIES, ACCOUNTS).why_gain(booked.slices[0].number)
    assert explanation is not None
    return explanation.summary[0]


def test_cash_beside_shares_has_words_of_its_own() -> None:
    booked = booked_action(
        bought("2024-01-02", 100, 10),
        exchanged("2024-06-03", got(50, value=2000), given=100, cash=200),
        explain=True,
    )
    assert first_line(booked) == (
        "cash received beside shares for OLD, lot 1: a gain counts up to the cash"
    )


def test_capital_beyond_the_basis_has_words_of_its_own() -> None:
    booked = booked_action(
        bought("2024-01-02", 100, 1), capital_returned("2024-06-03", 150), explain=True
    )
    assert first_line(booked) == "capital returned on OLD, lot 1 beyond the basis"
