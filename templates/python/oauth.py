"""The authorization code flow with PKCE, and the token endpoint."""

import base64
import hashlib
import io
import queue
import secrets
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

import requests

from config import AUTH_BASE, CLIENT_ID, CLIENT_SECRET, DATA_DIR, REDIRECT_URI
from files import create_once, file_name, seal, unseal
from tokens import is_connection, store

SCOPE = "event.read participants.read program.read"
ATTEMPT_SECONDS = 600
GIVEN_UP_SECONDS = 15


class NotConnected(Exception):
    """The organizer cannot be connected this way; the text may be shown."""


class TokenError(Exception):
    """A response of the token endpoint without tokens. `is_unused`: the code or token can still be used."""

    def __init__(self, code, is_unused):
        super().__init__(f"token endpoint: {code}")
        self.code = code
        self.is_unused = is_unused


def begin(event_id):
    """Begins a login: where the browser goes, and the cookie that binds the attempt to that browser."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    client = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "scope": SCOPE}
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    query = urlencode({**client, **pkce, "event_id": event_id, "state": state})
    attempt = {"state": state, "verifier": verifier, "expires_at": time.time() + ATTEMPT_SECONDS}
    cookie = base64.urlsafe_b64encode(seal(attempt, "attempt")).decode()
    return f"{AUTH_BASE}/oauth/authorize?{query}", cookie


def finish(query, cookie):
    """Ends a login: checks the state, redeems the code and stores the tokens."""
    attempt = _opened(cookie)
    if attempt is None or not secrets.compare_digest(query.get("state", "").encode(), attempt["state"].encode()):
        raise NotConnected("This is not the answer to your login.")
    if attempt["expires_at"] < time.time():
        raise NotConnected("The login took too long. Open /connect again.")
    # Each attempt is answered once, even if the browser sends it again.
    if not create_once(DATA_DIR / "attempts" / file_name(attempt["state"])):
        raise NotConnected("This answer was used already. Open /connect again.")
    if query.get("error") == "access_denied":
        raise NotConnected("You declined. Nothing was connected.")
    if "error" in query or not query.get("code"):
        raise NotConnected("Revento did not connect the event. Open /connect again.")
    form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": REDIRECT_URI}
    try:
        login = request_tokens({**form, "code_verifier": attempt["verifier"]})
        if not is_connection(login):
            raise TokenError("tokens for no event", False)
    except TokenError as error:
        raise NotConnected("Revento did not connect the event. Open /connect again.") from error
    store(login)
    return login


def request_tokens(form):
    """Tokens for a code or a refresh token."""
    # In a thread, because the limits of `requests` are for each read: an answer that trickles would go on and on.
    body, outcome = _Form({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}), queue.SimpleQueue()
    try:
        threading.Thread(target=_post, args=(body, outcome), daemon=True).start()
        response = outcome.get(timeout=GIVEN_UP_SECONDS)
        if isinstance(response, Exception):
            raise response
    except Exception as error:
        is_unused = body.first.acquire(blocking=False)
        raise TokenError("unreachable" if is_unused else "unanswered", is_unused) from error
    # What is not a text is taken for none: one odd field does not spoil the others.
    answer = {name: value for name, value in json_of(response).items() if isinstance(value, str)}
    if response.status_code == 200 and answer.get("access_token") and answer.get("refresh_token"):
        return answer
    # What is refused, redirected or put off leaves the token as it was; after any other failure it may be spent.
    status, code = response.status_code, answer.get("error")
    is_unused = status == 503 or (300 <= status < 500 and code != "invalid_grant")
    raise TokenError(code or f"status {status}", is_unused)


class _Form(io.BytesIO):
    """Is sent once there is a connection, with TLS, or given up: `first` goes to whichever comes first."""

    is_sent = False

    def __init__(self, fields):
        super().__init__(urlencode(fields).encode())
        self.first = threading.Lock()

    def read(self, *size):
        self.is_sent = self.is_sent or self.first.acquire(blocking=False)
        if not self.is_sent:
            raise TimeoutError
        return super().read(*size)


def _post(body, outcome):
    url, headers = f"{AUTH_BASE}/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        outcome.put(requests.post(url, data=body, headers=headers, timeout=(5, 10), allow_redirects=False))
    except Exception as error:
        outcome.put(error)


def json_of(response):
    """The JSON object of a response; an empty one for anything else."""
    with suppress(ValueError):
        value = response.json()
        return value if isinstance(value, dict) else {}
    return {}


def _opened(cookie):
    with suppress(ValueError):
        return unseal(base64.urlsafe_b64decode(cookie), "attempt")
