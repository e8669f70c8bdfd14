"""Where Tastytrade is asked: its own servers, its sandbox, or what is configured instead."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.quoting import quoted

BASE = "https://api.tastyworks.com"
STREAMER = "wss://streamer.tastyworks.com"
SANDBOX_BASE = "https://api.cert.tastyworks.com"
SANDBOX_STREAMER = "wss://streamer.cert.tastyworks.com"

_STREAMERS = {BASE: STREAMER, SANDBOX_BASE: SANDBOX_STREAMER}
_ENCRYPTED = {"https": "http", "wss": "ws"}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Of one connection; none of them holds a secret."""

    base_url: str
    """Without a slash at its end."""
    account_streamer_url: str | None
    """None: nobody said where the account streamer of that server is, so there is none."""
    is_sandbox: bool

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server is on this machine."""
        return _is_loopback(self.host)


def addresses(name: str, base_url: str | None, account_streamer_url: str | None) -> Addresses:
    """Read the addresses of the configuration; without any they are Tastytrade's own.

    Args:
        name: the connection's.
        base_url: of the REST interface.
        account_streamer_url: of the websocket that tells what happens in the accounts.

    Raises:
        BrokerRefused: one is no such address, or a token would go over a network in the clear.
    """
    base = _configured(name, "base_url", base_url, "https") if base_url is not None else BASE
    streamer = (
        _configured(name, "account_streamer_url", account_streamer_url, "wss")
        if account_streamer_url is not None
        else _STREAMERS.get(base)
    )
    return Addresses(base_url=base, account_streamer_url=streamer, is_sandbox=base == SANDBOX_BASE)


def may_stream(where: Addresses, url: str) -> bool:
    """Tell whether a quote token may go to the address that an answer names for quotes."""
    parts = _parts(url, query=True)
    if parts is None:
        return False
    here = where.is_loopback and _is_loopback(parts.hostname or "")
    return parts.scheme == "wss" or (parts.scheme == "ws" and here)


def _configured(name: str, option: str, url: str, encrypted: str) -> str:
    text = url.strip()
    parts = _parts(text)
    if parts is None or parts.scheme not in {encrypted, _ENCRYPTED[encrypted]}:
        usual = BASE if encrypted == "https" else STREAMER
        raise BrokerRefused(
            f"{option} “{quoted(text)}” of {name} is no address that can be asked. Leave it out, "
            f"or write it like {usual}."
        )
    if parts.scheme != encrypted and not _is_loopback(parts.hostname or ""):
        raise BrokerRefused(
            f"{option} of {name} names {quoted(parts.hostname or '')} without encryption, and the "
            f"token would be sent in the clear. Use {encrypted}."
        )
    usual = parts.netloc.lower().removesuffix(":443" if parts.scheme == encrypted else ":80")
    return parts._replace(netloc=usual).geturl().rstrip("/")


def _parts(url: str, *, query: bool = False) -> SplitResult | None:
    """Split a URL; None for anything two programs might read differently."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    fine = (
        "@" not in parts.netloc
        and not parts.netloc.endswith(":")
        and port != 0
        and not parts.fragment
        and (query or not parts.query)
        and _HOST.fullmatch(host)
        and _PATH.fullmatch(parts.path)
    )
    return parts if fine else None


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
