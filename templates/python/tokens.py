"""Logins on disk: a sealed file for each consent, and a refresh that happens once however many ask."""

import threading
import time
import uuid

from config import DATA_DIR, log
from files import create_once, file_name, read_sealed, write_sealed

DIRECTORY = DATA_DIR / "logins"
# The reason that also ends the mirror.
DELETION = "data.deletion_required"
# A refresh that has no answer by then never gets one: requests are given up when nothing comes for 10 seconds.
UNANSWERED_SECONDS = 30


class LoginEnded(Exception):
    """The organizer has to connect the event again; trying again does not help."""


class _Newest:
    """The newest consent to a connection of an event and an organization; only this one counts.

    A consent has a file of its own, `CONSENT.sealed`, and beside it `CONSENT.ended` or `CONSENT.deleted` once it has
    ended. What is stored later, by a refresh that was running, cannot undo that, and cannot replace a newer consent.
    """

    def __init__(self, home):
        paths = sorted(path for path in home.glob("*") if path.suffix != ".tmp")
        self.consent = paths[-1].stem if paths else None
        kinds = {path.suffix for path in paths if path.stem == self.consent}
        self.is_deleted = ".deleted" in kinds
        self.is_ended = self.is_deleted or ".ended" in kinds
        sealed = [path for path in paths if path.suffix == ".sealed"]
        self.spent = [path for path in sealed if self.is_ended or path.stem != self.consent]

    def new_consent(self):
        """A name that comes after all earlier ones, also where the clock was set back."""
        before = int(self.consent.split("-")[0]) if self.consent else 0
        return f"{max(int(time.time() * 1000), before + 1)}-{uuid.uuid4()}"


def _home_of(login):
    return DIRECTORY / file_name(login["event_id"], login["organization_id"])


def _load(home):
    newest = _Newest(home)
    if newest.consent is None or newest.is_ended:
        return None
    login = read_sealed(home / f"{newest.consent}.sealed", newest.consent)
    # Without one, it has just ended or was made again, or its file is damaged.
    return login if login or _Newest(home).consent == newest.consent else _load(home)


def _forget_spent(home):
    """Removes the tokens that are not used anymore."""
    for path in _Newest(home).spent:
        path.unlink(missing_ok=True)


def store(login):
    """Stores a login. Call it before anything uses its access token."""
    home = _home_of(login)
    consent = login.get("consent") or _Newest(home).new_consent()
    write_sealed(home / f"{consent}.sealed", consent, {**login, "consent": consent})
    _forget_spent(home)


def _homes():
    return [path for path in DIRECTORY.glob("*") if not path.suffix]


def logins():
    """Every login that can be used."""
    found = [_load(home) for home in _homes()]
    return [login for login in found if login]


def login_for(event_id):
    """The login for an event; raises LoginEnded where there is none to use."""
    for login in logins():
        if login["event_id"] == event_id:
            return login
    raise LoginEnded("No organizer has connected this event, or the connection ended. Open /connect.")


def end(login, reason):
    """Ends the consent of a login, or without one the newest of the connection, and forgets its tokens."""
    log("login ended", event_id=login["event_id"], reason=reason)
    home, newest = _home_of(login), _Newest(_home_of(login))
    consent = login.get("consent") or newest.consent or newest.new_consent()
    create_once(home / f"{consent}.{'deleted' if reason == DELETION else 'ended'}")
    _forget_spent(home)


def is_deleted(connection):
    """Whether Revento wanted everything deleted, and the event has not been connected again."""
    return _Newest(_home_of(connection)).is_deleted


def _claim_of(refresh_token):
    return DIRECTORY / f"{file_name(refresh_token)}.claim"


def forget_leftovers():
    """Removes tokens that are not used anymore, and claims of such tokens, which a kill left."""
    for home in _homes():
        _forget_spent(home)
    # In this order: a token is claimed after it is stored, so a claim that has no login now never gets one.
    claims = list(DIRECTORY.glob("*.claim"))
    current = [_claim_of(login["refresh_token"]) for login in logins()]
    for claim in claims:
        if claim not in current:
            claim.unlink(missing_ok=True)


_refreshing = {}


def refreshed(spent, request):
    """The login after a refresh. `spent` is the login whose access token has expired.

    Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
    request among all threads, one among all processes, one even when the process dies half-way.
    """
    with _refreshing.setdefault(_home_of(spent), threading.Lock()):
        return _refresh_once(spent, request)


def _refresh_once(spent, request):
    current = _usable(spent)
    if current["access_token"] != spent["access_token"]:
        return current
    claim = _claim_of(current["refresh_token"])
    if not create_once(claim):
        return _after_others(current, claim, request)
    # Another process may have refreshed, and dropped its claim, since we looked.
    again = _usable(spent)
    if again["access_token"] != spent["access_token"]:
        claim.unlink(missing_ok=True)
        return again
    try:
        store(again)
    except OSError:
        # The new tokens could not be stored either: nothing is sent.
        claim.unlink(missing_ok=True)
        raise
    try:
        answer = request({"grant_type": "refresh_token", "refresh_token": current["refresh_token"]})
        renewed = {**current, **{name: answer[name] for name in ("access_token", "refresh_token")}}
        renewed["scope"] = answer.get("scope") or current["scope"]
        store(renewed)
        claim.unlink(missing_ok=True)
        return _usable(renewed)  # the connection may have ended, or been made again, meanwhile
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
    """Another process is refreshing: waits for the outcome."""
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
    current = _load(_home_of(login))
    if current is None:
        raise LoginEnded("The connection ended. Open /connect.")
    return current
