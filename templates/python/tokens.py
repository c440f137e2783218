"""Logins on disk: a sealed file for each connection, and a refresh that happens once however many ask."""

from config import DATA_DIR, log
from files import alone, file_name, read_all_sealed, read_sealed, write_sealed

DIRECTORY = DATA_DIR / "logins"
# The reason that also ends the mirror.
DELETION = "data.deletion_required"


class LoginEnded(Exception):
    """The organizer has to connect the event again; trying again does not help."""

    def __init__(self):
        super().__init__("No organizer has connected this event, or the connection ended. Open /connect.")


def is_connection(value):
    """A connection is an event and an organization."""
    return all(isinstance(value.get(name), str) for name in ("event_id", "organization_id"))


def path_of(connection):
    return DIRECTORY / f"{file_name(connection['event_id'], connection['organization_id'])}.sealed"


def store(login):
    """Stores a login. Call it before anything uses its access token."""
    with alone("logins"):
        write_sealed(path_of(login), login)


def logins():
    """Every login that can be used."""
    return [login for login in read_all_sealed(DIRECTORY)[0] if "ended" not in login]


def login_for(event_id):
    """The login for an event; raises LoginEnded where there is none to use."""
    values, failure = read_all_sealed(DIRECTORY)
    for login in values:
        if login["event_id"] == event_id and "ended" not in login:
            return login
    raise failure or LoginEnded()  # a file that cannot be read may be the login


def _ended(connection, reason):
    log("login ended", event_id=connection["event_id"], reason=reason)
    return {"event_id": connection["event_id"], "organization_id": connection["organization_id"], "ended": reason}


def end(connection, reason):
    """Ends whatever login a connection has, and forgets its tokens."""
    store(_ended(connection, reason))


def end_spent(login, reason):
    """Ends this login. Raises LoginEnded, or gives the one that the organizer made meanwhile."""
    return _replace(login, _ended(login, reason))


def is_deleted(connection):
    """Whether Revento wanted everything deleted, and the event has not been connected again."""
    return (read_sealed(path_of(connection)) or {}).get("ended") == DELETION


def _usable(connection):
    login = read_sealed(path_of(connection))
    if login is None or "ended" in login:
        raise LoginEnded
    return login


def _replace(spent, login):
    """Stores a login in the place of this one, unless that has ended or was made again. Gives the one to use now."""
    with alone("logins"):
        if _usable(spent)["refresh_token"] == spent["refresh_token"]:
            write_sealed(path_of(login), login)
        return _usable(spent)


def refreshed(spent, request):
    """The login after a refresh. `spent` is the login whose access token has expired.

    Revento revokes a login when a refresh token is used twice. So only one thread of one process at a time refreshes,
    and what it is about to do is stored before: after a process that died half-way, the next one does not send the
    token again.
    """
    with alone(f"refresh of {path_of(spent).name}"):
        current = _usable(spent)
        if current["access_token"] != spent["access_token"]:
            return current
        if "is_sent" in current:
            return end_spent(current, "a refresh was never answered")
        is_marked = False
        try:
            # Where this fails, the new tokens could not be stored either.
            _replace(current, {**current, "is_sent": True})
            is_marked = True
            answer = request({"grant_type": "refresh_token", "refresh_token": current["refresh_token"]})
            names = "access_token", "refresh_token", "scope"
            return _replace(current, {**current, **{name: answer[name] for name in names if answer.get(name)}})
        except Exception as error:
            if getattr(error, "code", None) == "invalid_grant":
                return end_spent(current, "invalid_grant")
            # A mark that failed may be on disk all the same.
            if not is_marked or getattr(error, "is_unused", False):
                _replace(current, current)
            raise  # otherwise Revento may have used the token without an answer to us
