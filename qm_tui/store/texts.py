"""The one way in which mappings are written as text."""

import json
from collections.abc import Mapping
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def json_text(value: Mapping[str, Any]) -> str:
    """Write a mapping compactly, with sorted names, so that equal mappings are equal text."""
    return _encode(dict(value))
