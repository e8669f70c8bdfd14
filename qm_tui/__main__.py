"""`python -m qm_tui`."""

import sys

from qm_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
