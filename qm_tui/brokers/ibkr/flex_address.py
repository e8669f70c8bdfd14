"""Where the token may be sent: Interactive Brokers' own hosts, and the one that is configured."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.quoting import quoted

_OWN_PATH = "/AccountManagement/FlexWebService"
OWN_BASE = f"https://ndcdyn.interactivebrokers.com{_OWN_PATH}"
"""Where Interactive Brokers' service is: the documentation of version 3."""

_OWN_DOMAIN = "interactivebrokers.com"
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+", re.ASCII)
_OURS = frozenset({"t", "q", "v", "fd", "td"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Something on a server that may be asked; it never holds the token."""

    scheme: str
    host: str
    """Lower case; an IPv6 address without brackets."""
    port: int
    path: str
    extra: tuple[tuple[str, str], ...] = ()
    """Parameters the server wants to hear again."""

    @property
    def origin(self) -> str:
        """Scheme, host and port as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Tell whether it is on this machine."""
        return _is_loopback(self.host)

    def below(self, name: str) -> "Address":
        """Return the address of something in this folder."""
        path = f"{self.path.rstrip('/')}/{name}"
        return Address(scheme=self.scheme, host=self.host, port=self.port, path=path)

    @property
    def usual(self) -> "Address | None":
        """The folder that Interactive Brokers uses, on a server of which no folder is named."""
        return replace(self, path=_OWN_PATH) if self.path == "/" else None

    def beside(self, name: str) -> "Address":
        """Return the address of something in the same folder."""
        return replace(self, path=self.path.rpartition("/")[0], extra=()).below(name)

    def target(self, parameters: Mapping[str, str]) -> bytes:
        """Return what stands in the first line of a request."""
        return f"{self.path}?{urlencode([*parameters.items(), *self.extra])}".encode("ascii")


def configured(url: str) -> Address:
    """Read the base URL of the configuration.

    Raises:
        BrokerRefused: it is none, or would send the token over a network in the clear.
    """
    found = _address(url)
    if found is None:
        raise BrokerRefused(
            f"base_url “{quoted(url)}” of the Flex connection is no address of a web service. "
            f"Leave it out, or write it like {OWN_BASE}."
        )
    if found.scheme == "http" and not found.loopback:
        raise BrokerRefused(
            f"base_url of the Flex connection names {quoted(found.host)} without encryption, and "
            "the token would be sent in the clear. Use https."
        )
    return found


def followed(
    url: str, asked: Address, base: Address, cleaned: Callable[[str], str] = str
) -> Address:
    """Say where an answer sends us to, if the token may go there.

    Args:
        url: as the answer says it; relative to what was asked.
        asked: what gave the answer.
        base: what is configured.
        cleaned: takes secrets out of a text that is shown.

    Raises:
        BrokerRefused: it may not; names the host.
    """
    where = url.strip()
    try:
        # Before it is joined, which takes out what it does not like.
        plain = where.isascii() and where.isprintable()
        found = _address(urljoin(f"{asked.origin}{asked.path}", where)) if plain else None
    except ValueError:
        found = None
    if found is None or not _allowed(found, base):
        raise BrokerRefused(
            f"The Flex service sends us to {cleaned(_named(url))} to fetch the statement, which is "
            "no host of Interactive Brokers: the token is not sent there. Check base_url of the "
            "connection and this computer's network."
        )
    return found


def _allowed(address: Address, base: Address) -> bool:
    if (address.scheme, address.host, address.port) == (base.scheme, base.host, base.port):
        return True
    own = address.host == _OWN_DOMAIN or address.host.endswith(f".{_OWN_DOMAIN}")
    return own and address.scheme == "https" and address.port == _PORTS["https"]


def _address(url: str) -> Address | None:
    """Read a URL; None for anything two programs might read differently."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    path = parts.path or "/"
    if (
        parts.scheme not in _PORTS
        or "@" in parts.netloc
        or parts.netloc.endswith(":")
        or port == 0
        or not _HOST.fullmatch(host)
        or not _PATH.fullmatch(path)
    ):
        return None
    return Address(
        scheme=parts.scheme,
        host=host,
        port=port or _PORTS[parts.scheme],
        path=path,
        extra=_extra(parts),
    )


def _extra(parts: SplitResult) -> tuple[tuple[str, str], ...]:
    said = parse_qsl(parts.query, keep_blank_values=True)
    return tuple((name, value) for name, value in said if name.lower() not in _OURS)


def _named(url: str) -> str:
    """Name a host, without what may stand around it: a token, say."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        host = None
    return f"“{quoted(host)}”" if host else "an address that cannot be read"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
