"""A terminal that is gone takes nothing any more, and nobody may wait for it to do so."""

import sys
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from textual.drivers._writer_thread import WriterThread


def outlive_terminals() -> None:
    """Have Textual write into the void once its terminal is gone.

    Its thread for output would die there, and the program wait for ever for room in its queue:
    it could not even end, and would keep its connections from every other one.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver  # noqa: PLC0415 - there is none on Windows

        vars(linux_driver)["WriterThread"] = _outliving()


def _outliving() -> "type[WriterThread]":
    from textual.drivers._writer_thread import WriterThread  # noqa: PLC0415 - as above

    class _Outliving(WriterThread):
        @override
        def run(self) -> None:
            try:
                super().run()
            except OSError:
                while self._queue.get() is not None:
                    pass

    return _Outliving
