"""What is said to the user of what went wrong between here and Tastytrade."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from qm_tui.brokers.quoting import quoted

_SHORTEST = 6
"""Characters: to hide every place of a shorter text would leave nothing to read."""
_TOKENS = re.compile(r"(?i:bearer\s+)\S+|\beyJ[\w-]{8,}[\w.-]*")
_DEAD = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})
LATER = "Try again later; the open monitor does so by itself."


def cleaned(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text from outside, and make it fit for a sentence."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            for form in {secret, quote(secret, safe="")}:
                text = text.replace(form, "…")
    return quoted(_TOKENS.sub("…", text))


def complaint(body: bytes, secrets: Iterable[str] = ()) -> str:
    """Return what the broker says of an error, in brackets of a sentence; "" where it does not.

    There are three forms of it: an error with code and message, the same as a list of several, and
    those of OAuth.
    """
    said = _object(body)
    error = said.get("error")
    several = error.get("errors") if isinstance(error, Mapping) else None
    first = several[0] if isinstance(several, list) and several else error
    if isinstance(first, Mapping):
        parts = [first.get("code"), first.get("message") or first.get("reason")]
    else:
        parts = [first or said.get("error_code"), said.get("error_description")]
    return cleaned(": ".join(str(part) for part in parts if part), secrets)


def is_dead(body: bytes) -> bool:
    """Tell whether an answer says that a grant, or who uses it, is not valid (any more)."""
    said = _object(body)
    error = said.get("error")
    code = error.get("code") if isinstance(error, Mapping) else error
    return any(isinstance(word, str) and word in _DEAD for word in (code, said.get("error_code")))


def with_status(status: int, said: str) -> str:
    """Return what is known of a failed request, in brackets."""
    return f"(HTTP status {status}; {said})" if said else f"(HTTP status {status})"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# --- sentences -------------------------------------------------------------------------------


def closed(name: str) -> str:
    """Say that the connection is no longer there."""
    return f"The connection {name} to Tastytrade was closed."


def missing(name: str, secret: str) -> str:
    """Say that there is no such secret."""
    return f"The {secret.replace('_', ' ')} of {name} is empty. Run `qm-tui login {name}`."


def refused(name: str, status: int, said: str) -> str:
    """Say that the secrets are not accepted."""
    return (
        f"Tastytrade refused the login {with_status(status, said)}. Run `qm-tui login {name}` with "
        "the client secret and a new refresh token of your OAuth application. Until then it is "
        "not tried again: who tries too often is locked out for hours."
    )


def refused_token(name: str, said: str) -> str:
    """Say that a token is not accepted although it is new."""
    return (
        f"Tastytrade does not accept the access token that it has just given "
        f"{with_status(401, said)}. Check in its settings what the OAuth application may read, and "
        f"run `qm-tui login {name}`."
    )


def no_service(name: str, where: str, status: int, said: str) -> str:
    """Say that a server is something else."""
    return (
        f"At {where} there is no Tastytrade to log in to {with_status(status, said)}. Check "
        f"base_url of {name}; without it Tastytrade's own servers are asked."
    )


def out_of_order(clause: str) -> str:
    """Say that nobody is there who could answer."""
    return f"Tastytrade cannot be asked: {clause}. Check this computer's network. {LATER}"


def no_token(clause: str) -> str:
    """Say that the login did not work, for now."""
    return f"Tastytrade does not let us log in now: {clause}. {LATER}"


def too_often(what: str, said: str) -> str:
    """Say that the broker wants to be left alone."""
    return f"{what}: Tastytrade is asked too often {with_status(429, said)}. {LATER}"


def failed(what: str, clause: str) -> str:
    """Say that one thing could not be read, for now."""
    return f"{what}: {clause}. {LATER}"


def denied(what: str, status: int, said: str) -> str:
    """Say that one thing is not given out."""
    return f"{what}: Tastytrade does not tell {with_status(status, said)}."
