"""What killed processes leave behind is removed at the start. Other processes may be running."""

import os
import time
from pathlib import Path

from config import DATA_DIR
from tokens import forget_leftovers

# A write takes milliseconds. A process that is held up for longer, and loses its file, writes it again.
TEMPORARY_SECONDS = 60
# An attempt to connect ends after ten minutes. Revento gives up a delivery after hours; one that is repeated by hand
# may be older.
KEPT_SECONDS = {"attempts": 24 * 3600, "worked": 30 * 24 * 3600}


def sweep():
    for directory, _, names in os.walk(DATA_DIR):
        for path in (Path(directory, name) for name in names):
            _remove_old(path, TEMPORARY_SECONDS if path.suffix == ".tmp" else KEPT_SECONDS.get(path.parent.name))
    forget_leftovers()


def _remove_old(path, seconds):
    try:
        if seconds and time.time() - path.stat().st_mtime > seconds:
            path.unlink()
    except FileNotFoundError:
        pass  # another process was faster
