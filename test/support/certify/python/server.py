"""An integration that does everything as the guide says, for `revento certify`, on Authlib and requests.

MUTANT names one mistake that it makes on purpose; GOLDEN_HOME is where it keeps tokens and deliveries.
"""

import hashlib
import hmac
import json
import os
import queue
import re
import threading
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import login
import reader
import store
from mistake import has

SECRETS = [
    value
    for name in ("REVENTO_WEBHOOK_SECRET", "REVENTO_WEBHOOK_SECRET_PREVIOUS")
    for value in [os.environ.get(name)]
    if value
]
inbox = queue.Queue()


def is_genuine(headers, body):
    stamp = headers.get("X-Revento-Timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp):
        return False
    if abs(time.time() - int(stamp)) > 300 and not has("takes-stale"):
        return False
    given = headers.get("X-Revento-Signature", "").encode()
    for secret in SECRETS:
        mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(given, f"sha256={mac}".encode()):
            return True
    return has("trusts-everybody")


def receive(headers, body):
    delivery_id = headers.get("X-Revento-Delivery-Id", "")
    if has("dedupes-before-verifying") and store.has_taken(delivery_id):
        return 204
    if not is_genuine(headers, body):
        return 401
    try:
        envelope = json.loads(body)
    except ValueError:
        return 400
    if has("needs-an-event") and envelope["event_id"] is None:
        return 500
    kind = envelope.get("type", "")
    if kind.startswith("application.") and "id" not in (envelope.get("data") or {}):
        return 500  # it could not be worked later either
    if store.take(delivery_id, body, kind):
        inbox.put(envelope)
    elif has("refuses-repeats"):
        return 409
    return 204


def work():
    while True:
        envelope = inbox.get()
        if envelope.get("type") == "data.deletion_required":
            if not has("ignores-deletion"):
                store.forget(envelope.get("event_id"))
            if not has("keeps-deliveries"):
                store.empty(envelope.get("event_id"))


class Routes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path, query = self._target()
        if path == "/connect":
            session, url = login.begin(query.get("event_id", os.environ["SANDBOX_EVENT_ID"]))
            cookie = f"session={session}; HttpOnly; Path=/; SameSite=Lax"
            self._answer(302, headers={"Location": url, "Set-Cookie": cookie})
        elif path == "/callback":
            session = SimpleCookie(self.headers.get("Cookie", "")).get("session")
            self._answer(*login.land(session.value if session else None, self.path, query))
        else:
            self._answer(200 if path == "/" else 404)

    def do_POST(self):
        path, query = self._target()
        body = self._body()
        if path == "/webhooks/revento":
            self._answer(receive(self.headers, body))
        elif path == "/sync":
            try:
                self._answer(200, f"{reader.sync(query.get('event_id', os.environ['SANDBOX_EVENT_ID']))} participants")
            except reader.Failed as error:
                self._answer(502, str(error))
        else:
            self._answer(404)

    def _target(self):
        parts = urlsplit(self.path)
        return parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status, text="", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Says nothing: a URL may hold a code."""


threading.Thread(target=work, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Routes).serve_forever()
