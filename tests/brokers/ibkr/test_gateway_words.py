"""What the gateway's messages are in words, and what they do to a connection."""

import datetime as dt

from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_condition import Condition
from qm_tui.brokers.ibkr.gateway_words import Effect, Tells

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


def condition(*codes: int) -> Condition:
    found = Condition(lambda: NOW)
    for code in codes:
        found.take(-1, code, f"Something about a farm:usfarm{code}")
    return found


def test_every_meaning_is_a_sentence_without_a_code_in_it() -> None:
    for code in range(12_000):
        found = words.meaning(code, "A farm connection is broken:usfarm", -1)
        assert found.says.endswith("."), code
        assert "{" not in found.says
        if "(message" not in found.says:
            assert str(code) not in found.says


def test_farms_are_named_as_the_message_names_them() -> None:
    assert words.farm("Market data farm connection is OK:usfarm.nj") == "nj"
    assert words.farm("Market data farm connection is broken:usfarm") == "usfarm"
    assert words.farm("available upon demand.ushmds") == "ushmds"
    assert words.farm("") == "unknown"


def test_a_connection_lost_to_the_broker_comes_back_only_by_its_own_word() -> None:
    assert condition(1100).away
    assert condition(1100, 2104).away, "a farm may be reached by other ways"
    assert not condition(1100, 1102).away
    assert condition(1100, 1102).resync
    assert condition(1100, 1101).forgotten
    assert not condition(1100, 1102).forgotten
    assert not condition(2110, 2104).away


def test_prices_are_fresh_again_when_every_farm_is() -> None:
    found = Condition(lambda: NOW)
    for farm in ("usfarm", "eufarm"):
        found.take(-1, 2103, f"Market data farm connection is broken:{farm}")
    found.take(-1, 2104, "Market data farm connection is OK:usfarm")
    assert found.farms == {"eufarm"}
    assert not condition(2103).fresh
    found.take(-1, 2108, "inactive but should be available upon demand.eufarm")
    assert found.fresh
    assert not found.interrupted, "what is held has nothing to do with it"


def test_historical_data_farms_are_nobody_s_business() -> None:
    found = condition(2105, 2106, 2107, 2157, 2158)
    assert found.fresh
    assert found.says is None
    assert found.heard == {}


def test_an_unknown_message_is_told_in_the_gateway_s_words_cut_and_cleaned() -> None:
    found = words.meaning(2_345, "[red]be\x1b[0m warned\n" + "x" * 10_000, -1)
    assert found.tells is Tells.ACCOUNT
    assert found.effect is Effect.NONE
    assert "\x1b" not in found.says
    assert "\n" not in found.says
    assert len(found.says) < 160
    assert words.meaning(2_345, "about a request", 7).tells is Tells.NOBODY


def test_a_restriction_is_told_apart_from_a_warning() -> None:
    said = "The account is restricted to closing only."
    assert words.meaning(2_345, said, -1).kind == "restriction"
    assert words.meaning(2_345, "Mind the gap.", -1).kind == "warning"


def test_a_thousand_different_messages_do_not_become_a_thousand_notices() -> None:
    assert len(condition(*range(3_000, 4_000)).heard) == 20
