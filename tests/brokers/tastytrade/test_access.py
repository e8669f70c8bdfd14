"""Questions to Tastytrade: what is answered, what is asked again, and what is left alone."""

import asyncio
import datetime as dt
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from qm_tui import __version__
from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.tastytrade.access import Access, Params
from qm_tui.brokers.tastytrade.address import Addresses, addresses
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed
from tests.brokers.tastytrade.opened import (
    CLIENT_SECRET,
    IMPATIENT,
    NOW,
    REFRESH_TOKEN,
    access_to,
    opened,
)
from tests.simulators.tastytrade import TOKEN_PATH, TastytradeDouble, only_reads
from tests.simulators.tastytrade_acts import (
    ACTS,
    GRANT_REFUSED,
    Act,
    answers,
    body,
    crowded,
    grant,
    html,
    json_of,
    right,
    status,
    trickle,
)
from tests.simulators.tastytrade_wire import Reply

ACCOUNTS = "/customers/me/accounts"


async def accounts(access: Access) -> Answer:
    return await access.ask(ACCOUNTS, what="The accounts")


def to(double: TastytradeDouble) -> Access:
    return access_to(addresses("tasty", double.base_url, None))


@asynccontextmanager
async def broken(
    *,
    acts: Mapping[str, Sequence[Act]] | None = None,
    always: Mapping[str, Act] | None = None,
    **changes: Any,
) -> AsyncIterator[tuple[TastytradeDouble, Access]]:
    """A double that answers badly, and an access to it; `changes` are of how patiently it asks."""
    async with (
        TastytradeDouble(acts=acts, always=always) as double,
        opened(double.base_url, **changes) as access,
    ):
        yield double, access


# --- the token -----------------------------------------------------------------------------------


async def test_one_token_is_fetched_with_the_secrets_and_shown_with_every_question() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        await accounts(access)
        await accounts(access)
        assert double.paths() == [TOKEN_PATH, ACCOUNTS, ACCOUNTS]
        login, first, second = double.asked
        assert json.loads(login.body) == {
            "grant_type": "refresh_token",
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
        }
        assert "authorization" not in login.headers
        for asked in (first, second):
            assert asked.headers["authorization"] == f"Bearer {double.oauth.newest}"
        assert {asked.headers["user-agent"] for asked in double.asked} == {f"qm-tui/{__version__}"}
        assert access.latency is not None
        only_reads(double.asked)


@pytest.mark.parametrize("form", GRANT_REFUSED)
async def test_a_refused_grant_is_asked_for_once_and_never_again(form: str) -> None:
    async with TastytradeDouble(always={TOKEN_PATH: GRANT_REFUSED[form]}) as double:
        access = to(double)
        for _ in range(3):
            with pytest.raises(BrokerRefused, match=r"refused the login.*qm-tui login tasty"):
                await access.open()
        for again in (access.token(), access.renew(), accounts(access)):
            with pytest.raises(BrokerRefused):
                await again
        assert double.paths() == [TOKEN_PATH]
        await access.close()


async def test_a_grant_that_is_refused_later_ends_all_questions() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        double.revoke_tokens()
        double.always[TOKEN_PATH] = GRANT_REFUSED["rfc-form"]
        outcomes = await asyncio.gather(
            *(accounts(access) for _ in range(8)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {BrokerRefused}
        assert len(double.requests(TOKEN_PATH)) == 2


@pytest.mark.parametrize(
    "act",
    [
        "error", "error-html", "unavailable", "html", "empty", "null", "list", "nothing", "cut",
        "reset", "hang-up", "reset-inside", "short", "silent", "stalled", "slow-headers",
        "redirect", "binary", "endless", "deep", "not-zipped",
    ],
)  # fmt: skip
async def test_a_login_that_is_out_of_order_is_not_a_refusal(act: str) -> None:
    async with TastytradeDouble(acts={TOKEN_PATH: [ACTS[act]]}) as double:
        access = to(double)
        with pytest.raises(BrokerUnavailable, match="does not let us log in now"):
            await access.open()
        assert double.paths() == [TOKEN_PATH]
        await access.open()
        assert await access.token() == double.oauth.newest
        await access.close()


@pytest.mark.parametrize(
    ("token", "words"),
    [(None, "without a token"), (7, "without a token"), ("a b", "without"), ("", "without"),
     ("x\r\nHost: y", "without a token"), ("ä", "without"), ("x" * 300_000, "unpacked")],
)  # fmt: skip
async def test_a_token_that_is_none_is_not_used(token: object, words: str) -> None:
    async with TastytradeDouble(always={TOKEN_PATH: grant(access_token=token)}) as double:
        access = to(double)
        with pytest.raises(BrokerUnavailable, match=words):
            await access.open()
        await access.close()


@pytest.mark.parametrize("wish", [None, "5", "7200"])
async def test_a_crowded_login_is_left_alone_for_a_quarter_of_an_hour_at_least(
    wish: str | None,
) -> None:
    async with TastytradeDouble(always={TOKEN_PATH: crowded(wish)}) as double:
        access = to(double)
        for _ in range(3):
            with pytest.raises(BrokerUnavailable, match="asked too often") as raised:
                await access.open()
            seconds = 7200 if wish == "7200" else 900
            assert raised.value.not_before == NOW + dt.timedelta(seconds=seconds)
        assert double.paths() == [TOKEN_PATH]
        await access.close()


async def test_a_server_without_login_is_the_wrong_address() -> None:
    async with TastytradeDouble(always={TOKEN_PATH: html(404)}) as double:
        access = to(double)
        with pytest.raises(BrokerRefused, match=f"At {double.base_url} there is no Tastytrade"):
            await access.open()
        await access.close()


@pytest.mark.parametrize("life", [None, 0, -5, "900", "soon", 10**12, True, [], 1, 2.5])
async def test_a_token_serves_many_questions_whatever_is_said_of_its_life(life: object) -> None:
    said: Act = grant(expires_in=life)
    async with broken(always={TOKEN_PATH: said}) as (double, access):
        for _ in range(3):
            await accounts(access)
        assert len(double.requests(TOKEN_PATH)) == 1


async def test_a_token_is_renewed_before_it_ends() -> None:
    async with TastytradeDouble() as double:
        double.oauth.says = 61
        access = to(double)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await access.open()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "time", lambda: began + 45)
            await access.token()
            assert len(double.requests(TOKEN_PATH)) == 2
        await access.close()


@pytest.mark.parametrize("jump", [-1e6, 1e6])
async def test_a_clock_on_the_wall_that_jumps_changes_nothing(
    jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        monkeypatch.setattr(time, "time", lambda: real() + jump)
        double.clock_off = -jump
        for _ in range(3):
            await accounts(access)
        assert len(double.requests(TOKEN_PATH)) == 1
        double.revoke_tokens()
        await accounts(access)
        await accounts(access)
        assert len(double.requests(TOKEN_PATH)) == 2


async def test_a_token_that_ends_early_is_renewed_once_for_all_who_ask() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        double.revoke_tokens()
        found = await asyncio.gather(*(accounts(access) for _ in range(12)))
        assert all(answer.items for answer in found)
        assert len(double.requests(TOKEN_PATH)) == 2


@pytest.mark.parametrize("act", ["unauthorized", "unauthorized-html"])
async def test_a_new_token_that_is_not_accepted_is_a_refusal(act: str) -> None:
    async with broken(always={ACCOUNTS: ACTS[act]}) as (double, access):
        with pytest.raises(BrokerRefused, match="does not accept the access token"):
            await accounts(access)
        assert double.paths() == [TOKEN_PATH, ACCOUNTS, TOKEN_PATH, ACCOUNTS]


async def test_a_token_is_renewed_when_a_stream_says_so() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        first = await access.token()
        assert await access.renew() != first
        assert await access.token() == double.oauth.newest


async def test_a_failure_to_renew_is_shared_by_all_who_wait() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        double.revoke_tokens()
        double.act(TOKEN_PATH, status(503))
        double.latency = 0.05  # all of them hear that the token has ended before one hears more
        failed = await asyncio.gather(*(accounts(access) for _ in range(4)), return_exceptions=True)
        assert {type(outcome) for outcome in failed} == {BrokerUnavailable}
        assert len(double.requests(TOKEN_PATH)) == 2
        await accounts(access)


@pytest.mark.parametrize(("is_sandbox", "version"), [(False, "20251101"), (True, None)])
async def test_the_sandbox_is_not_told_a_version_it_does_not_know(
    is_sandbox: bool, version: str | None
) -> None:
    async with TastytradeDouble() as double:
        where = Addresses(
            base_url=double.base_url, account_streamer_url=None, is_sandbox=is_sandbox
        )
        access = access_to(where)
        await access.open()
        assert access.latency is not None
        assert double.asked[0].headers.get("accept-version") == version
        await access.close()


async def test_an_empty_secret_is_not_looked_for_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TT_SECRET", "somebody-elses")
    monkeypatch.setenv("TT_REFRESH", "somebody-elses")

    async def none(_name: str) -> str:
        return " \n"

    async with TastytradeDouble() as double:
        where = addresses("tasty", double.base_url, None)
        access = Access(
            name="tasty", addresses=where, secrets=none, now=lambda: NOW, settings=IMPATIENT
        )
        with pytest.raises(BrokerRefused, match="client secret of tasty is empty"):
            await access.open()
        await access.close()
        assert double.asked == []


# --- questions -----------------------------------------------------------------------------------


async def test_an_answer_has_its_rows_and_the_bytes_they_stand_in() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        answer = await accounts(access)
        assert answer.items is not None
        numbers = [item.value["account"]["account-number"] for item in answer.items]
        assert numbers == list(double.book.accounts)
        for item in answer.items:
            assert json.loads(answer.body[item.begin : item.end]) == item.value
        assert answer.path == ACCOUNTS
        assert answer.asked_at == NOW
        assert answer.latency > dt.timedelta(0)


async def test_parameters_reach_the_broker_as_they_are() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        params: Params = {
            "symbol[]": ["SPY   261218C00600000", "BRK/B", "a&b=c"],
            "per-page": 50,
            "x": "",
        }
        await access.ask("/instruments/equities", params, what="The instruments")
        (asked,) = double.requests("/instruments/*")
        assert asked.lists == {
            "symbol[]": ["SPY   261218C00600000", "BRK/B", "a&b=c"], "per-page": ["50"], "x": [""],
        }  # fmt: skip


@pytest.mark.parametrize(
    "path", ["accounts", "/", "//x", "/a/../b", "/a/..", "/a?b=c", "/a#b", "/a b", "/a\n", "/a/"]
)
async def test_a_path_that_would_lead_elsewhere_is_not_asked_for(path: str) -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        with pytest.raises(AskFailed):
            await access.ask(path, what="Something")
        assert double.paths() == [TOKEN_PATH]


@pytest.mark.parametrize(
    "act",
    [
        "error", "error-html", "bad-gateway", "unavailable", "gateway-timeout", "html", "empty",
        "no-content", "null", "list", "number", "text", "nothing", "cut", "not-json", "binary",
        "not-zipped", "deep", "reset", "hang-up", "reset-inside", "short", "half-a-chunk",
        "silent", "stalled", "crowded-at-once",
    ],
)  # fmt: skip
async def test_what_may_pass_is_asked_again(act: str) -> None:
    async with broken(acts={ACCOUNTS: [ACTS[act], ACTS[act]]}, silence=0.25) as (double, access):
        assert (await accounts(access)).items
        assert len(double.requests(ACCOUNTS)) == 3


@pytest.mark.parametrize("act", ["trickle", "slow-headers"])
async def test_what_took_as_long_as_an_answer_may_is_not_tried_again(act: str) -> None:
    async with broken(always={ACCOUNTS: ACTS[act]}, silence=0.2, whole=0.3) as (double, access):
        with pytest.raises(AskFailed, match=r"The accounts: .*does not answer") as raised:
            await accounts(access)
        assert raised.value.passing
        assert len(double.requests(ACCOUNTS)) == 1


@pytest.mark.parametrize(
    ("act", "code", "says"),
    [
        ("error", 500, "out of order .HTTP status 500; internal_server_error: It is said"),
        ("bad-gateway", 502, "out of order .HTTP status 502.\\."),
        ("html", 200, "answers with an HTML page"), ("empty", 200, "answers with nothing"),
        ("cut", 200, "incomplete data"), ("list", 200, "no data"), ("nothing", 200, "without data"),
        ("reset-inside", None, "broke off"), ("short", None, "broke off"),
        ("silent", None, "does not answer"),
    ],
)  # fmt: skip
async def test_what_does_not_pass_fails_after_three_tries(
    act: str, code: int | None, says: str
) -> None:
    async with broken(always={ACCOUNTS: ACTS[act]}, silence=0.2, whole=0.3) as (double, access):
        with pytest.raises(AskFailed, match=f"The accounts: .*{says}") as raised:
            await accounts(access)
        assert raised.value.status == code
        assert raised.value.passing
        assert len(double.requests(ACCOUNTS)) == 3


@pytest.mark.parametrize(
    ("act", "code"),
    [("forbidden", 403), ("forbidden-html", 403), ("not-found", 404), ("unprocessable", 422),
     ("redirect", 302)],
)  # fmt: skip
async def test_what_the_broker_does_not_tell_is_not_asked_again(act: str, code: int) -> None:
    async with broken(always={ACCOUNTS: ACTS[act]}) as (double, access):
        with pytest.raises(AskFailed, match=f"The accounts: .*HTTP status {code}") as raised:
            await accounts(access)
        assert raised.value.status == code
        assert not raised.value.passing
        assert double.paths() == [TOKEN_PATH, ACCOUNTS]


async def test_a_slow_body_that_keeps_coming_is_waited_for() -> None:
    async with broken(always={ACCOUNTS: trickle(0.01, 20)}, silence=0.3, whole=5) as (
        _double,
        access,
    ):
        assert (await accounts(access)).items


async def test_a_body_without_end_is_not_read() -> None:
    async with broken(always={ACCOUNTS: ACTS["endless"]}, largest=1_000_000) as (double, access):
        with pytest.raises(AskFailed, match="more than anybody can read") as raised:
            await accounts(access)
        assert not raised.value.passing
        assert len(double.requests(ACCOUNTS)) == 1


async def test_nobody_there_is_told_at_once() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        double.go_down()
        with pytest.raises(BrokerUnavailable, match=r"127\.0\.0\.1 cannot be reached"):
            await accounts(access)
    nobody = access_to(addresses("tasty", "https://api.example.invalid", None))
    with pytest.raises(BrokerUnavailable, match=r"api\.example\.invalid cannot be reached"):
        await nobody.open()
    await nobody.close()


# --- too many requests ---------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["crowded-a-second", "crowded-until-soon"])
async def test_a_short_wish_to_be_left_alone_is_granted_by_all_questions(act: str) -> None:
    async with broken(acts={ACCOUNTS: [ACTS[act]]}) as (double, access):
        first = asyncio.create_task(accounts(access))
        await double.until(lambda: ACCOUNTS in double.paths())
        await double.until(lambda: access._opened()._quiet_until > 0)
        await accounts(access)
        await first
        refused, *others = [asked.at for asked in double.requests(ACCOUNTS)]
        # A date has whole seconds: the second may be nearly over when it is said.
        assert act != "crowded-a-second" or all(at - refused >= 0.99 for at in others)
        assert len(others) == 2


@pytest.mark.parametrize(
    ("act", "seconds"),
    [("crowded", 30), ("crowded-html", 30), ("crowded-nonsense", 30), ("crowded-an-hour", 3600),
     ("crowded-until", 3600)],
)  # fmt: skip
async def test_a_long_wish_to_be_left_alone_ends_all_questions(act: str, seconds: int) -> None:
    # The clock of this machine is off by years, and so by nothing: the broker tells its own.
    async with broken(acts={ACCOUNTS: [ACTS[act]]}) as (double, access):
        with pytest.raises(BrokerUnavailable, match="asked too often") as raised:
            await accounts(access)
        assert raised.value.not_before is not None
        assert abs((raised.value.not_before - NOW).total_seconds() - seconds) <= 1
        with pytest.raises(BrokerUnavailable, match="asked too often"):
            await accounts(access)
        assert len(double.requests(ACCOUNTS)) == 1


async def test_a_crowd_that_does_not_pass_ends_all_questions() -> None:
    async with broken(always={ACCOUNTS: ACTS["crowded-at-once"]}) as (double, access):
        with pytest.raises(BrokerUnavailable) as raised:
            await accounts(access)
        assert raised.value.not_before == NOW + dt.timedelta(seconds=30)
        assert len(double.requests(ACCOUNTS)) == 3


async def test_no_more_questions_are_under_way_than_said() -> None:
    async with (
        TastytradeDouble() as double,
        opened(double.base_url, at_once=2, silence=5) as access,
    ):
        double.freeze()
        tasks = [asyncio.create_task(accounts(access)) for _ in range(6)]
        await double.until(lambda: len(double.requests(ACCOUNTS)) == 2)
        double.thaw()
        await asyncio.gather(*tasks)
        assert len(double.requests(ACCOUNTS)) == 6


# --- the end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["silent", "stalled", "error", "crowded-a-second"])
async def test_closing_ends_what_is_under_way_in_words(act: str) -> None:
    async with broken(
        always={ACCOUNTS: ACTS[act]}, silence=9, whole=9, pauses=(9.0,), at_once=2
    ) as (double, access):
        tasks = [asyncio.create_task(accounts(access)) for _ in range(4)]
        await double.until(lambda: len(double.requests(ACCOUNTS)) == 2)
        await asyncio.gather(access.close(), access.close())
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(outcome, BrokerUnavailable)
            assert "was closed" in str(outcome)
        with pytest.raises(BrokerUnavailable, match="was closed"):
            await access.token()


async def test_closing_ends_a_login_that_hangs() -> None:
    async with TastytradeDouble(always={TOKEN_PATH: ACTS["silent"]}) as double:
        access = access_to(addresses("tasty", double.base_url, None), token=9, silence=9)
        login = asyncio.create_task(access.open())
        await double.until(lambda: double.paths() == [TOKEN_PATH])
        await access.close()
        with pytest.raises(BrokerUnavailable, match="was closed"):
            await login


async def test_a_question_that_is_canceled_is_canceled() -> None:
    async with broken(always={ACCOUNTS: ACTS["silent"]}, silence=9, whole=9) as (double, access):
        task = asyncio.create_task(accounts(access))
        await double.until(lambda: ACCOUNTS in double.paths())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        double.always.clear()
        assert (await accounts(access)).items


async def test_before_it_is_open_nothing_is_asked() -> None:
    access = access_to(addresses("tasty", "http://127.0.0.1:9", None))
    with pytest.raises(BrokerUnavailable):
        await accounts(access)
    await access.close()


# --- secrets -------------------------------------------------------------------------------------


def echoing(code: int) -> Act:
    """Answer with an error that repeats everything secret it was sent."""
    said = f"no: {CLIENT_SECRET} {REFRESH_TOKEN} Bearer access-token-1-of-the-double eyJhbGciOiJI.x"
    return json_of({"error": {"code": "echo", "message": f"[b]{said}[/b]\x1b[2J\n"}}, code)


def _all_of(error: BaseException) -> Sequence[str]:
    return [str(error), repr(error), repr(error.__cause__)]


async def test_an_answer_to_the_login_does_not_show_its_token() -> None:
    async with TastytradeDouble() as double, opened(double.base_url) as access:
        assert access._questions is not None
        reply, grant = await access._questions.login.grant()
    assert grant is not None
    assert grant.token.encode() in reply.body
    assert grant.token not in f"{reply!r} {grant!r} {grant}"


async def test_no_secret_is_in_a_log_or_in_words_at_any_level(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    for code in (400, 401, 403, 404, 429, 500, 503):
        async with broken(always={ACCOUNTS: echoing(code)}) as (double, access):
            said.append(repr(vars(access)))
            with pytest.raises((AskFailed, BrokerRefused, BrokerUnavailable)) as raised:
                await accounts(access)
            said += _all_of(raised.value)
            double.always[TOKEN_PATH] = echoing(code)
            with suppress(BrokerRefused, BrokerUnavailable):
                await access.renew()
    async with TastytradeDouble(always={TOKEN_PATH: echoing(400)}) as double:
        access = to(double)
        with pytest.raises(BrokerRefused) as refused:
            await access.open()
        await access.close()
        said += _all_of(refused.value)
    assert "echo: [b]no: … … … …" in " ".join(said)
    for text in (*said, caplog.text):
        for secret in (CLIENT_SECRET, REFRESH_TOKEN, "of-the-double", "eyJhbGciOiJI", "\x1b"):
            assert secret not in text


async def test_a_long_complaint_is_cut() -> None:
    long = Reply(status=403, body=json.dumps({"error": {"code": "x" * 10_000}}).encode())
    async with broken(always={ACCOUNTS: answers(long)}) as (_double, access):
        with pytest.raises(AskFailed) as raised:
            await accounts(access)
        assert len(str(raised.value)) < 200


async def test_several_complaints_are_told_by_the_first() -> None:
    several = {
        "code": "validation_error",
        "message": "no",
        "errors": [{"code": "a", "reason": "b"}],
    }
    async with broken(acts={ACCOUNTS: [json_of({"error": several}, 422)]}) as (_double, access):
        with pytest.raises(AskFailed, match="HTTP status 422; a: b"):
            await accounts(access)


async def test_a_large_answer_is_decoded_beside_the_screen() -> None:
    rows = b",".join(b'{"id":%d,"text":"%s"}' % (n, b"x" * 1000) for n in range(3000))
    large = body(b'{"data":{"items":[' + rows + b"]}}")
    async with broken(acts={ACCOUNTS: [large, right]}, silence=5, whole=5) as (_double, access):
        answer = await accounts(access)
        assert answer.items is not None
        assert [item.value["id"] for item in answer.items] == list(range(3000))
