"""Whether the double speaks the protocol to another client library than the one we use.

Makes an environment of its own in a temporary folder, installs ib_async 2.1.0 into it from the
package registry, runs the session of `client_session` with both libraries, and lays what they made
of the double side by side:

    python -m tests.simulators.confirm_with_ib_async

Ends with 0 when both were told the same, and otherwise says what differs. It needs the network, so
it is no part of the tests. ib_async must never be installed beside ib_insync: its fork of eventkit
writes over files of the other.
"""

import argparse
import asyncio
import importlib
import json
import math
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.simulators.client_session import told

OTHER = "ib_async"
OTHER_VERSION = "2.1.0"
_ROOT = Path(__file__).parents[2]
_TELL = "--tell"


def main(arguments: Sequence[str] | None = None) -> int:
    """Confirm, or with `--tell` say what one library is told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(_TELL, metavar="LIBRARY", help="run one session here and print it as JSON")
    options = parser.parse_args(arguments)
    if options.tell:
        _print(json.dumps(asyncio.run(_tell(options.tell))))
        return 0
    with tempfile.TemporaryDirectory(prefix="confirm-double-") as folder:
        python = _environment(Path(folder))
        ours = _told_to("ib_insync", Path(sys.executable))
        theirs = _told_to(OTHER, python)
    differences = list(differing(ours, theirs))
    for line in differences:
        _print(line)
    steps = ", ".join(name.replace("_", " ") for name in theirs)
    if differences:
        _print(f"{len(differences)} differences between ib_insync and {OTHER} {OTHER_VERSION}.")
        return 1
    _print(f"ib_insync and {OTHER} {OTHER_VERSION} were told the same: {steps}.")
    return 0


async def _tell(library: str) -> dict[str, Any]:
    # Imported with a loop running: ib_insync asks for one while it is imported.
    return await told(importlib.import_module(library))


def _environment(folder: Path) -> Path:
    """Its interpreter, once ib_async is installed there."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run([str(python), *install, f"{OTHER}=={OTHER_VERSION}"], check=True)  # noqa: S603 - all is ours
    return python


def _told_to(library: str, python: Path) -> dict[str, Any]:
    command = [str(python), "-m", "tests.simulators.confirm_with_ib_async", _TELL, library]
    done = subprocess.run(  # noqa: S603 - all is ours
        command, check=True, cwd=_ROOT, stdout=subprocess.PIPE, text=True, timeout=120
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def differing(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """Each place where the two say something else, in words."""
    match ours, theirs:
        case dict(), dict():
            for name in sorted(ours.keys() | theirs.keys()):
                yield from differing(ours.get(name), theirs.get(name), f"{where} / {name}")
        case list(), list() if len(ours) == len(theirs):
            for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from differing(one, other, f"{where} / {number}")
        case float(), float() if math.isnan(ours) and math.isnan(theirs):
            return
        case _ if ours != theirs:
            yield f"{where.removeprefix(' / ')}: ib_insync {ours!r}, {OTHER} {theirs!r}"
        case _:
            return


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
