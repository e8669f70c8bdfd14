"""Fetching statements from the Flex web service: the two steps, patience, and what goes wrong."""

import asyncio
import datetime as dt
import gzip
import json
import logging
import stat
import sys
import traceback
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.flex_generator import write_statement
from qm_tui import __version__
from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Progress
from qm_tui.brokers.ibkr.flex_errors import FAULTS, Reaction
from qm_tui.domain.records import Trade
from tests.brokers.ibkr.flex_asked import (
    IMPATIENT,
    NOW,
    Outcome,
    all_covered,
    answering,
    asking,
    fetch,
    left_in,
    token,
)
from tests.brokers.ibkr.flex_builder import read_file
from tests.simulators.flex import FlexDouble, document, small_statement
from tests.simulators.flex_acts import (
    ACTS,
    BASE_PATH,
    Exchange,
    act_named,
    redirect,
    says_no,
    serve,
)

BAD_NEWS = (BrokerUnavailable, BrokerRefused)
RIGHT = {"right_zipped", "right_as_text"}
ROOT = Path(__file__).parents[3]
FOREVER = 40
"""So often as nobody has patience."""


async def test_a_statement_is_asked_for_waited_for_and_taken(tmp_path: Path) -> None:
    secret = token()
    double = FlexDouble(token=secret, query="123456")
    async with double, asking(double, secret=secret) as service:
        found = await fetch(service, tmp_path)
    assert double.steps == ["SendRequest", "GetStatement"]
    assert double.asked[0].parameters == {"t": secret, "q": "123456", "v": "3"}
    assert double.asked[1].parameters == {"t": secret, "q": "9000000", "v": "3"}
    assert {asked.method for asked in double.asked} == {"GET"}
    assert {asked.headers["user-agent"] for asked in double.asked} == {f"qm-tui/{__version__}"}
    assert found.names == ["ib-flex 2026-02-02 … 2026-02-27"]
    assert found.texts[0].encode() == document(
        small_statement(dt.date(2026, 2, 2), dt.date(2026, 2, 27))
    )
    assert found.progress[-1].done_bytes == len(found.texts[0]) == found.progress[-1].total_bytes


async def test_what_is_fetched_can_be_read(tmp_path: Path) -> None:
    async with FlexDouble() as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    read = read_file(found.fetched[0].path)
    assert len(read.all(Trade)) == 1
    assert read.refused == []
    assert [told.from_date for told in read.coverage] == [dt.date(2026, 2, 2)]


async def test_the_file_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    async with FlexDouble() as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert stat.S_IMODE(found.fetched[0].path.stat().st_mode) == 0o600


async def test_a_statement_that_is_being_made_is_waited_for(tmp_path: Path) -> None:
    async with FlexDouble(in_progress=6) as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert double.steps == ["SendRequest"] + ["GetStatement"] * 7
    assert len(found.fetched) == 1
    says = [waits for waits in found.waits if "still making" in waits.says]
    assert len(says) == 6
    times = [waits.until - NOW for waits in says if waits.until is not None]
    assert times == sorted(times)
    assert times[-1] == dt.timedelta(seconds=IMPATIENT.poll_most)


async def test_a_statement_that_is_never_made_is_given_up(tmp_path: Path) -> None:
    settings = replace(IMPATIENT, poll_limit=0.05)
    async with (
        FlexDouble(in_progress=10**6) as double,
        asking(double, settings=settings) as service,
    ):
        with pytest.raises(BrokerUnavailable, match="still being generated"):
            await fetch(service, tmp_path)
    assert len(double.sent()) == 1
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("step", ["send", "get"])
async def test_every_error_code_says_what_to_do(code: int, step: str, tmp_path: Path) -> None:
    acts = [says_no(code, "Whatever.") for _ in range(FOREVER)]
    settings = replace(IMPATIENT, poll_limit=0.05)
    double = answering(step, *acts)
    async with double, asking(double, settings=settings) as service:
        with pytest.raises(BAD_NEWS) as error:
            await fetch(service, tmp_path)
    says = str(error.value)
    assert FAULTS[code].meaning in says
    assert f"(error {code})" in says
    final = FAULTS[code].reaction in {Reaction.REFUSE, Reaction.NOTHING}
    assert isinstance(error.value, BrokerRefused) is final
    assert "{" not in says
    asked = len(double.asked)
    assert asked <= (1 if final and step == "send" else 2 if final else FOREVER)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("code", [1001, 1004, 1005, 1006, 1007, 1008, 1009, 1018, 1019, 1021])
@pytest.mark.parametrize("step", ["send", "get"])
async def test_what_passes_is_waited_for(code: int, step: str, tmp_path: Path) -> None:
    double = answering(step, says_no(code))
    async with double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert len(found.fetched) == 1
    assert len(double.sent()) == (2 if step == "send" else 1), "it is never made twice"


async def test_an_expired_token_names_where_to_renew_it(tmp_path: Path) -> None:
    async with FlexDouble(send_acts=[says_no(1012)]) as double, asking(double) as service:
        with pytest.raises(BrokerRefused) as error:
            await fetch(service, tmp_path)
    assert "Flex Web Service Configuration" in str(error.value)
    assert "`qm-tui login ib-flex`" in str(error.value)


async def test_a_lost_statement_is_made_again_once(tmp_path: Path) -> None:
    async with FlexDouble(get_acts=[says_no(1017)]) as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert double.steps == ["SendRequest", "GetStatement"] * 2
    assert len(found.fetched) == 1


async def test_too_many_requests_are_counted_down(tmp_path: Path) -> None:
    async with FlexDouble(send_acts=[says_no(1018)]) as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert "too many requests" in found.waits[0].says
    assert found.waits[0].until == NOW + dt.timedelta(seconds=IMPATIENT.crowded_wait)


async def test_who_asks_too_often_again_and_again_is_told_when_he_may(tmp_path: Path) -> None:
    double = FlexDouble(send_acts=[says_no(1018)] * 20)
    async with double, asking(double) as service:
        with pytest.raises(BrokerUnavailable) as error:
            await fetch(service, tmp_path)
    assert error.value.not_before == NOW + dt.timedelta(minutes=10)


@pytest.mark.parametrize(
    ("message", "expected"),
    [("Please try again shortly.", BrokerUnavailable), ("You are not allowed.", BrokerRefused)],
)
async def test_an_unknown_code_is_told_in_the_services_own_words(
    message: str, expected: type[Exception], tmp_path: Path
) -> None:
    acts = [says_no(1999, f"{message} [red]{'x' * 5000}") for _ in range(FOREVER)]
    async with FlexDouble(send_acts=acts) as double, asking(double) as service:
        with pytest.raises(expected) as error:
            await fetch(service, tmp_path)
    assert message in str(error.value)
    assert "error 1999" in str(error.value)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("step", ["send", "get"])
@pytest.mark.parametrize("name", sorted(ACTS.keys() - RIGHT))
async def test_an_answer_that_makes_no_sense_ends_in_words(
    name: str, step: str, tmp_path: Path
) -> None:
    double = answering(step, *[ACTS[name]] * FOREVER)
    async with double, asking(double) as service:
        with pytest.raises(BAD_NEWS) as error:
            await fetch(service, tmp_path)
    says = str(error.value)
    assert says.endswith(".")
    assert says.isprintable()
    assert "Error" not in says
    assert len(double.asked) <= 8
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("step", ["send", "get"])
@pytest.mark.parametrize(
    "name",
    [
        "refused", "reset", "silent", "stalled", "short", "truncated", "half_a_chunk", "cut",
        "html", "json", "empty", "text", "not_zipped", "half_zipped", "damaged_envelope",
        "crowded", "crowded_until", "error", "bad_gateway", "maintenance",
    ],
)  # fmt: skip
async def test_what_goes_wrong_once_is_tried_again(name: str, step: str, tmp_path: Path) -> None:
    double = answering(step, ACTS[name])
    async with double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert len(found.fetched) == 1
    assert left_in(tmp_path) == [found.fetched[0].path.name]
    assert len(double.asked) == 3


@pytest.mark.parametrize("name", sorted(RIGHT))
async def test_how_a_right_answer_is_wrapped_does_not_matter(name: str, tmp_path: Path) -> None:
    async with FlexDouble(get_acts=[ACTS[name]]) as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert found.texts[0].startswith("<FlexQueryResponse")
    assert len(double.asked) == 2


async def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with FlexDouble() as double:
        url = double.url
    async with asking(url) as service:
        with pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1 cannot be reached.*3 times"):
            await fetch(service, tmp_path)


async def test_a_query_in_csv_says_which_format_to_set(tmp_path: Path) -> None:
    async with FlexDouble(get_acts=[ACTS["csv"]]) as double, asking(double) as service:
        with pytest.raises(BrokerRefused, match="set Format to XML"):
            await fetch(service, tmp_path)


async def test_a_statement_that_is_too_large_is_refused_before_it_fills_the_disk(
    tmp_path: Path,
) -> None:
    settings = replace(IMPATIENT, largest=100_000)
    large = b"<FlexQueryResponse><a>" + b"x" * 1_000_000

    async def endless(exchange: Exchange) -> None:
        await exchange.head(200)
        await exchange.write(large)

    for act in (serve(large), endless):
        double = answering("get", act)
        async with double, asking(double, settings=settings) as service:
            with pytest.raises(BrokerRefused, match="larger than 0 MB"):
                await fetch(service, tmp_path)
    assert left_in(tmp_path) == []


async def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<FlexQueryResponse>" + b" " * 50_000_000)
    act = serve(bomb, headers={"Content-Encoding": "gzip"})
    settings = replace(IMPATIENT, largest=1_000_000)
    async with FlexDouble(get_acts=[act]) as double, asking(double, settings=settings) as service:
        with pytest.raises(BrokerRefused, match="larger than 1 MB"):
            await fetch(service, tmp_path)
    assert left_in(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    async with FlexDouble() as double, asking(double) as service:
        with pytest.raises(BrokerUnavailable, match="cannot be written into"):
            await fetch(service, tmp_path / "not there")


async def test_an_answer_without_a_statement_is_refused(tmp_path: Path) -> None:
    async with FlexDouble(content=document()) as double, asking(double) as service:
        with pytest.raises(BrokerRefused, match="holds no statement"):
            await fetch(service, tmp_path)
    assert left_in(tmp_path) == []


# --- where the token may go -------------------------------------------------------------------


_FOREIGN = (
    "https://example.com/GetStatement",
    "https://evil-interactivebrokers.com/GetStatement",
    "https://interactivebrokers.com.evil.example/GetStatement",
    "https://interactivebrokers.com@evil.example/GetStatement",
    "https://user:word@ndcdyn.interactivebrokers.com/GetStatement",
    "https://evil.example\\@interactivebrokers.com/GetStatement",
    "https://ndcdyn.interactivebrokers.com:8443/GetStatement",
    "http://ndcdyn.interactivebrokers.com/GetStatement",
    "http://127.0.0.1:1/GetStatement",
    "http://127.0.0.2/GetStatement",
    "http://localhost/GetStatement",
    "//evil.example/GetStatement",
    "ftp://127.0.0.1/GetStatement",
    "file:///etc/passwd",
    "https://interactivebrokers.com\u2024evil.example/GetStatement",
    "https://[::1/GetStatement",
    "https://evil.example/?t=SECRET",
    "javascript:alert(1)",
)


@pytest.mark.parametrize(
    ("how", "url"),
    # A header holds no letters but ASCII's.
    [("named", url) for url in _FOREIGN]
    + [("redirected", url) for url in _FOREIGN if url.isascii()],
)
async def test_the_token_goes_to_no_other_host(url: str, how: str, tmp_path: Path) -> None:
    double = (
        FlexDouble(statement_url=url) if how == "named" else FlexDouble(get_acts=[redirect(url)])
    )
    async with double, asking(double) as service:
        with pytest.raises(BrokerRefused, match="the token is not sent there") as error:
            await fetch(service, tmp_path)
    assert "SECRET" not in str(error.value)
    assert "word" not in str(error.value)
    assert left_in(tmp_path) == []


async def test_a_refused_host_is_named(tmp_path: Path) -> None:
    double = FlexDouble(statement_url="https://evil.example/x")
    async with double, asking(double) as service:
        with pytest.raises(BrokerRefused, match=r"“evil\.example”"):
            await fetch(service, tmp_path)
    assert double.steps == ["SendRequest"]


@pytest.mark.parametrize("where", ["", "GetStatement", f"{BASE_PATH}/GetStatement"])
async def test_an_answer_may_leave_out_where_statements_are(where: str, tmp_path: Path) -> None:
    async with FlexDouble(statement_url=where) as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert len(found.fetched) == 1


async def test_the_service_may_move_on_its_own_host(tmp_path: Path) -> None:
    acts = [redirect("GetStatement?x=1&t=other", 307)]
    async with FlexDouble(get_acts=acts) as double, asking(double) as service:
        await fetch(service, tmp_path)
    assert double.asked[-1].parameters["x"] == "1"
    assert double.asked[-1].parameters["t"] == double.asked[0].parameters["t"]


@pytest.mark.parametrize("where", [None, ""])
async def test_a_server_named_without_a_folder_is_asked_in_the_usual_one_too(
    where: str | None, tmp_path: Path
) -> None:
    double = FlexDouble() if where is None else FlexDouble(statement_url=where)
    async with double, asking(double.url.removesuffix(BASE_PATH)) as service:
        found = await fetch(service, tmp_path)
    assert len(found.fetched) == 1


@pytest.mark.parametrize("url", ["http://example.com/flex", "example.com", "https://a b/", "x://y"])
async def test_a_base_url_that_would_give_the_token_away_is_refused(url: str) -> None:
    with pytest.raises(BrokerRefused, match="base_url"):
        async with asking(url):
            pass


async def test_what_is_not_encrypted_never_goes_through_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with FlexDouble() as double, asking(double) as service:
        found = await fetch(service, tmp_path)
    assert len(found.fetched) == 1


# --- what is told to nobody -------------------------------------------------------------------


def _leaks(name: str) -> Callable[[str], FlexDouble]:
    """A double that says the token in its own answers."""
    doubles: dict[str, Callable[[str], FlexDouble]] = {
        "in a message": lambda t: FlexDouble(send_acts=[says_no(1999, f"Token {t} is bad")]),
        "in a known error": lambda t: FlexDouble(send_acts=[says_no(1015, f"{t}")]),
        "in an address": lambda t: FlexDouble(statement_url=f"https://{t}.example/?t={t}"),
        "in a redirect": lambda t: FlexDouble(get_acts=[redirect(f"https://x.example/?t={t}")]),
        "in a page": lambda t: FlexDouble(
            get_acts=[serve(f"<html>{t}</html>".encode(), status=500)] * FOREVER
        ),
        "in an element": lambda t: FlexDouble(get_acts=[serve(f"<{t}/>".encode())] * FOREVER),
        "in a reset": lambda _: FlexDouble(get_acts=[ACTS["reset"]] * FOREVER),
        "in nothing": lambda _: FlexDouble(),
    }
    return doubles[name]


@pytest.mark.parametrize(
    "how",
    [
        "in a message", "in a known error", "in an address", "in a redirect", "in a page",
        "in an element", "in a reset", "in nothing",
    ],
)  # fmt: skip
async def test_the_token_is_in_no_log_no_error_and_no_name(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = token()
    told = Outcome()
    with caplog.at_level(logging.DEBUG):
        for name in ("httpx2", "httpcore2", "httpcore2.http11", "httpcore2.connection", "asyncio"):
            caplog.set_level(logging.DEBUG, logger=name)
        async with _leaks(how)(secret) as double, asking(double, secret=secret) as service:
            says = repr(service)
            try:
                await fetch(service, tmp_path, outcome=told)
            except (BrokerUnavailable, BrokerRefused) as error:
                says += "".join(traceback.format_exception(error)) + repr(error)
    assert any(asked.parameters["t"] == secret for asked in double.asked)
    assert any("GetStatement" in line or "SendRequest" in line for line in caplog.messages)
    says += "\n".join(record.getMessage() + repr(record.args) for record in caplog.records)
    says += repr(told)
    assert secret not in says
    assert secret.lower() not in says.lower()


@pytest.mark.parametrize("secret", ["", "  ", "with blank", "ünïcode", "a\nb", "x" * 1000])
async def test_what_can_be_no_token_is_not_sent(secret: str, tmp_path: Path) -> None:
    async with FlexDouble() as double, asking(double, secret=secret or " ") as service:
        with pytest.raises(BrokerRefused, match="qm-tui login ib-flex"):
            await fetch(service, tmp_path)
    assert double.asked == []


async def test_a_token_is_stripped_and_escaped(tmp_path: Path) -> None:
    given = " a&b=c#d+e% \n"
    async with FlexDouble() as double, asking(double, secret=given) as service:
        await fetch(service, tmp_path)
    assert {asked.parameters["t"] for asked in double.asked} == {"a&b=c#d+e%"}


@pytest.mark.parametrize("query_id", ["", "a b", "1&t=2", "1" * 50])
async def test_what_can_be_no_query_is_refused_at_once(query_id: str) -> None:
    with pytest.raises(BrokerRefused, match="query_id"):
        async with asking("http://127.0.0.1:1/x", query_id=query_id):
            pass


# --- pace, cancelling, checking ---------------------------------------------------------------


async def test_no_more_is_asked_than_is_allowed(tmp_path: Path) -> None:
    settings = replace(
        IMPATIENT, requests_apart=0.02, requests_at_most=4, requests_window=0.3, poll_limit=5
    )
    async with FlexDouble(in_progress=6) as double, asking(double, settings=settings) as service:
        found = await fetch(service, tmp_path)
    times = [asked.at for asked in double.asked]
    assert len(times) == 8
    assert all(later - sooner >= 0.015 for sooner, later in pairwise(times))
    assert all(later - sooner >= 0.28 for sooner, later in zip(times, times[4:], strict=False))
    assert any("ten requests a minute" in waits.says for waits in found.waits)


async def test_services_with_one_token_share_its_pace(tmp_path: Path) -> None:
    secret = token()
    settings = replace(IMPATIENT, requests_at_most=2, requests_window=0.2)
    async with FlexDouble() as double:
        async with asking(double, secret=secret, settings=settings) as first:
            await fetch(first, tmp_path)
        async with asking(double, secret=secret, settings=settings) as second:
            await fetch(second, tmp_path)
    assert double.asked[2].at - double.asked[0].at >= 0.18


async def test_a_fetch_that_is_given_up_leaves_nothing_behind(tmp_path: Path) -> None:
    async with FlexDouble(get_acts=[ACTS["drips"]]) as double, asking(double) as service:
        async with aclosing(service.fetch(all_covered(), tmp_path)) as told:
            async for step in told:
                if isinstance(step, Progress):
                    assert left_in(tmp_path) != []
                    break
        assert left_in(tmp_path) == []


async def test_a_fetch_that_is_cancelled_leaves_nothing_behind(tmp_path: Path) -> None:
    async with FlexDouble(get_acts=[ACTS["drips"]]) as double, asking(double) as service:
        begun = asyncio.Event()

        async def run() -> None:
            async with aclosing(service.fetch(all_covered(), tmp_path)) as told:
                async for step in told:
                    if isinstance(step, Progress):
                        begun.set()

        task = asyncio.create_task(run())
        async with asyncio.timeout(30):
            await begun.wait()
        assert left_in(tmp_path) != []
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert left_in(tmp_path) == []


async def test_a_check_has_a_statement_made_and_does_not_wait_for_it() -> None:
    async with FlexDouble() as double, asking(double) as service:
        assert await service.check() == "The token and the query are accepted."
    assert double.steps == ["SendRequest"]


@pytest.mark.parametrize("code", FAULTS)
async def test_a_check_says_what_is_wrong(code: int) -> None:
    async with FlexDouble(send_acts=[says_no(code)]) as double, asking(double) as service:
        if code == 1019:
            assert "accepted" in await service.check()
        else:
            with pytest.raises(BAD_NEWS, match=f"error {code}"):
                await service.check()
    assert double.steps == ["SendRequest"]


async def test_a_check_of_what_is_not_there_says_so() -> None:
    async with asking("http://127.0.0.1:1/flex") as service:
        with pytest.raises(BrokerUnavailable, match="cannot be reached"):
            await service.check()


async def test_a_large_statement_is_taken_without_holding_up_anybody(
    tmp_path: Path,
) -> None:
    path = tmp_path / "made.xml"
    write_statement(path, executions=4000, accounts=3, details=True)
    folder = tmp_path / "fetched"
    folder.mkdir()
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            longest = max(longest, loop.time() - before)

    double = FlexDouble(content=path)
    async with double, asking(double, settings=replace(IMPATIENT, history_days=0)) as service:
        await service.check()
        watcher = asyncio.create_task(watch())
        found = await fetch(service, folder)
        watcher.cancel()
    assert found.fetched[0].path.read_bytes() == path.read_bytes()
    assert len(found.progress) > 10
    assert longest < 0.1, "no key waits longer"


async def test_the_double_serves_as_a_process(tmp_path: Path) -> None:
    noted = tmp_path / "requests.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulators.flex", "--get", "1019,reset",
        "--requests", str(noted), cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    folder = tmp_path / "fetched"
    folder.mkdir()
    try:
        async with asking((await process.stdout.readline()).decode().strip()) as service:
            found = await fetch(service, folder)
    finally:
        process.terminate()
        await process.wait()
    assert len(found.fetched) == 1
    steps = [path.rpartition("/")[2] for _, path, _ in json.loads(noted.read_text())]
    assert steps == ["SendRequest", "GetStatement", "GetStatement", "GetStatement"]


def test_every_act_can_be_named_for_the_process() -> None:
    assert all(act_named(name) for name in [*ACTS, "1018"])
