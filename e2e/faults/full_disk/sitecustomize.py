"""A disk that is full while a file is there. Python runs this at start, where the folder is in PYTHONPATH.

Only for collectors, only when told which file, and only the log's writes: as if the file system had no room left.
"""

import errno
import os
from pathlib import Path

if os.environ.get("HELIOGRAPH_INTERNAL_ROLE") == "collect" and "FULL_WHILE_THERE" in os.environ:
    from server.eventlog.files import OsFiles

    _flag = Path(os.environ["FULL_WHILE_THERE"])
    _pwrite = OsFiles.pwrite

    def _pwrite_or_full(self: OsFiles, fd: int, content: bytes, position: int) -> int:
        if _flag.exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _pwrite(self, fd, content, position)

    OsFiles.pwrite = _pwrite_or_full  # type: ignore[method-assign]
