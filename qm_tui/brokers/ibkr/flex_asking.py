"""One request to the Flex web service: with what it is made, and what its answer means."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote, quote_plus
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Waits
from qm_tui.brokers.ibkr.flex_address import Address, followed
from qm_tui.brokers.ibkr.flex_answers import (
    ENVELOPE_AT_MOST,
    Accepted,
    Failed,
    UnreadableError,
    is_envelope,
    read_envelope,
)
from qm_tui.brokers.ibkr.flex_errors import Fault, fault
from qm_tui.brokers.ibkr.flex_http import BrokenError, FlexHttp, Reply
from qm_tui.brokers.ibkr.flex_pace import Pace
from qm_tui.brokers.ibkr.flex_ranges import Window
from qm_tui.brokers.ibkr.flex_refusals import looks_like
from qm_tui.brokers.ibkr.flex_settings import FlexSettings

REDIRECTS_AT_MOST = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})


class FaultError(Exception):
    """The service said no, in its own way."""

    def __init__(self, found: Fault, code: str) -> None:
        super().__init__(found.meaning)
        self.fault = found
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """With what, of whom and how one asks."""

    name: str
    """The connection's."""
    http: FlexHttp
    base: Address
    query_id: str
    token: str = field(repr=False)
    pace: Pace
    now: Callable[[], dt.datetime]
    zone: ZoneInfo
    settings: FlexSettings

    def parameters(self, what: str, window: Window | None = None) -> Mapping[str, str]:
        """Return the parameters of a request, in the order of the documentation."""
        days = {"fd": window.from_date, "td": window.to_date} if window else {}
        return {"t": self.token, "q": what, "v": "3"} | {
            name: f"{day:%Y%m%d}" for name, day in days.items()
        }

    def cleaned(self, text: str) -> str:
        """Take the token out of a text from outside."""
        for secret in {self.token, quote(self.token), quote_plus(self.token)}:
            text = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE)
        return text


async def paced(asking: Asking) -> AsyncGenerator[Waits, None]:
    """Wait until the next request is allowed, and note it."""
    # Loading the library takes its time, which must not come between the count and the request.
    await asking.http.open()
    loop = asyncio.get_running_loop()
    while (seconds := asking.pace.wait(loop.time(), asking.settings)) > 0:
        if seconds > asking.settings.requests_apart:
            yield Waits(
                says="Interactive Brokers allows ten requests a minute.",
                until=asking.now() + dt.timedelta(seconds=seconds),
            )
        await asyncio.sleep(seconds)
    asking.pace.note(loop.time())


async def send(asking: Asking, window: Window | None) -> tuple[Accepted, Address]:
    """Ask for a statement to be made; return what was answered and where it will be.

    Raises:
        BrokenError: no answer that makes sense.
        FaultError: the service said no.
        BrokerRefused: the token would have to be sent where it does not belong.
    """
    where, usual = asking.base.below("SendRequest"), asking.base.usual
    for _ in range(REDIRECTS_AT_MOST + 1):
        parameters = asking.parameters(asking.query_id, window)
        async with asking.http.get(where, parameters) as reply:
            if reply.status in REDIRECTS:
                where = redirected(reply, where, asking)
                continue
            if reply.status == 404 and usual is not None:
                where, usual = usual.below("SendRequest"), None
                continue
            accepted = await envelope(reply, where, asking)
        if not accepted.url:
            return accepted, where.beside("GetStatement")
        return accepted, followed(accepted.url, where, asking.base, asking.cleaned)
    raise circling(where)


def circling(where: Address) -> BrokerUnavailable:
    """Give up on a server that sends us from one place to the next."""
    return BrokerUnavailable(
        f"{where.host} sends us round in circles. Try again later, and check base_url of the "
        "connection if there is one."
    )


def redirected(reply: Reply, where: Address, asking: Asking) -> Address:
    """Return where an answer sends us to, if the token may go there.

    Raises:
        BrokenError: it does not say.
        BrokerRefused: it may not.
    """
    to = reply.header("location")
    if not to:
        raise BrokenError(f"{where.host} sends us elsewhere without saying where")
    return followed(to, where, asking.base, asking.cleaned)


async def envelope(reply: Reply, where: Address, asking: Asking) -> Accepted:
    """Read an answer that is no statement, by the service's own words rather than HTTP's.

    Raises:
        BrokenError: it makes no sense, or will pass.
        FaultError: the service said no.
        BrokerRefused: the user has to act.
    """
    if is_envelope(reply.head):
        body = await reply.whole(ENVELOPE_AT_MOST)
        if body is None:
            raise BrokenError(f"the answer of {where.host} is larger than it can be")
        try:
            answer = read_envelope(body)
        except UnreadableError as error:
            raise BrokenError(f"the answer of {where.host} {error}") from None
        if isinstance(answer, Failed):
            code, message = asking.cleaned(answer.code), asking.cleaned(answer.message)
            raise FaultError(fault(code, message), code)
        if reply.status == 200:
            return answer
    _check_status(reply, where, asking)
    kind = asking.cleaned(looks_like(reply.head))
    if _declares_type(reply.head, kind):
        raise BrokerRefused(
            f"The answer of {where.host} declares a document type (DOCTYPE), which no answer of "
            "the Flex service does; it is not read. Check base_url and this computer's network."
        )
    if kind == "a CSV file":
        raise BrokerRefused(
            "The statement is a CSV file. In Client Portal (Performance & Reports → Flex Queries) "
            f"edit the query, set Format to XML, and run `qm-tui sync {asking.name}`."
        )
    kind = "nothing" if kind.startswith("an empty file") else kind
    raise BrokenError(f"{where.host} answers with {kind} instead of a statement")


def _check_status(reply: Reply, where: Address, asking: Asking) -> None:
    """Raise for anything but success."""
    status = reply.status
    if status == 200:
        return
    said = f"(HTTP status {status})"
    if status in _PASSING or status >= 500 or status < 400:
        what = "is asked too often" if status == 429 else "is out of order"
        after = _seconds(reply.header("retry-after"), asking.now())
        if after is None and status == 429:
            after = asking.settings.crowded_wait
        raise BrokenError(f"{where.host} {what} {said}", retry_after=after)
    if status == 407:
        raise BrokerRefused(f"The proxy of this computer wants a login {said}. Check HTTPS_PROXY.")
    if status in {401, 403}:
        raise BrokerRefused(
            f"{where.host} refuses to talk to us {said}. Check the token with `qm-tui login "
            f"{asking.name}`, and whether this computer's network may reach Interactive Brokers."
        )
    raise BrokerRefused(
        f"At {where.origin}{where.path} there is no Flex service {said}. Check base_url of "
        f"{asking.name}; without it Interactive Brokers' own service is asked."
    )


def _declares_type(head: bytes, kind: str) -> bool:
    return b"<!doctype" in head[:4096].lower() and not kind.startswith("an HTML page")


def _seconds(said: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header: seconds, or a date."""
    text = (said or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - now).total_seconds())
