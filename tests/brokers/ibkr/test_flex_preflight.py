"""What a Flex query lacks is told before anybody wonders what is missing."""

from pathlib import Path

import pytest

from benchmarks.flex_generator import write_statement
from qm_tui.brokers.ibkr.flex_known import ATTRIBUTES, SECTIONS
from qm_tui.brokers.ibkr.flex_preflight import Lack, preflight, warnings_of
from qm_tui.brokers.ibkr.flex_wanted import WANTED, Importance
from tests.brokers.ibkr.flex_builder import BUY, document, row, section, statement

_ROWS = dict(reversed(list(ATTRIBUTES)))


def full(name: str) -> str:
    """A section with all fields, in one row of each level."""
    tag = _ROWS[name]
    said = dict.fromkeys(sorted(ATTRIBUTES[name, tag]), "")
    if name in {"AccountInformation", "ChangeInNAV"}:
        return row(name, said)
    if name == "Trades":
        tag = "Trade"
    levels = list(WANTED[name].levels) or [""]
    return section(name, *(row(tag, said, levelOfDetail=level) for level in levels))


def lacks(folder: Path, *sections: str, kind: str = "AF") -> list[Lack]:
    path = folder / "statement.xml"
    path.write_text(document(statement(*sections), kind=kind))
    return list(preflight(path))


def everything(**instead: str) -> list[str]:
    return [made for name in WANTED if (made := instead.get(name, full(name)))]


def test_a_query_with_everything_ticked_lacks_nothing(tmp_path: Path) -> None:
    assert lacks(tmp_path, *everything()) == []


def test_all_that_is_wanted_is_known_to_exist() -> None:
    assert WANTED.keys() <= SECTIONS
    for name, wanted in WANTED.items():
        known = frozenset[str]().union(
            *(fields for (place, _), fields in ATTRIBUTES.items() if place == name)
        )
        assert {field for wish in wanted.fields for field in wish.names} <= known


@pytest.mark.parametrize("name", WANTED)
def test_a_section_that_is_not_ticked_is_told(name: str, tmp_path: Path) -> None:
    (lack,) = lacks(tmp_path, *everything(**{name: ""}))
    assert (lack.section, lack.fields) == (name, ())
    assert lack.importance is WANTED[name].importance


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("form", ["<{}/>", "<{} />", "<{}></{}>", "<{}>\n</{}>"])
def test_a_section_that_is_ticked_and_empty_is_not(name: str, form: str, tmp_path: Path) -> None:
    assert lacks(tmp_path, *everything(**{name: form.format(name, name)})) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name in WANTED for wish in WANTED[name].fields for field in wish.names],
)
def test_a_field_that_is_not_ticked_is_told(name: str, field: str, tmp_path: Path) -> None:
    alike = {"position": "quantity", "date": "dateTime", "actionDescription": "description"}
    made = full(name)
    for gone in (field, alike.get(field, field)):
        made = made.replace(f' {gone}=""', "").replace(f' {gone}="DETAIL"', "")
    if field == "levelOfDetail":
        made = made.replace(' levelOfDetail="EXECUTION"', "")
        made = made.replace(' levelOfDetail="CLOSED_LOT"', "")
    found = [lack for lack in lacks(tmp_path, *everything(**{name: made})) if lack.fields]
    assert any(lack.section == name for lack in found)


@pytest.mark.parametrize(
    ("name", "level"),
    [(name, level) for name in WANTED for level in WANTED[name].levels if level != "CLOSED_LOT"],
)
def test_a_level_of_detail_that_is_not_ticked_is_told(
    name: str, level: str, tmp_path: Path
) -> None:
    made = full(name).replace(f'levelOfDetail="{level}"', 'levelOfDetail="OTHER"')
    found = lacks(tmp_path, *everything(**{name: made}))
    assert [lack.fields for lack in found] == [WANTED[name].levels[level].names]


def test_closed_lots_are_missed_only_where_something_was_closed(tmp_path: Path) -> None:
    said = dict.fromkeys(sorted(ATTRIBUTES["Trades", "Trade"]), "") | {"levelOfDetail": "EXECUTION"}
    opened = section("Trades", row("Trade", said, openCloseIndicator="O"))
    closed = section("Trades", row("Trade", said, openCloseIndicator="C"))
    assert lacks(tmp_path, *everything(Trades=opened)) == []
    (lack,) = lacks(tmp_path, *everything(Trades=closed))
    assert lack.fields == ("Closed Lots",)


def test_a_level_far_down_in_a_section_is_seen(tmp_path: Path) -> None:
    said = dict.fromkeys(sorted(ATTRIBUTES["Trades", "Trade"]), "")
    rows = [row("Trade", said, levelOfDetail="EXECUTION", openCloseIndicator="C")] * 5000
    rows.append(row("Trade", said, levelOfDetail="CLOSED_LOT"))
    assert lacks(tmp_path, *everything(Trades=section("Trades", *rows))) == []


def test_the_most_important_comes_first(tmp_path: Path) -> None:
    found = lacks(tmp_path, section("Trades", row("Trade", BUY)))
    assert [lack.importance for lack in found] == sorted(
        (lack.importance for lack in found), reverse=True
    )
    assert found[0].importance is Importance.NEEDED


def test_few_sentences_are_told_and_nothing_is_told_of_what_is_nice(tmp_path: Path) -> None:
    told = warnings_of(lacks(tmp_path, section("Trades", row("Trade", BUY))))
    assert len(told) == 6
    assert all(sentence.endswith(".") and sentence.count(". ") == 0 for sentence in told)
    assert "more things" in told[-1]
    only_nice = lacks(tmp_path, *everything(StmtFunds=""))
    assert warnings_of(only_nice) == ()


def test_a_sentence_names_the_boxes_to_tick(tmp_path: Path) -> None:
    made = full("Trades").replace(' ibExecID=""', "").replace(' conid=""', "")
    (told,) = warnings_of(lacks(tmp_path, *everything(Trades=made)))
    assert told.startswith("In Trades of the Flex query Conid and IB Execution ID are not ticked")


def test_a_confirmation_query_is_told_apart(tmp_path: Path) -> None:
    (lack,) = lacks(tmp_path, "<TradeConfirms/>", kind="TCF")
    assert lack.section == ""
    assert "make an Activity Flex Query" in warnings_of([lack])[0]


@pytest.mark.parametrize(
    "text",
    [
        "", "<", "<FlexQueryResponse", "<FlexQueryResponse><FlexStatement><Trades><Trade a='>'/>",
        "<FlexQueryResponse><FlexStatement></Trades></Trades></FlexStatement>", "<a" * 1000,
        "<FlexStatement><Trades>" + "<Trade/>" * 400 + "<", "\x00\xff<<>>",
    ],
)  # fmt: skip
def test_a_damaged_statement_is_looked_at_without_an_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "statement.xml"
    path.write_text(text)
    assert preflight(path)


def test_what_the_generator_makes_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "statement.xml"
    write_statement(path, executions=2000, accounts=2, details=True)
    told = {lack.section for lack in preflight(path) if not lack.fields}
    assert "Trades" not in told
    assert "CorporateActions" in told
