"""The envelopes of the Flex web service, the addresses it names, and its error codes."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr.flex_address import OWN_BASE, Address, configured, followed
from qm_tui.brokers.ibkr.flex_answers import Accepted, Failed, UnreadableError, read_envelope
from qm_tui.brokers.ibkr.flex_errors import FAULTS, Reaction, fault, sentence
from tests.simulators.flex_acts import envelope

BASE = configured(OWN_BASE)
ASKED = BASE.below("SendRequest")


def test_what_is_accepted_has_a_number_and_a_place() -> None:
    said = envelope(Status="Success", ReferenceCode=" 123456789 ", Url=f" {OWN_BASE}/GetStatement ")
    assert read_envelope(said) == Accepted(reference="123456789", url=f"{OWN_BASE}/GetStatement")


def test_the_place_may_be_written_in_small_letters_and_elements_be_new() -> None:
    said = envelope(status="SUCCESS", referencecode="1", url="x", New="thing")
    assert read_envelope(said) == Accepted(reference="1", url="x")


@pytest.mark.parametrize("status", ["Fail", "Warn", "", "Success"])
def test_an_error_code_is_an_error_whatever_the_status(status: str) -> None:
    said = envelope(Status=status, ErrorCode="1019", ErrorMessage="In progress", ReferenceCode="1")
    assert read_envelope(said) == Failed(code="1019", message="In progress")


def test_an_error_without_a_code_is_one() -> None:
    assert read_envelope(envelope(Status="Fail")) == Failed(code="", message="")
    assert read_envelope(envelope(ErrorMessage="No")) == Failed(code="", message="No")


def test_a_message_that_is_no_xml_does_not_hide_its_code() -> None:
    said = envelope(Status="Fail", ErrorCode="1012", ErrorMessage="a\x1bb").replace(b"a", b"\xff")
    found = read_envelope(said)
    assert isinstance(found, Failed)
    assert found.code == "1012"


def test_a_message_may_be_as_long_as_it_likes() -> None:
    found = read_envelope(envelope(ErrorCode="1", ErrorMessage="x" * 50_000))
    assert isinstance(found, Failed)
    assert len(found.message) == 2000


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<a", b"<FlexStatementResponse/>", b"<FlexStatementResponse><Status>Success</Status>",
        envelope(Status="Success"), envelope(Status="Success", ReferenceCode="a&b"),
        envelope(Status="Success", ReferenceCode="1" * 200),
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + envelope(Status="Success", ReferenceCode="1"),
        b"<?xml version='1.0' encoding='x-unknown'?>" + envelope(ReferenceCode="1"),
        b"<FlexStatementResponse>" + b"<a>" * 100,
    ],
)  # fmt: skip
def test_what_says_nothing_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_envelope(body)


@given(st.binary(max_size=200))
def test_nothing_but_unreadable_comes_of_any_bytes(body: bytes) -> None:
    for said in (body, b"<FlexStatementResponse>" + body + b"</FlexStatementResponse>"):
        with suppress(UnreadableError):
            read_envelope(said)


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService/GetStatement",
        "https://gdcdyn.interactivebrokers.com/Universal/servlet/FlexStatementService.GetStatement",
        "https://interactivebrokers.com/x",
        "https://NDCDYN.InteractiveBrokers.COM:443/x",
        "/AccountManagement/FlexWebService/GetStatement",
        "GetStatement",
    ],
)
def test_interactive_brokers_own_hosts_are_followed(url: str) -> None:
    found = followed(url, ASKED, BASE)
    assert found.scheme == "https"
    assert found.port == 443
    assert found.host.endswith("interactivebrokers.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/x", "https://interactivebrokers.com./x", "https://interactivebrokers.de/x",
        "https://.interactivebrokers.com/x", "https://xinteractivebrokers.com/x",
        "https://ndcdyn.interactivebrokers.com:0/x", "https://ndcdyn.interactivebrokers.com:x/",
        "https://ndcdyn.interactivebrokers.com:/x", "data:,x",
        "https://evil.example#.interactivebrokers.com/", "https://evil.example?.interactivebrokers.com",
        "https://evil.example;.interactivebrokers.com/", "https://a\tb.interactivebrokers.com/",
        "https://ev\u0131l.interactivebrokers.com/", "https://x%2einteractivebrokers.com/x",
        "https://ndcdyn.interactivebrokers.com/\r\nHost: x",
        "https://ndcdyn.interactivebrokers.com/ x",
    ],
)  # fmt: skip
def test_others_are_not(url: str) -> None:
    with pytest.raises(BrokerRefused):
        followed(url, ASKED, BASE)


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_wherever_the_token_goes_is_allowed(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}.interactivebrokers.com{text}"):
        try:
            found = followed(url, ASKED, BASE)
        except BrokerRefused:
            continue
        assert found.scheme == "https"
        assert found.host == "interactivebrokers.com" or found.host.endswith(
            ".interactivebrokers.com"
        )
        assert found.target({"t": "x"}).startswith(b"/")
        assert not set(found.target({"t": "x"})) & set(b" \r\n")


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://127.0.0.1:8080/flex/", "127.0.0.1", 8080),
        ("http://[::1]:8080/flex", "::1", 8080),
        ("http://localhost/flex", "localhost", 80),
        ("https://flex.example/x", "flex.example", 443),
    ],
)
def test_another_base_may_be_configured(url: str, host: str, port: int) -> None:
    base = configured(url)
    assert (base.host, base.port) == (host, port)
    assert followed("GetStatement", base.below("SendRequest"), base).port == port
    with pytest.raises(BrokerRefused):
        followed(f"http://{host}:{port + 1}/x", base, base)


def test_the_parameters_are_those_of_the_documentation() -> None:
    found = Address(scheme="https", host="h", port=443, path="/p", extra=(("x", "1"),))
    assert found.target({"t": "a b", "q": "1", "v": "3"}) == b"/p?t=a+b&q=1&v=3&x=1"


# --- errors -----------------------------------------------------------------------------------


def test_every_documented_code_is_known() -> None:
    assert set(range(1001, 1022)) - {1002} <= FAULTS.keys()


@pytest.mark.parametrize("code", FAULTS)
def test_every_sentence_says_what_happened_and_what_to_do(code: int) -> None:
    says = sentence(FAULTS[code], str(code), "ib-flex")
    assert says.startswith("Interactive Brokers says that ")
    assert f"(error {code})." in says
    assert says.endswith(".")
    assert "{" not in says


@pytest.mark.parametrize(
    ("code", "message", "reaction"),
    [
        ("1999", "Please try again shortly.", Reaction.RETRY),
        ("1999", "Temporarily unavailable", Reaction.RETRY),
        ("1999", "No", Reaction.REFUSE),
        ("", "", Reaction.REFUSE),
        ("abc", "{name}", Reaction.REFUSE),
        ("²", "", Reaction.REFUSE),
        ("9" * 5000, "", Reaction.REFUSE),
    ],
)
def test_an_unknown_code_is_judged_by_its_message(
    code: str, message: str, reaction: Reaction
) -> None:
    found = fault(code, message)
    assert found.reaction is reaction
    assert len(sentence(found, code, "ib-flex")) < 600
