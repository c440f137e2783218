"""The mirror of participants that webhooks and syncs keep up to date."""

import shutil
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import quote

from api import get, rows
from config import DATA_DIR
from files import alone, file_name, read_sealed, write_sealed
from tokens import DELETION, is_deleted, login_for


def _mirror_of(event_id):
    return DATA_DIR / "participants" / file_name(event_id)


def _in_turn(event_id):
    """One change after the other, in all threads and processes."""
    return alone(f"mirror of {event_id}")


def remember(connection, participant_id, change):
    """Changes what is held of one participant; `change` gets it and returns what to hold, or None to leave it."""
    name = file_name(connection["event_id"], participant_id)
    path = _mirror_of(connection["event_id"]) / f"{name}.sealed"
    with _in_turn(connection["event_id"]):
        # If this comes about now, the work of that delivery waits for its turn and deletes what is written here.
        if is_deleted(connection):
            return
        held = change(read_sealed(path, name))
        if held is not None:
            write_sealed(path, name, {**held, "written_at": time.time()})


def participants(event_id):
    held = [read_sealed(path, path.stem) for path in _mirror_of(event_id).glob("*.sealed")]
    return [entry["row"] for entry in held if entry]


def work(event, delivery_id):
    """What a delivery changes. It contains a snapshot, so no API request is needed."""
    if event["type"] == DELETION:
        mirror = _mirror_of(event["event_id"])
        with _in_turn(event["event_id"]):
            if mirror.exists():
                shutil.rmtree(mirror)
        return
    changes = _changes_of(event["type"], event["data"])
    if not isinstance(changes.get("id"), str):
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
