"""Files: encrypted, replaced as a whole, under names that are safe in a path; and a lock among processes."""

import hashlib
import json
import os
import sys
import time
from contextlib import contextmanager, suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import DATA_DIR, TOKEN_KEY, log

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt


def file_name(*parts):
    """A file name for any text, safe in a path."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def seal(value, name):
    """Encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another."""
    nonce = os.urandom(12)
    return nonce + AESGCM(TOKEN_KEY).encrypt(nonce, json.dumps(value).encode(), name.encode())


def unseal(data, name):
    """What was sealed under this name; None for anything else."""
    with suppress(InvalidTag, ValueError):
        return json.loads(AESGCM(TOKEN_KEY).decrypt(data[:12], data[12:], name.encode()))


def write_sealed(path, value):
    """Replaces a sealed file as a whole: a crash, or a loss of power, leaves the old one or the new one."""
    temporary = path.with_name(f"{os.urandom(16).hex()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(seal(value, path.name))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if os.name != "nt":  # Windows takes care of the names by itself
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def exists(path):
    """Whether a file is there; unlike `Path.exists`, this fails where nobody can know."""
    with suppress(FileNotFoundError):
        return bool(path.stat())
    return False


def create_once(path):
    """Creates an empty file; False when it exists. Exactly one caller succeeds, in any process."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        path.touch(0o600, exist_ok=False)
        return True
    return False


def read_sealed(path):
    """The value of a sealed file; None where there is none, or where it is damaged."""
    try:
        value = unseal(path.read_bytes(), path.name)
    except FileNotFoundError:
        return None
    if value is None:
        log("damaged file", file=str(path.relative_to(DATA_DIR)))
    return value


def read_all_sealed(directory):
    """The values of all sealed files in a directory, and why one of them cannot be read; the others can be used."""
    values, failure = [], None
    # Not by glob, which finds nothing in a directory that cannot be read.
    for path in directory.iterdir() if exists(directory) else ():
        try:
            values.append(read_sealed(path) if path.suffix == ".sealed" else None)
        except OSError as error:
            failure = error
            log("unreadable file", error=type(error).__name__)
    return [value for value in values if value is not None], failure


def open_data_dir():
    """Ends the start where nothing can be stored, or where everything is encrypted with another key."""
    path = DATA_DIR / "key.sealed"
    try:
        if exists(path) and read_sealed(path) is None:
            sys.exit(f"REVENTO_TOKEN_KEY is not the key that the files in {DATA_DIR} are encrypted with.")
        write_sealed(path, {})
        _sweep()
    except OSError as error:
        sys.exit(f"Cannot use {DATA_DIR}: {error}.")


# Revento gives up a delivery after hours; one that is repeated by hand may be older.
_KEPT_DAYS = {"attempts": 1, "worked": 30}


def _sweep():
    """Removes what is not needed anymore, and what killed processes left behind. Other processes may be running."""
    for path in DATA_DIR.glob("**/*"):
        days = 1 if path.suffix == ".tmp" else _KEPT_DAYS.get(path.parent.name)
        with suppress(FileNotFoundError):  # another process was faster
            if days and time.time() - path.stat().st_mtime > days * 24 * 3600:
                path.unlink()


@contextmanager
def alone(name):
    """Nothing else runs under this name meanwhile, in any thread or process. A process that dies releases it."""
    path = DATA_DIR / "locks" / file_name(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        _lock(file)  # closing the file releases it
        yield


def _lock(file):
    if os.name != "nt":
        return fcntl.flock(file, fcntl.LOCK_EX)
    while True:
        with suppress(OSError):  # after ten seconds
            return msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
