"""The command line: the only place where parts are made and joined."""

import sys
from collections.abc import Sequence

from qm_tui.cli.arguments import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    arguments = parser().parse_args(argv)
    # Late: each command loads what it needs, and the monitor must be on the screen first.
    from qm_tui.cli.run import run  # noqa: PLC0415

    return run(arguments, sys.stdout, sys.stderr)
