"""Histories that the double makes while they are asked for."""

import datetime as dt
import json
import time

import pytest

from tests.simulators.tastytrade_history import LongHistory, Query

ACCOUNT = "5WX00001"


def test_a_long_history_is_made_quicker_than_it_is_read() -> None:
    history = LongHistory(100_000, ACCOUNT)
    began = time.process_time()
    texts, total = history.page(Query(descending=False), 50_000, 2000)
    assert time.process_time() - began < 0.5
    assert total == 100_000
    rows = [json.loads(text) for text in texts]
    assert len({row["id"] for row in rows}) == 2000
    assert 1000 < len(texts[0]) < 1600
    moments = [row["executed-at"] for row in rows]
    assert moments == sorted(moments)


@pytest.mark.parametrize("descending", [False, True])
def test_a_long_history_has_windows_that_meet(descending: bool) -> None:
    history = LongHistory(1001, ACCOUNT, per_day=10)
    cut = history.first + dt.timedelta(days=37)
    day = dt.timedelta(days=1)
    found = []
    for query, count in (
        (Query(last=cut - day, descending=descending), 370),
        (Query(first=cut, descending=descending), 631),
    ):
        for begin in range(0, 1001, 100):
            texts, total = history.page(query, begin, 100)
            assert total == count
            found += [json.loads(text)["id"] for text in texts]
    assert len(found) == len(set(found)) == 1001
