"""Tokens of the double: who gets one, and whether one is still good."""

import asyncio
import json

from tests.simulators.tastytrade_wire import Asked, Reply, refused, told


class OAuth:
    """Gives access tokens for a refresh token, and quote tokens."""

    def __init__(self) -> None:
        self.client_secret: str | None = None
        """The only one that is accepted; None: any."""
        self.refresh_token: str | None = None
        self.lifetime = 900.0
        """Seconds an access token is good for, in truth."""
        self.says: int | None = None
        """`expires_in` that is said; None: the truth."""
        self.granted: list[str] = []
        """Every access token that was ever given."""
        self.quotes: list[str] = []
        self._good: dict[str, float] = {}
        self._good_quotes: set[str] = set()

    def heal(self) -> None:
        """Say the truth."""
        self.says = None
        self.lifetime = 900.0

    @property
    def newest(self) -> str:
        """The access token that was given last."""
        return self.granted[-1]

    def grant(self, asked: Asked) -> Reply:
        """Answer POST /oauth/token."""
        try:
            said = json.loads(asked.body)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return told({"error_code": "invalid_request"}, 400)
        wants = [("client_secret", self.client_secret), ("refresh_token", self.refresh_token)]
        for name, wanted in wants:
            if not said.get(name) or (wanted is not None and said[name] != wanted):
                word = "invalid_client" if name == "client_secret" else "invalid_grant"
                return told({"error_code": word, "error_description": "Grant revoked"}, 400)
        if said.get("grant_type") != "refresh_token":
            return told({"error_code": "unsupported_grant_type"}, 400)
        token = f"access-token-{len(self.granted) + 1}-of-the-double"
        self.granted.append(token)
        self._good[token] = self._now() + self.lifetime
        expires = int(self.lifetime) if self.says is None else self.says
        return told({"access_token": token, "token_type": "Bearer", "expires_in": expires})

    def denial(self, asked: Asked) -> Reply | None:
        """What a request gets that may not be answered; None: it may be."""
        product, _, version = asked.headers.get("user-agent", "").partition("/")
        if not product or not version:
            page = b"<html><head><title>403 Forbidden</title></head></html>"
            return Reply(status=403, body=page, headers={"Content-Type": "text/html"})
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind == "Bearer" and self.is_access_token(token):
            return None
        if token in self.granted:
            return refused(401, "token_expired", "This token has expired")
        return refused(401, "token_invalid", "This token is invalid or has expired")

    def is_access_token(self, token: str) -> bool:
        """Whether it is good now."""
        return self._good.get(token, 0.0) > self._now()

    def is_quote_token(self, token: str) -> bool:
        """Whether it is good now."""
        return token in self._good_quotes

    def quote_token(self) -> str:
        """Give one for DXLink."""
        token = f"quote-token-{len(self.quotes) + 1}-of-the-double"
        self.quotes.append(token)
        self._good_quotes.add(token)
        return token

    def revoke_access(self) -> None:
        """None that was given is good any more."""
        self._good.clear()

    def revoke_quotes(self) -> None:
        """None that was given is good any more."""
        self._good_quotes.clear()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
