"""The command line: the only place where parts are made and joined."""

import io
import sys
from collections.abc import Sequence
from typing import TextIO

from qm_tui.cli.arguments import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    arguments = parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot write a character gets its number, not a failure.
        sys.stdout.reconfigure(errors="backslashreplace")
    # Late: each command loads what it needs, and the monitor must be on the screen first.
    from qm_tui.cli.run import run  # noqa: PLC0415

    return run(arguments, _stream(sys.stdout), _stream(sys.stderr))


def _stream(stream: TextIO | None) -> TextIO:
    """Return where to write; whoever closed a stream before wants to hear nothing."""
    return io.StringIO() if stream is None else stream
