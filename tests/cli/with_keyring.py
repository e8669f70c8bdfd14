"""The program in a process of its own that trusts a keyring of the tests."""

import sys

import pytest

from qm_tui.cli import main
from tests import keyrings

if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        keyrings.trust(patch)
        sys.exit(main())
