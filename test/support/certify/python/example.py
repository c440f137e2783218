"""A mini-integration as on the guide's page of code examples, in Flask: it logs in, reads and receives.

What that page leaves out is left out here: tokens are kept in memory, nothing is refreshed, nothing is tried again, and
errors are whatever Flask makes of an exception.
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
import time
import uuid
from urllib.parse import urlencode

import requests
from flask import Flask, redirect, request, session

AUTH_BASE = os.environ["REVENTO_AUTH_BASE"]
API_BASE = os.environ["REVENTO_API_BASE"]
WEBHOOK_SECRET = os.environ["REVENTO_WEBHOOK_SECRET"].encode()

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
app.logger.disabled = True
tokens = {}
seen = set()


@app.get("/connect")
def connect():
    session["state"] = secrets.token_urlsafe(32)
    session["verifier"] = secrets.token_urlsafe(32)
    digest = hashlib.sha256(session["verifier"].encode()).digest()
    query = {
        "response_type": "code",
        "client_id": os.environ["REVENTO_CLIENT_ID"],
        "redirect_uri": os.environ["REVENTO_REDIRECT_URI"],
        "scope": "event.read participants.read",
        "event_id": request.args.get("event_id", os.environ["SANDBOX_EVENT_ID"]),
        "state": session["state"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return redirect(f"{AUTH_BASE}/oauth/authorize?{urlencode(query)}")


@app.get("/callback")
def callback():
    state = session.pop("state", "")
    if not state or not hmac.compare_digest(request.args.get("state", ""), state):
        return "state does not match", 400
    if "error" in request.args:
        return "You declined.", 400
    answer = requests.post(
        f"{AUTH_BASE}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": os.environ["REVENTO_CLIENT_ID"],
            "client_secret": os.environ["REVENTO_CLIENT_SECRET"],
            "code": request.args["code"],
            "redirect_uri": os.environ["REVENTO_REDIRECT_URI"],
            "code_verifier": session.pop("verifier"),
        },
        timeout=10,
    )
    if not answer.ok:
        return "Connect again.", 400
    token = answer.json()
    tokens[token["event_id"]] = token
    return "Connected."


@app.post("/sync")
def sync():
    event_id = request.args.get("event_id", os.environ["SANDBOX_EVENT_ID"])
    rows, cursor = [], None
    while True:
        answer = requests.get(
            f"{API_BASE}/events/{event_id}/participants",
            params={"limit": 20, **({"cursor": cursor} if cursor else {})},
            headers={
                "Authorization": f"Bearer {tokens[event_id]['access_token']}",
                "Accept": "application/vnd.revento.v1+json",
                "X-Revento-Request-Id": str(uuid.uuid4()),
            },
            timeout=30,
        )
        answer.raise_for_status()
        page = answer.json()
        rows.extend(page["data"])
        if not page["has_more"]:
            return f"{len(rows)} participants"
        cursor = page["next_cursor"]


@app.post("/webhooks/revento")
def webhook():
    body = request.get_data()
    timestamp = request.headers.get("X-Revento-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > 300:
        return "stale", 401
    expected = "sha256=" + hmac.new(WEBHOOK_SECRET, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), request.headers.get("X-Revento-Signature", "").encode()):
        return "bad signature", 401
    delivery_id = request.headers.get("X-Revento-Delivery-Id")
    if delivery_id not in seen:
        seen.add(delivery_id)
        envelope = request.get_json(silent=True) or {}
        if envelope.get("type") == "data.deletion_required":
            tokens.pop(envelope.get("event_id"), None)
    return "", 204


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ.get("PORT", "3000")), threaded=True)
