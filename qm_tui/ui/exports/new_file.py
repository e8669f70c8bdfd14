"""A file that is there as a whole or not at all, and that only its owner can read."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST
from pathlib import Path
from types import TracebackType
from typing import Self


class NewFile:
    """Written beside the place it is meant for, and moved there by `keep`."""

    def __init__(self, path: Path, *, replace: bool) -> None:
        """Prepare; nothing is written before the `with` block.

        Args:
            path: where it is meant for.
            replace: whether it may take the place of a file that is there.
        """
        self._path = path
        self._replace = replace
        # Short: a name that just fits would not with more behind it.
        self._beside = path.with_name(f".{secrets.token_hex(8)}.part")
        self._descriptor = -1

    def __enter__(self) -> Self:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with self._meaning():
            self._descriptor = os.open(self._beside, flags, 0o600)
        return self

    def write(self, text: str) -> None:
        """Write some more.

        Raises:
            OSError: When the disk does not take it.
        """
        left = memoryview(text.encode("utf-8", errors="replace"))
        while left:
            left = left[os.write(self._descriptor, left) :]

    def keep(self) -> None:
        """Have the file where it is meant for.

        Raises:
            FileExistsError: When one is there that must not be replaced.
            OSError: When the disk does not take it.
        """
        with self._meaning():
            os.fsync(self._descriptor)
            if self._replace:
                self._beside.replace(self._path)
            else:
                self._move_where_nothing_is()

    @contextmanager
    def _meaning(self) -> Iterator[None]:
        """Have errors name the file that was meant, not the one beside it."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    def _move_where_nothing_is(self) -> None:
        try:
            # Unlike a rename, a link never takes the place of what has come meanwhile.
            os.link(self._beside, self._path)
        except FileExistsError:
            raise
        except OSError:
            # Not every file system has links.
            if os.path.lexists(self._path):
                raise FileExistsError(EEXIST, os.strerror(EEXIST)) from None
            self._beside.replace(self._path)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)
        with suppress(FileNotFoundError):
            self._beside.unlink()
