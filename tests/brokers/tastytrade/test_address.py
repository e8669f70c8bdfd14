"""Where tokens may be sent to."""

import pytest

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.tastytrade.address import addresses, may_stream


def test_without_configuration_tastytrade_itself_is_asked() -> None:
    where = addresses("tasty", None, None)
    assert where.base_url == "https://api.tastyworks.com"
    assert where.account_streamer_url == "wss://streamer.tastyworks.com"
    assert not where.is_sandbox


@pytest.mark.parametrize(
    "url", ["https://api.cert.tastyworks.com", "https://API.cert.tastyworks.com:443/"]
)
def test_the_sandbox_is_known_and_has_its_own_streamer(url: str) -> None:
    where = addresses("tasty", url, None)
    assert where.is_sandbox
    assert where.base_url == "https://api.cert.tastyworks.com"
    assert where.account_streamer_url == "wss://streamer.cert.tastyworks.com"


def test_of_another_server_nobody_knows_the_streamer() -> None:
    assert addresses("tasty", "https://example.com/tasty/", None).account_streamer_url is None
    where = addresses("tasty", "https://example.com/tasty/", "wss://example.com/streamer")
    assert where.base_url == "https://example.com/tasty"
    assert where.account_streamer_url == "wss://example.com/streamer"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "[::1]:99", "127.1.2.3"])
def test_without_encryption_only_this_machine_is_asked(host: str) -> None:
    where = addresses("tasty", f"http://{host}", f"ws://{host}/streamer")
    assert where.base_url == f"http://{host}"
    assert where.account_streamer_url == f"ws://{host}/streamer"
    assert where.is_loopback


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "http://10.0.0.1:80", "http://0.0.0.0", "http://127.0.0.1.example.com"],
)
def test_a_token_never_goes_over_a_network_in_the_clear(url: str) -> None:
    with pytest.raises(BrokerRefused, match="in the clear"):
        addresses("tasty", url, None)
    with pytest.raises(BrokerRefused, match="in the clear"):
        addresses("tasty", None, url.replace("http", "ws"))


@pytest.mark.parametrize(
    "url",
    [
        "", "api.tastyworks.com", "ftp://example.com", "https://", "https://user:word@example.com",
        "https://example.com:0", "https://example.com:99999", "https://example.com:",
        "https://example.com\\@evil.com", "https://exa mple.com", "https://example.com/?a=b",
        "https://example.com/#here", "https://exämple.com", "wss://example.com", "https://[::1",
    ],
)  # fmt: skip
def test_what_two_programs_might_read_differently_is_no_address(url: str) -> None:
    with pytest.raises(BrokerRefused, match=r"base_url .* of tasty is no address"):
        addresses("tasty", url, None)


def test_the_account_streamer_speaks_websocket() -> None:
    with pytest.raises(BrokerRefused, match=r"account_streamer_url .* like wss://"):
        addresses("tasty", None, "https://streamer.tastyworks.com")


def test_a_quote_token_goes_wherever_it_is_encrypted() -> None:
    where = addresses("tasty", None, None)
    assert may_stream(where, "wss://tasty-openapi-ws.dxfeed.com/realtime?a=b")
    assert not may_stream(where, "ws://tasty-openapi-ws.dxfeed.com/realtime")
    assert not may_stream(where, "https://tasty-openapi-ws.dxfeed.com/realtime")
    assert not may_stream(where, "")


def test_a_broker_elsewhere_cannot_send_a_quote_token_to_this_machine() -> None:
    here = addresses("tasty", "http://127.0.0.1:8080", None)
    assert may_stream(here, "ws://127.0.0.1:9090/realtime")
    assert not may_stream(here, "ws://example.com/realtime")
    assert not may_stream(addresses("tasty", None, None), "ws://127.0.0.1:9090/realtime")
