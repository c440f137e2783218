"""An integration as somebody would write it from Revento's guide, in Python with Flask and requests.

It knows nothing of the revento tool. Everything but the two base URLs is what it would be against the real Revento:
the redirect URI and the webhook receiver on one port, the secret in the form, a request id without dashes.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
import uuid
from urllib.parse import urlencode

import requests
from flask import Flask, jsonify, redirect, request, session

AUTH_BASE = os.environ["REVENTO_AUTH_BASE"]
API_BASE = os.environ["REVENTO_API_BASE"]
CLIENT_ID = os.environ["REVENTO_CLIENT_ID"]
CLIENT_SECRET = os.environ["REVENTO_CLIENT_SECRET"]
WEBHOOK_SECRET = os.environ["REVENTO_WEBHOOK_SECRET"]
EVENT_ID = os.environ["SANDBOX_EVENT_ID"]
PORT = int(os.environ["PORT"])
REDIRECT_URI = f"http://localhost:{PORT}/callback"

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
tokens = {}
deliveries = []


@app.get("/connect")
def connect():
    session["state"] = secrets.token_urlsafe(32)
    session["verifier"] = secrets.token_urlsafe(32)
    digest = hashlib.sha256(session["verifier"].encode("ascii")).digest()
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "event.read participants.read",
        "event_id": EVENT_ID,
        "state": session["state"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
    }
    return redirect(f"{AUTH_BASE}/oauth/authorize?{urlencode(query)}")


@app.get("/callback")
def callback():
    if not hmac.compare_digest(request.args.get("state", ""), session.pop("state", "")):
        return "state does not match", 400
    if "error" in request.args:
        return jsonify(error=request.args["error"]), 403
    answer = requests.post(
        f"{AUTH_BASE}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "code": request.args["code"],
            "redirect_uri": REDIRECT_URI,
            "code_verifier": session.pop("verifier"),
        },
        timeout=10,
    )
    answer.raise_for_status()
    tokens.update(answer.json())
    return redirect("/participants")


@app.get("/participants")
def participants():
    """Every participant, ten at a time."""
    rows, cursor = [], None
    while True:
        request_id = uuid.uuid4().hex
        answer = requests.get(
            f"{API_BASE}/events/{EVENT_ID}/participants",
            params={"limit": 10, **({"cursor": cursor} if cursor else {})},
            headers={
                "Authorization": f"Bearer {tokens['access_token']}",
                "Accept": "application/vnd.revento.v1+json",
                "X-Revento-Request-Id": request_id,
            },
            timeout=10,
        )
        answer.raise_for_status()
        assert answer.headers["X-Revento-Request-Id"] == request_id
        page = answer.json()
        rows.extend(page["data"])
        if not page["has_more"]:
            return jsonify(organization_id=tokens["organization_id"], participants=rows)
        cursor = page["next_cursor"]


@app.post("/refresh")
def refresh():
    answer = requests.post(
        f"{AUTH_BASE}/oauth/token",
        data={
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": tokens["refresh_token"],
        },
        timeout=10,
    )
    answer.raise_for_status()
    before = dict(tokens)
    tokens.update(answer.json())
    return jsonify(is_rotated=before["refresh_token"] != tokens["refresh_token"])


@app.post("/webhooks/revento")
def webhook():
    body = request.get_data()
    timestamp = request.headers.get("X-Revento-Timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return "stale", 401
    signed = timestamp.encode("ascii") + b"." + body
    expected = "sha256=" + hmac.new(WEBHOOK_SECRET.encode("utf-8"), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Revento-Signature", "")):
        return "bad signature", 401
    deliveries.append({"id": request.headers["X-Revento-Delivery-Id"], "envelope": request.get_json()})
    return "", 204


@app.get("/deliveries")
def received():
    return jsonify(deliveries)


@app.get("/health")
def health():
    return "ok"


if __name__ == "__main__":
    app.run(host="localhost", port=PORT)
