"""What can be an account's number, where somebody types one."""

import re

_NUMBER = re.compile(r"[\w.*-]{1,32}")
"""Statements may hide some of it behind asterisks."""

WHAT_IT_IS = "letters, digits and hyphens, 32 at most"


def is_account_number(text: str) -> bool:
    """Tell a number from a slip: an account that a slip has made cannot be taken away."""
    return _NUMBER.fullmatch(text) is not None
