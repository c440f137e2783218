"""The routes."""

import logging
import re
import signal
import threading
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from api import ApiError
from config import EVENT_ID, PORT, REDIRECT_URI, log, reason
from files import open_data_dir
from mirror import participants, sync, work
from oauth import NotConnected, TokenError, begin, finish
from tokens import LoginEnded, logins
from webhooks import receive, work_deliveries

COOKIE = "revento_attempt"
_uri = urlsplit(REDIRECT_URI)
COOKIE_RULES = {"path": _uri.path, "secure": _uri.scheme == "https", "httponly": True, "samesite": "Lax"}

# region app
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
# endregion
# Its log of requests would hold the codes of /callback.
logging.getLogger("werkzeug").setLevel(logging.ERROR)


@app.before_request
def this_machine_only():
    """For routes that show attendees' data, until you protect them with your own login."""
    is_local = re.match(r"(::1|(::ffff:)?127\.)", request.remote_addr or "")
    is_named_so = re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", request.host)
    is_proxied = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Origin"))
    if request.path in ("/participants", "/sync") and (is_proxied or not is_local or not is_named_so):
        return jsonify(error="this_machine_only"), 403


def _event():
    return request.args.get("event") or EVENT_ID


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.get("/connect")
def connect():
    url, cookie = begin(_event())
    response = redirect(url)
    response.set_cookie(COOKIE, cookie, max_age=600, **COOKIE_RULES)
    return response


@app.get("/callback")
def callback():
    try:
        login = finish(request.args, request.cookies.get(COOKIE, ""))
        log("connected", event_id=login["event_id"], scope=login["scope"])
        response = Response("Connected. You can close this page.\n", mimetype="text/plain")
    except NotConnected as error:
        log("not connected", reason=str(error))
        response = Response(f"{error}\n", 400, mimetype="text/plain")
    response.delete_cookie(COOKIE, **COOKIE_RULES)
    return response


# region route
@app.post("/webhooks/revento")
def webhook():
    body = request.get_data()  # the raw bytes: nothing may parse them first
    return "", receive(request.headers, body)
# endregion


@app.get("/participants")
def show_participants():
    return jsonify(data=participants(_event()))


@app.post("/sync")
def start_sync():
    connected = [login["event_id"] for login in logins()]
    wanted = [_event()] if "event" in request.args or not connected else connected
    return jsonify(events=[sync(event_id) for event_id in wanted])


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return jsonify(error="failed"), error.code
    log("request failed", error=reason(error, ApiError, TokenError))
    if isinstance(error, LoginEnded):
        return jsonify(error="not_connected", message=str(error)), 409
    return jsonify(error="failed"), 500 if isinstance(error, OSError) else 502


open_data_dir()
threading.Thread(target=work_deliveries, args=(work,), daemon=True).start()

if __name__ == "__main__":
    server = make_server("localhost", PORT, app, threaded=True)
    # Requests end before the process does: a refresh that is cut off costs a login.
    server.daemon_threads = False
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, which the server waits for
    log("listening", port=PORT)
    server.serve_forever()
