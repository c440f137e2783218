import base64
import hashlib
import json
import os
import secrets

import requests
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
auth_base, api_base = os.environ["REVENTO_AUTH_BASE"], os.environ["REVENTO_API_BASE"]
client_id, client_secret = os.environ["REVENTO_CLIENT_ID"], os.environ["REVENTO_CLIENT_SECRET"]
event_id = os.environ["SANDBOX_EVENT_ID"]
token_url = f"{auth_base}/oauth/token"

session = OAuth2Session(
    client_id,
    redirect_uri=os.environ["REVENTO_REDIRECT_URI"],
    scope=["event.read", "participants.read", "program.read"],
)


def count_rows():
    rows, params = 0, {"limit": 25}
    while True:
        page = session.get(f"{api_base}/events/{event_id}/participants", params=params).json()
        rows += len(page["data"])
        if not page["has_more"]:
            return rows
        params["cursor"] = page["next_cursor"]


def refresh(token):
    return session.refresh_token(token_url, refresh_token=token, client_id=client_id, client_secret=client_secret)


verifier = secrets.token_urlsafe(32)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
url, state = session.authorization_url(
    f"{auth_base}/oauth/authorize", event_id=event_id, code_challenge=challenge, code_challenge_method="S256"
)
landed = requests.get(url, allow_redirects=False).headers["location"]
first = session.fetch_token(
    token_url,
    authorization_response=landed,
    code_verifier=verifier,
    client_secret=client_secret,
    include_client_id=True,
)
rows = count_rows()
refresh(first["refresh_token"])
rows_after_refresh = count_rows()
try:
    refresh(first["refresh_token"])
    reuse = None
except OAuth2Error as error:
    reuse = error.error
print(json.dumps({"event": first["event_id"], "rows": rows, "rowsAfterRefresh": rows_after_refresh, "reuse": reuse}))
