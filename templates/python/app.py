"""The routes, and the mirror of participants that webhooks and syncs keep up to date."""

import logging
import re
import shutil
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from urllib.parse import quote, urlsplit

from flask import Flask, jsonify, redirect, request
from werkzeug.exceptions import HTTPException

from api import get, rows
from config import DATA_DIR, EVENT_ID, PORT, REDIRECT_URI, log
from oauth import NotConnected, begin, finish
from tokens import LoginEnded, file_name, has_ended, login_for, logins, read_sealed, write_sealed
from webhooks import receive, work_deliveries

COOKIE = "revento_attempt"

# region app
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
# endregion
# Its log of requests would hold the codes of /callback.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

_mirror = threading.Lock()


def _mirror_of(event_id):
    return DATA_DIR / "participants" / file_name(event_id)


def remember(connection, participant_id, change):
    """Changes what is held of one participant; `change` gets it and returns what to hold, or None to leave it."""
    name = file_name(connection["event_id"], participant_id)
    path = _mirror_of(connection["event_id"]) / f"{name}.sealed"
    with _mirror:
        held = change(read_sealed(path, name))
        if held is None:
            return
        write_sealed(path, name, {**held, "written_at": time.time()})
        # The end of the connection may have come meanwhile: nothing of the event may be kept.
        if has_ended(connection):
            path.unlink()


def participants(event_id):
    held = [read_sealed(path, path.stem) for path in _mirror_of(event_id).glob("*.sealed")]
    return [entry["row"] for entry in held if entry]


def work(event, delivery_id):
    """What a delivery changes. It carries a snapshot, so the API is not asked."""
    if event["type"] == "data.deletion_required":
        with _mirror:
            shutil.rmtree(_mirror_of(event["event_id"]), ignore_errors=True)
        return
    changes = _changes_of(event["type"], event["data"])
    if changes is None:
        return  # a type that this integration does not know, or does not need

    def change(held):
        if held and held.get("delivery_id") == delivery_id:
            return None  # a crash came before its mark
        if held and held.get("occurred_at", "") > event["occurred_at"]:
            return None  # a newer delivery came first
        row = {**(held or {}).get("row", {}), **changes}
        return {"row": row, "occurred_at": event["occurred_at"], "delivery_id": delivery_id}

    remember(event, changes["id"], change)


def _changes_of(kind, data):
    if kind.startswith("participant."):
        return data
    if not kind.startswith("application."):
        return None
    changes = {"id": data["participant_id"], "user_id": data["user_id"], "application_status": data["status"]}
    if "custom_form_fields" in data:
        changes["custom_form_fields"] = data["custom_form_fields"]
    return changes


_syncs = {}
_syncs_lock = threading.Lock()


def sync(event_id):
    """Reads an event, once also when several ask at the same time."""
    with _syncs_lock:
        running = _syncs.get(event_id)
        if running is None:
            mine = _syncs[event_id] = Future()
    if running is not None:
        return running.result()
    try:
        mine.set_result(_read_event(event_id))
    except Exception as error:
        mine.set_exception(error)
    finally:
        with _syncs_lock:
            del _syncs[event_id]
    return mine.result()


def _read_event(event_id):
    """What the organizer permitted: all but `event.read` may have been left out."""
    login = login_for(event_id)
    granted = login["scope"].split()
    path = f"/events/{quote(event_id, safe='')}"
    title = get(event_id, path)["title"]
    reads = {
        "participants": ("participants.read", lambda: _read_participants(login, f"{path}/participants")),
        "activities": ("program.read", lambda: sum(1 for _row in rows(event_id, f"{path}/activities"))),
    }
    with ThreadPoolExecutor() as pool:
        running = {name: pool.submit(read) for name, (scope, read) in reads.items() if scope in granted}
        counts = {name: running[name].result() if name in running else "not permitted" for name in reads}
    return {"event_id": event_id, "title": title, **counts}


def _read_participants(login, path):
    started_at, count = time.time(), 0
    for row in rows(login["event_id"], path):
        count += 1

        def change(held, row=row):
            # What a delivery wrote meanwhile is newer than this page.
            return None if held and held["written_at"] > started_at else {**(held or {}), "row": row}

        remember(login, row["id"], change)
    return count


def this_machine_only(route):
    """For what shows attendees' data, until you put your own login before it."""

    @wraps(route)
    def guarded():
        is_local = re.match(r"(::1|(::ffff:)?127\.)", request.remote_addr or "")
        is_named_so = re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", request.host)
        is_proxied = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Origin"))
        if not is_local or not is_named_so or is_proxied:
            return jsonify(error="this_machine_only"), 403
        return route()

    return guarded


def _event():
    return request.args.get("event") or EVENT_ID


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.get("/connect")
def connect():
    url, cookie = begin(_event())
    response = redirect(url)
    is_secure = REDIRECT_URI.startswith("https:")
    response.set_cookie(
        COOKIE, cookie, max_age=600, httponly=True, samesite="Lax", secure=is_secure, path=urlsplit(REDIRECT_URI).path
    )
    return response


@app.get("/callback")
def callback():
    try:
        login = finish(request.args, request.cookies.get(COOKIE, ""))
        log("connected", event_id=login["event_id"], scope=login["scope"])
        response = app.make_response("Connected. You can close this page.\n")
    except NotConnected as error:
        log("not connected", reason=str(error))
        response = app.make_response((f"{error}\n", 400))
    response.delete_cookie(COOKIE, path=urlsplit(REDIRECT_URI).path)
    response.mimetype = "text/plain"
    return response


# region route
@app.post("/webhooks/revento")
def webhook():
    body = request.get_data()  # the raw bytes: nothing may parse them first
    return "", receive(request.headers, body)
# endregion


@app.get("/participants")
@this_machine_only
def show_participants():
    return jsonify(data=participants(_event()))


@app.post("/sync")
@this_machine_only
def start_sync():
    connected = [login["event_id"] for login in logins()]
    wanted = [_event()] if "event" in request.args or not connected else connected
    return jsonify(events=[sync(event_id) for event_id in wanted])


@app.errorhandler(LoginEnded)
def login_ended(error):
    return jsonify(error="not_connected", message=str(error)), 409


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return jsonify(error="failed"), error.code
    log("request failed", error=type(error).__name__, code=getattr(error, "code", None))
    return jsonify(error="failed"), 502


threading.Thread(target=work_deliveries, args=(work,), daemon=True).start()

if __name__ == "__main__":
    app.run(host="localhost", port=PORT, threaded=True)
