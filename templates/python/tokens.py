"""Logins on disk: a sealed file for each event and organization, and a refresh that happens once however many ask."""

import hashlib
import json
import os
import threading
import time
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import DATA_DIR, TOKEN_KEY, log

DIRECTORY = DATA_DIR / "logins"
# A refresh that has no answer by then never gets one: requests are given up after 15 seconds.
UNANSWERED_SECONDS = 30


class LoginEnded(Exception):
    """The organizer has to connect the event again; trying again does not help."""


def file_name(*parts):
    """A name for anything, safe in a path."""
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
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(seal(value, name))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read_sealed(path, name):
    """The value of a sealed file; None where there is none."""
    try:
        return unseal(path.read_bytes(), name)
    except FileNotFoundError:
        return None


def create_once(path):
    """Creates an empty file; False when it exists. Exactly one caller succeeds, in any process."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return True
    except FileExistsError:
        return False


def _name_of(login):
    return file_name(login["event_id"], login["organization_id"])


def _path_of(login):
    return DIRECTORY / f"{_name_of(login)}.sealed"


def _load(login):
    return read_sealed(_path_of(login), _name_of(login))


def store(login):
    """Stores a login. Call it before anything uses its access token."""
    write_sealed(_path_of(login), _name_of(login), login)


def logins():
    """Every login that can be used."""
    found = [read_sealed(path, path.stem) for path in DIRECTORY.glob("*.sealed")]
    return [login for login in found if login and "ended" not in login]


def login_for(event_id):
    """The login for an event; raises LoginEnded where there is none to use."""
    for login in logins():
        if login["event_id"] == event_id:
            return login
    raise LoginEnded("No organizer has connected this event, or the connection ended. Open /connect.")


def end(login, reason):
    """Marks a login as ended and forgets its tokens."""
    log("login ended", event_id=login["event_id"], reason=reason)
    store({"event_id": login["event_id"], "organization_id": login["organization_id"], "ended": reason})


def has_ended(login):
    """Whether the connection ended and has not been made again."""
    current = _load(login)
    return current is not None and "ended" in current


_refreshing = threading.Lock()


def refreshed(spent, request):
    """The login after a refresh. `spent` is the login whose access token has expired.

    Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
    request among all threads, one among all processes, one even when the process dies half-way.
    """
    with _refreshing:
        return _refresh_once(spent, request)


def _refresh_once(spent, request):
    current = _usable(spent)
    if current["access_token"] != spent["access_token"]:
        return current
    claim = DIRECTORY / f"{file_name(current['refresh_token'])}.claim"
    if not create_once(claim):
        return _after_others(current, claim, request)
    # Another process may have refreshed, and dropped its claim, since we looked.
    again = _usable(spent)
    if again["access_token"] != spent["access_token"]:
        claim.unlink(missing_ok=True)
        return again
    try:
        answer = request({"grant_type": "refresh_token", "refresh_token": current["refresh_token"]})
        renewed = {**current, **{name: answer[name] for name in ("access_token", "refresh_token")}}
        renewed["scope"] = answer.get("scope") or current["scope"]
        store(renewed)
        claim.unlink(missing_ok=True)
        return renewed
    except Exception as error:
        # Kept where Revento may have used the token without an answer to us: it is never sent a second time.
        is_permanent = getattr(error, "code", None) == "invalid_grant"
        if is_permanent:
            end(current, "invalid_grant")
        if is_permanent or getattr(error, "is_unused", False):
            claim.unlink(missing_ok=True)
        if is_permanent:
            raise LoginEnded("Revento ended this connection. Open /connect.") from error
        raise


def _after_others(spent, claim, request):
    """Another process refreshes: waits for what comes of it."""
    while True:
        time.sleep(0.05)
        current = _usable(spent)
        if current["access_token"] != spent["access_token"]:
            return current
        try:
            age = time.time() - claim.stat().st_mtime
        except FileNotFoundError:
            return _refresh_once(spent, request)
        if age > UNANSWERED_SECONDS:
            end(current, "a refresh was never answered")
            raise LoginEnded("A refresh was never answered. Open /connect.")


def _usable(login):
    current = _load(login)
    if current is None or "ended" in current:
        raise LoginEnded("The connection ended. Open /connect.")
    return current
