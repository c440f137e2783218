"""The mirror of participants that webhooks and syncs keep up to date."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from urllib.parse import quote

from api import get, rows
from config import DATA_DIR
from files import alone, exists, file_name, read_all_sealed, read_sealed, write_sealed
from tokens import DELETION, is_connection, is_deleted, login_for


def _mirror_of(event_id):
    return DATA_DIR / "participants" / file_name(event_id)


def remember(connection, participant_id, change):
    """Changes what is held of one participant; `change` gets it and returns what to hold, or None to leave it."""
    event_id = connection["event_id"]
    path = _mirror_of(event_id) / f"{file_name(event_id, participant_id)}.sealed"
    with alone(f"mirror of {event_id}"):
        # If this comes about now, the work of that delivery waits for its turn and deletes what is written here.
        held = None if is_deleted(connection) else change(read_sealed(path) or {})
        if held is not None:
            write_sealed(path, {**held, "written_at": datetime.now(timezone.utc).isoformat()})


def participants(event_id):
    return [held["row"] for held in read_all_sealed(_mirror_of(event_id))[0]]


def work(event, delivery_id):
    """What a delivery changes. It contains a snapshot, so no API request is needed."""
    event_id, occurred_at = event.get("event_id"), event.get("occurred_at")
    if event["type"] == DELETION:
        with alone(f"mirror of {event_id}"):
            if exists(_mirror_of(event_id)):
                shutil.rmtree(_mirror_of(event_id))
        return
    changes = _changes_of(event["type"], event.get("data"))
    if not is_connection(event) or not isinstance(occurred_at, str) or not isinstance(changes.get("id"), str):
        return  # a type that this integration does not know, or does not need

    def change(held):
        # A crash came before its mark, or something newer came first.
        if held.get("delivery_id") == delivery_id or held.get("occurred_at", "") > occurred_at:
            return None
        return {"row": {**held.get("row", {}), **changes}, "occurred_at": occurred_at, "delivery_id": delivery_id}

    remember(event, changes["id"], change)


def _changes_of(kind, data):
    if kind.startswith("participant.") and isinstance(data, dict):
        return data
    if not kind.startswith("application.") or not isinstance(data, dict):
        return {}
    kept = {name: data[name] for name in ("user_id", "custom_form_fields") if name in data}
    return {"id": data.get("participant_id"), "application_status": data.get("status"), **kept}


_syncs = {}
_syncs_lock = threading.Lock()


def sync(event_id):
    """Reads an event; concurrent calls share one read."""
    with _syncs_lock:
        running = _syncs.get(event_id)
        if running is None or running.done():
            running = _syncs[event_id] = _pool.submit(_read_event, event_id)
    return running.result()


_pool = ThreadPoolExecutor()


def _read_event(event_id):
    """What the organizer permitted: all but `event.read` may have been left out."""
    login, started_at = login_for(event_id), datetime.now(timezone.utc).isoformat()
    path = f"/events/{quote(event_id, safe='')}"
    # A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
    known = [held["occurred_at"] for held in read_all_sealed(_mirror_of(event_id))[0]]
    newest = max((time for time in known if time < started_at), default="")
    title = get(event_id, path)[0].get("title")

    def read(name, scope, each=lambda row: None):
        if scope not in login.get("scope", "").split():
            return "not permitted"
        count = 0
        for count, row in enumerate(rows(event_id, f"{path}/{name}"), 1):
            each(row)
        return count

    def change(row, held):
        if held.get("written_at", "") > started_at:
            return None  # what a delivery wrote meanwhile is newer
        times = held.get("occurred_at"), row.get("last_reviewed_at"), newest
        return {**held, "row": row, "occurred_at": max(time for time in times if isinstance(time, str))}

    def remember_read(row):
        remember(login, row.get("id"), lambda held: change(row, held))

    with ThreadPoolExecutor(1) as pool:
        activities = pool.submit(read, "activities", "program.read")
        found = read("participants", "participants.read", remember_read)
        return {"event_id": event_id, "title": title, "participants": found, "activities": activities.result()}
