"""What stands in an answer, and where."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.tastytrade.answers import Item, Pagination
from qm_tui.brokers.tastytrade.decoding import GarbledError, decoded


def rows_of(body: bytes) -> list[Item]:
    found = decoded(body)
    assert found.items is not None
    return list(found.items)


def test_numbers_are_exact() -> None:
    (row,) = rows_of(b'{"data":{"items":[{"price": 0.1, "quantity": 3}]}}')
    assert row.value == {"price": Decimal("0.1"), "quantity": 3}


def test_what_is_no_number_is_left_to_who_reads_the_row() -> None:
    (row,) = rows_of(b'{"data":{"items":[{"a": NaN, "b": -Infinity}]}}')
    assert row.value["a"].is_nan()
    assert row.value["b"].is_infinite()


def test_a_number_nobody_can_hold_costs_its_row_alone() -> None:
    long = "7" * 5000
    text = f'{{"data":{{"items":[{{"a": 1e99999999999999999999, "b": {long}}}, {{"a": 1.5}}]}}}}'
    bad, good = rows_of(text.encode())
    assert bad.value == {"a": "1e99999999999999999999", "b": long}
    assert good.value == {"a": Decimal("1.5")}


def test_each_row_is_found_in_the_bytes_again() -> None:
    body = '{ "data" : {"items" : [ {"a": "ä€😀"} ,\n{"a": 2}, 3 ] } , "pagination":{}} '.encode()
    found = decoded(body)
    assert [json.loads(body[row.begin : row.end]) for row in rows_of(body)] == [
        {"a": "ä€😀"}, {"a": 2}, 3,
    ]  # fmt: skip
    assert found.pagination == Pagination()


@pytest.mark.parametrize(
    "rows",
    [
        [], [{}], [{}, {}, {}], [{"a": 1}, {"a": "},{"}, {"a": "} , {"}], [{"a": "}"}, {"b": "{"}],
        [{"a": [{"b": 1}, {"b": 2}]}, {"c": {"d": {}}}, {}], [[{"a": 1}], {"a": 1}, [{}, {}]],
        [{"a": "],"}, {"a": '"},{"'}, {"a": "\\"}, {"ä": "€},{"}],
    ],
)  # fmt: skip
@pytest.mark.parametrize("separators", [(",", ":"), (" ,\n", " : ")])
def test_a_row_is_found_whatever_its_texts_and_lists_look_like(
    rows: list[Any], separators: tuple[str, str]
) -> None:
    whole = {"data": {"items": rows}, "pagination": {"links": [{}, {}]}}
    body = json.dumps(whole, separators=separators, ensure_ascii=False).encode()
    found = rows_of(body)
    assert [row.value for row in found] == rows
    assert [json.loads(body[row.begin : row.end]) for row in found] == rows
    assert all(body[row.begin : row.end].strip() == body[row.begin : row.end] for row in found)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(rows=st.lists(_JSON, max_size=5), ascii_only=st.booleans(), indent=st.none() | st.just(1))
def test_rows_of_any_form_are_read_as_the_library_reads_them(
    rows: list[Any], ascii_only: bool, indent: int | None
) -> None:
    whole = {"before": rows, "data": {"context": rows, "items": rows, "after": 1}, "items": 7}
    body = json.dumps(whole, ensure_ascii=ascii_only, indent=indent).encode()
    found = decoded(body)
    assert found.items is not None
    assert [row.value for row in found.items] == json.loads(body)["data"]["items"]
    assert found.data["after"] == 1
    for row in found.items:
        assert decoded(b'{"data":' + body[row.begin : row.end] + b"}").data == row.value


@pytest.mark.parametrize("data", ["null", "{}", "[]", '{"items": null}', '{"items": {}}', "7"])
def test_without_a_list_there_are_no_rows(data: str) -> None:
    found = decoded(f'{{"data": {data}}}'.encode())
    assert found.items is None
    assert found.data == json.loads(data)


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    found = decoded(b'{"data": {"items": [1], "items": 2}}')
    assert found.items is None
    found = decoded(b'{"data": {"items": [1]}, "data": {"other": []}}')
    assert found.items is None
    assert [row.value for row in rows_of(b'{"data":7,"data":{"items":[1],"items":[2]}}')] == [2]
    assert decoded(b'{"data": {"items": [1]}, "data": 7}').items is None


def test_a_page_says_where_it_stands_in_numbers_or_in_text() -> None:
    pages = '{"per-page": 250, "page-offset": "3", "total-items": -1, "total-pages": "many"}'
    assert decoded(f'{{"data": [], "pagination": {pages}}}'.encode()).pagination == Pagination(
        page=3, per_page=250
    )
    assert decoded(b'{"data": [], "pagination": null}').pagination is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "nothing"), (b"  \n", "nothing"), (b"<!DOCTYPE html><html></html>", "an HTML page"),
        (b'{"data": {"items": [{"a": 1}, {"a"', "incomplete data"), (b'{"data"', "incomplete"),
        (b'{"data":', "incomplete"), (b'{"data": {"items": [', "incomplete"), (b"{", "incomplete"),
        (b'{"data": {"items": [1,]}}', "incomplete"), (b'{"data": 1} x', "incomplete"),
        (b"ok", "no data"), (b"null", "no data"), (b'{"other": 1}', "without data"),
        (b'{"data":' + b"[" * 100_000, "nested too deeply"),
        (b'{"data":' + b'{"a":' * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told_for_what_it_is(body: bytes, says: str) -> None:
    with pytest.raises(GarbledError, match=says):
        decoded(body)


def test_one_letter_of_another_encoding_does_not_cost_the_page() -> None:
    body = b'{"data":{"items":[{"a":"Soci\xe9t\xe9"},{"a":"\xe2\x82\xac"}]}}'
    found = decoded(body)
    assert [row.value["a"] for row in rows_of(body)] == ["Soci\ufffdt\ufffd", "€"]
    assert found.items is not None
    first = found.items[0]
    assert json.loads(found.body[first.begin : first.end]) == first.value


def test_half_a_character_is_replaced_and_a_whole_one_is_not() -> None:
    body = rb'{"data":{"items":[{"a":"\ud83d\ude00 \ud83d \\ud83d \uDE00","b":1}]}}'
    (row,) = rows_of(body)
    assert row.value["a"] == "😀 \ufffd \\ud83d \ufffd"
    assert json.loads(body[row.begin : row.end])["b"] == 1
    row.value["a"].encode()


def test_a_mark_of_order_before_the_first_brace_is_no_harm() -> None:
    body = b'\xef\xbb\xbf{"data":{"items":[{"a":1}]}}'
    (row,) = rows_of(body)
    assert body[row.begin : row.end] == b'{"a":1}'
