"""How many examples a law is tried on: some in every run, more where somebody has the time."""

import os


def examples(usual: int) -> int:
    """`QM_TUI_EXAMPLES=10` tries ten times as many: before a release, or when in doubt."""
    return usual * int(os.environ.get("QM_TUI_EXAMPLES", "1"))
