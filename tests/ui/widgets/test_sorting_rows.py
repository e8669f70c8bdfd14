import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.ui.cell import Cell
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sort_keys import SortKey
from tests.ui.widgets.table_app import COLUMNS, Holding, a_holding

# Equal as floats, and not equal; equal, and written differently; beyond what a float can hold.
CLOSE = ["0.1", "0.10000000000000000001", "1E+400", "2E+400", "-1E+400", "1", "1.00", "1E-400", "0"]
gains = st.one_of(
    st.none(),
    st.sampled_from(CLOSE).map(Decimal),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.integers(-3, 3).map(Decimal),
)
rows_of = st.lists(st.tuples(gains, st.sampled_from("abc"), st.sampled_from("xyz")), max_size=40)
directions = st.tuples(st.booleans(), st.booleans(), st.booleans())
KEYS = {
    "gain": lambda holding: holding.gain,
    "symbol": lambda holding: holding.symbol,
    "note": lambda holding: holding.note if holding.note != "z" else None,
}


def made(cells: Sequence[tuple[Decimal | None, str, str]]) -> list[Holding]:
    return [
        a_holding(number, gain=gain, symbol=symbol, note=note)
        for number, (gain, symbol, note) in enumerate(cells)
    ]


def over(rows: Sequence[Holding]) -> ListSource[Holding]:
    return ListSource(rows, key=lambda holding: holding.id)


def plainly_sorted(rows: Sequence[Holding], keys: Sequence[SortKey[Holding]]) -> list[Holding]:
    result = list(rows)
    for key in reversed(keys):
        known = [row for row in result if key.by(row) is not None]
        unknown = [row for row in result if key.by(row) is None]
        result = sorted(known, key=key.by, reverse=key.reverse) + unknown
    return result


def chosen(names: Sequence[str], reverse: Sequence[bool]) -> list[SortKey[Holding]]:
    return [
        SortKey(by=KEYS[name], reverse=down) for name, down in zip(names, reverse, strict=False)
    ]


@given(
    cells=rows_of, names=st.permutations(list(KEYS)), reverse=directions, count=st.integers(0, 3)
)
def test_rows_are_sorted_by_several_keys_as_by_one_stable_sort_after_the_other(
    cells: list[Any], names: list[str], reverse: Sequence[bool], count: int
) -> None:
    rows, keys = made(cells), chosen(names[:count], reverse)
    source = over(rows)
    source.sort(keys)
    assert list(source.shown) == plainly_sorted(rows, keys)


@settings(max_examples=50)
@given(cells=rows_of, reverse=directions, least=gains, word=st.sampled_from(["A", "x", "b\n", ""]))
def test_what_is_shown_is_what_passes_the_filter_in_order(
    cells: list[Any], reverse: Sequence[bool], least: Decimal | None, word: str
) -> None:
    def keep(row: Holding) -> bool:
        return least is None or (row.gain is not None and row.gain >= least)

    def has_word(row: Holding) -> bool:
        return word.casefold() in "\n".join(column.cell(row).text for column in COLUMNS).casefold()

    rows, keys = made(cells), chosen(["symbol", "gain"], reverse)
    sorted_first, filtered_first = over(rows), over(rows)
    sorted_first.sort(keys)
    sorted_first.filter(keep, words=[word], columns=COLUMNS)
    filtered_first.filter(keep, words=[word], columns=COLUMNS)
    filtered_first.sort(keys)
    expected = plainly_sorted([row for row in rows if keep(row) and has_word(row)], keys)
    assert list(sorted_first.shown) == list(filtered_first.shown) == expected
    assert [row for _, row in sorted_first.loaded()][: len(expected)] == expected
    assert sorted(row.id for _, row in sorted_first.loaded()) == [row.id for row in rows]


@settings(max_examples=50)
@given(cells=rows_of, others=rows_of, words=st.lists(st.sampled_from("axby1"), max_size=4))
def test_typing_on_and_changing_rows_in_place_finds_what_a_new_search_finds(
    cells: list[Any], others: list[Any], words: list[str]
) -> None:
    rows = made(cells)
    source = over(rows)
    source.sort(chosen(["gain", "note"], [True, False]))
    text = ""
    for number, word in enumerate(words):
        text += word
        if others and rows:
            at = number % len(rows)
            rows[at] = made(others)[number % len(others)]
        source.filter(words=[text], columns=COLUMNS)
        anew = over(list(rows))
        anew.filter(words=[text], columns=COLUMNS)
        anew.sort(chosen(["gain", "note"], [True, False]))
        assert list(source.shown) == list(anew.shown)


def test_words_that_must_not_occur_hide_rows() -> None:
    source = over([a_holding(1, note="buy"), a_holding(2, note="SELL"), a_holding(3, note="hold")])
    source.filter(without=["sell"], columns=COLUMNS)
    assert [row.id for row in source.shown] == [1, 3]
    source.filter(without=["sell", "ho"], columns=COLUMNS)
    assert [row.id for row in source.shown] == [1]
    source.filter(without=["ho"], columns=COLUMNS)
    assert [row.id for row in source.shown] == [1, 2]
    source.filter()
    assert [row.id for row in source.shown] == [1, 2, 3]


def test_texts_that_are_read_ahead_are_those_that_are_searched() -> None:
    rows = [a_holding(number, note=f"note {number}") for number in range(25)]
    source = over(rows)
    assert source.prepare(COLUMNS, 10)
    rows[3] = a_holding(3, note="other")
    while source.prepare(COLUMNS, 10):
        pass
    source.filter(words=["OTHER"], columns=COLUMNS)
    assert list(source.shown) == [rows[3]]
    source.filter(words=["note", "24"], columns=COLUMNS)
    assert [row.id for row in source.shown] == [24]


@given(note=st.one_of(st.none(), st.text(max_size=9), st.just("equity_option")))
def test_the_text_that_is_searched_is_the_one_that_is_shown(note: str | None) -> None:
    kinds = Kinds[Holding](Format(zone=dt.UTC))
    plain = kinds.text("note", "Note", 9, lambda holding: holding.note)
    for column in (plain, kinds.word("note", "Note", 9, lambda holding: holding.note)):
        assert column.text is not None
        row = a_holding(1, note=note)
        text = column.text(row)
        assert column.cell(row).text == (UNKNOWN.text if text is None else text)
        source = over([row])
        source.filter(words=[column.cell(row).text.casefold()], columns=[column])
        assert list(source.shown) == [row]


@settings(max_examples=60)
@given(
    notes=st.lists(st.sampled_from(["buy", "BUY", "sell", None, "equity_option"]), max_size=12),
    word=st.sampled_from(["buy", "e", "s", "x1", "y opt", "x", "\u2014", "1", "y\nb"]),
    read=st.integers(0, 3), least=st.integers(0, 12),
)  # fmt: skip
def test_words_are_found_in_texts_that_were_read_ahead_as_in_those_that_were_not(
    notes: list[str | None], word: str, read: int, least: int
) -> None:
    kinds = Kinds[Holding](Format(zone=dt.UTC))
    columns = [
        kinds.word("note", "Note", 9, lambda holding: holding.note),
        kinds.text("symbol", "Symbol", 9, lambda holding: holding.symbol),
        kinds.number("id", "No", 9, lambda holding: holding.id),
    ]
    rows = [
        a_holding(number, note=note, symbol=f"{'bx'[number % 2]}{number % 3}")
        for number, note in enumerate(notes)
    ]
    source = over(rows)
    for _ in range(read * 6):
        source.prepare(columns, 1)
    texts = ["\n".join(column.cell(row).text for column in columns).casefold() for row in rows]
    having = [row.id for row, text in zip(rows, texts, strict=True) if word in text]

    source.filter(lambda row: row.id >= least, words=[word], columns=columns)
    assert [row.id for row in source.shown] == [one for one in having if one >= least]
    source.filter(without=[word], columns=columns)
    assert [row.id for row in source.shown] == [row.id for row in rows if row.id not in having]


def test_words_are_looked_for_in_no_column_that_is_not_needed() -> None:
    read = []

    def note(holding: Holding) -> str:
        read.append(holding.id)
        return holding.note

    kinds = Kinds[Holding](Format(zone=dt.UTC))
    symbol = kinds.text("symbol", "Symbol", 9, lambda holding: holding.symbol)
    source = over([a_holding(1, note="x"), a_holding(2, symbol="other", note="sym")])
    source.filter(words=["sym"], columns=[symbol, kinds.text("note", "Note", 9, note)])
    assert [row.id for row in source.shown] == [1, 2]
    assert read == [2]


def test_to_sort_and_to_show_all_rows_forgets_no_texts() -> None:
    read = []

    def cell(holding: Holding) -> Cell:
        read.append(holding.id)
        return Cell(holding.note)

    columns = [Column(key="note", title="Note", width=9, cell=cell)]
    source = over([a_holding(number, note=f"note {number}") for number in range(9)])
    source.filter(words=["note"], columns=columns)
    source.sort(chosen(["gain"], [True]))
    source.filter()
    source.filter(words=["8"], columns=columns)
    source.filter(words=["note", "8"], columns=columns)
    assert [row.id for row in source.shown] == [8]
    assert sorted(read) == sorted([*range(9), *range(9)])  # one text of all, one of words


@settings(max_examples=50)
@given(
    cells=rows_of, others=rows_of, names=st.permutations(list(KEYS)), reverse=directions,
    portions=st.integers(0, 14),
)  # fmt: skip
def test_values_that_are_read_ahead_sort_as_those_that_are_read_at_once(
    cells: list[Any], others: list[Any], names: list[str], reverse: Sequence[bool], portions: int
) -> None:
    columns = [
        Column(
            key=name,
            title=name,
            width=9,
            cell=lambda row: Cell(str(row.id)),
            sort_key=by,
            wordless=True,
        )
        for name, by in KEYS.items()
    ]
    rows, keys = made(cells), chosen(names, reverse)
    source = over(rows)
    for number in range(portions):
        source.prepare(columns, 1)
        if number == 5 and others and rows:
            rows[len(others) % len(rows)] = made(others)[0]
            source.sort([])
    source.sort(keys)
    assert list(source.shown) == plainly_sorted(rows, keys)


def test_another_order_asks_no_row_again_whether_it_passes_the_filter() -> None:
    asked = []

    def keep(holding: Holding) -> bool:
        asked.append(holding.id)
        return holding.id != 2

    rows = [a_holding(number) for number in range(4)]
    source = over(rows)
    source.filter(keep)
    source.sort(chosen(["gain"], [True]))
    assert [row.id for row in source.shown] == [3, 1, 0]
    assert asked == [0, 1, 2, 3]
    rows[0] = a_holding(9)
    source.sort(chosen(["gain"], [False]))
    assert [row.id for row in source.shown] == [1, 3, 9]
    assert asked == [0, 1, 2, 3, 9, 1, 2, 3]
