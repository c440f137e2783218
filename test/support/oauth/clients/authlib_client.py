import json
import os

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
auth_base, api_base = os.environ["REVENTO_AUTH_BASE"], os.environ["REVENTO_API_BASE"]
event_id = os.environ["SANDBOX_EVENT_ID"]
token_url = f"{auth_base}/oauth/token"

session = OAuth2Session(
    os.environ["REVENTO_CLIENT_ID"],
    os.environ["REVENTO_CLIENT_SECRET"],
    redirect_uri=os.environ["REVENTO_REDIRECT_URI"],
    scope="event.read participants.read program.read",
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_post",
)


def count_rows():
    rows, params = 0, {"limit": 25}
    while True:
        page = session.get(f"{api_base}/events/{event_id}/participants", params=params).json()
        rows += len(page["data"])
        if not page["has_more"]:
            return rows
        params["cursor"] = page["next_cursor"]


verifier = generate_token(48)
url, state = session.create_authorization_url(f"{auth_base}/oauth/authorize", code_verifier=verifier, event_id=event_id)
landed = requests.get(url, allow_redirects=False).headers["location"]
first = session.fetch_token(token_url, authorization_response=landed, state=state, code_verifier=verifier)
rows = count_rows()
session.refresh_token(token_url, refresh_token=first["refresh_token"])
rows_after_refresh = count_rows()
try:
    session.refresh_token(token_url, refresh_token=first["refresh_token"])
    reuse = None
except OAuthError as error:
    reuse = error.error
print(json.dumps({"event": first["event_id"], "rows": rows, "rowsAfterRefresh": rows_after_refresh, "reuse": reuse}))
