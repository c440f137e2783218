"""Files: encrypted, replaced as a whole, under names that are safe in a path; and a lock among processes."""

import hashlib
import json
import os
import sys
import uuid
from contextlib import contextmanager

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
    """What was sealed under this name; raises for anything else."""
    return json.loads(AESGCM(TOKEN_KEY).decrypt(data[:12], data[12:], name.encode()))


def write_sealed(path, name, value):
    """Replaces a sealed file as a whole: a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4()}.tmp")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(seal(value, name))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except FileNotFoundError:
        # This process was held up for so long that another one swept the file.
        write_sealed(path, name, value)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def read_sealed(path, name):
    """The value of a sealed file; None where there is none, or where it is damaged. One file must not stop the rest."""
    try:
        return unseal(path.read_bytes(), name)
    except FileNotFoundError:
        return None
    except (InvalidTag, ValueError):
        log("damaged file", file=str(path.relative_to(DATA_DIR)))
        return None


def check_data_dir():
    """Ends the start where nothing can be stored, or where everything is encrypted with another key."""
    path = DATA_DIR / "key.sealed"
    try:
        if path.exists():
            unseal(path.read_bytes(), "key")
        write_sealed(path, "key", {})
    except OSError as error:
        sys.exit(f"Cannot use {DATA_DIR}: {error}.")
    except (InvalidTag, ValueError):
        sys.exit(f"Cannot use {DATA_DIR}: REVENTO_TOKEN_KEY is not the key that its files are encrypted with.")


def create_once(path):
    """Creates an empty file; False when it exists. Exactly one caller succeeds, in any process."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return True
    except FileExistsError:
        return False


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
        fcntl.flock(file, fcntl.LOCK_EX)
        return
    while True:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            return
        except OSError:  # after ten seconds
            pass
