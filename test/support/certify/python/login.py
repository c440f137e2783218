"""Consent and tokens, on Authlib."""

import os
import secrets
import threading
from collections import defaultdict

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

import store
from mistake import has

AUTH_BASE = os.environ["REVENTO_AUTH_BASE"]
TOKEN_URL = f"{AUTH_BASE}/oauth/token"
SCOPE = "event.read participants.read"

_attempts = {}
_attempts_lock = threading.Lock()
_refreshing = defaultdict(threading.Lock)
_fixed_verifier = generate_token(48)


def _session(scope=SCOPE):
    # Authlib asks the server for nothing but JSON, and posts client_id and client_secret in the form.
    return OAuth2Session(
        os.environ["REVENTO_CLIENT_ID"],
        os.environ["REVENTO_CLIENT_SECRET"],
        redirect_uri=os.environ["REVENTO_REDIRECT_URI"],
        scope=scope,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
    )


def begin(event_id):
    """The session that the browser has to bring back, and where to send it."""
    verifier = _fixed_verifier if has("same-verifier") else generate_token(48)
    url, state = _session().create_authorization_url(
        f"{AUTH_BASE}/oauth/authorize", code_verifier=verifier, event_id=event_id
    )
    session = secrets.token_urlsafe(24)
    with _attempts_lock:
        _attempts[session] = (verifier, state)
    return session, url


def land(session, url, query):
    """The status and text of the page after the redirect."""
    with _attempts_lock:
        attempt = _attempts.pop(session, None)
    if attempt is None:
        return 400, "Connect again."
    verifier, state = attempt
    if query.get("state") != state and not has("state-ignored"):
        return 400, "Connect again."
    if "error" in query:
        return 400, "You declined." if query["error"] == "access_denied" else "Connect again."
    try:
        with _session() as client:
            tokens = client.fetch_token(
                TOKEN_URL, grant_type="authorization_code", code=query.get("code", ""), code_verifier=verifier
            )
    except OAuthError:
        return 400, "Connect again."
    store.keep(tokens["event_id"], _kept(tokens, None))
    return 200, "Connected."


def _kept(tokens, before):
    return {
        "access": tokens["access_token"],
        "refresh": tokens["refresh_token"],
        "scope": tokens.get("scope", before["scope"] if before else SCOPE),
    }


def refresh(event_id, refused):
    """One refresh for every thread that needs it; whether there is another token than the refused one."""
    if has("parallel-refresh"):
        return _refresh(event_id, store.login_of(event_id))
    with _refreshing[event_id]:
        login = store.login_of(event_id)
        if login is None or login["access"] != refused:
            return login is not None
        return _refresh(event_id, login)


def _refresh(event_id, login):
    try:
        with _session(scope=None) as client:
            tokens = client.refresh_token(TOKEN_URL, refresh_token=login["refresh"])
    except Exception:
        # Rejected, or unknown: a token that may be used up is not sent again.
        store.forget(event_id)
        return False
    store.keep(event_id, _kept(tokens, login))
    return True
