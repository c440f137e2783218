"""Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward."""

import hashlib
import hmac
import json
import re
import threading
import time

from config import DATA_DIR, WEBHOOK_SECRETS, log, reason
from files import alone, create_once, exists, file_name, read_all_sealed, write_sealed
from tokens import DELETION, end, is_connection

INBOX = DATA_DIR / "inbox"
WORKED = DATA_DIR / "worked"
# What failed is tried again by then, and what another process left behind is worked here.
PAUSE_SECONDS = 10

# region verify
TOLERANCE_SECONDS = 300


def is_genuine(secrets, body, timestamp, signature):
    """Whether Revento signed these bytes with one of the secrets, within the last five minutes."""
    if not re.fullmatch("[0-9]{1,12}", timestamp) or not re.fullmatch("sha256=[0-9a-f]{64}", signature):
        return False
    if abs(int(time.time()) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = timestamp.encode() + b"." + body
    macs = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    return any([hmac.compare_digest(f"sha256={mac}", signature) for mac in macs])
# endregion


# region receive
def receive(headers, body):
    """The status for a delivery."""
    delivery_id, kind = headers.get("X-Revento-Delivery-Id"), headers.get("X-Revento-Event")
    timestamp, signature = headers.get("X-Revento-Timestamp", ""), headers.get("X-Revento-Signature", "")
    if not delivery_id or not kind or not is_genuine(WEBHOOK_SECRETS, body, timestamp, signature):
        log("delivery refused")
        return 401
    try:
        event = json.loads(body)  # only now: nobody but Revento gets here
    except ValueError:
        return 400
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return 400
    accept(delivery_id, event)
    return 204
# endregion


def accept(delivery_id, event):
    """Stores a delivery before it is acknowledged, so that a crash loses nothing, unless it is known."""
    kind = event["type"]  # of what was signed; the headers beside the timestamp were not
    waiting, mark = _paths_of(delivery_id)
    # In this order: a delivery that has left the inbox is marked already.
    is_repeat = exists(waiting) or exists(mark)
    log("delivery received", delivery_id=delivery_id, event_id=event.get("event_id"), type=kind, repeat=is_repeat)
    if is_repeat:
        return
    # Requests stop at once; the worker deletes the stored data.
    if kind == DELETION and is_connection(event):
        end(event, kind)
    write_sealed(waiting, {"delivery_id": delivery_id, "received_at": time.time(), "event": event})
    _woken.set()


_woken = threading.Event()


def work_deliveries(work):
    """Works what is in the inbox, oldest first, one delivery at a time in all processes, for as long as this one lives.

    A crash between the work and its mark calls `work(event, delivery_id)` again, so it has to write the id together
    with what it changes: here in one file, with a database in one transaction.
    """
    while True:
        _woken.clear()
        try:
            with alone("inbox"):
                _work_waiting(work)
        except Exception as error:  # whatever fails is tried again after the pause
            log("inbox failed", error=reason(error))
        _woken.wait(PAUSE_SECONDS)


def _work_waiting(work):
    for entry in sorted(read_all_sealed(INBOX)[0], key=lambda entry: entry["received_at"]):
        event, delivery_id = entry["event"], entry["delivery_id"]
        ids = {"delivery_id": delivery_id, "event_id": event.get("event_id"), "type": event["type"]}
        waiting, mark = _paths_of(delivery_id)
        try:
            if not exists(mark):
                work(event, delivery_id)
            create_once(mark)
            waiting.unlink()
            log("delivery worked", **ids)
        except Exception as error:  # one that fails must not hold up the others
            log("delivery failed", **ids, error=reason(error))


def _paths_of(delivery_id):
    """Where a delivery waits, and its mark once it was worked."""
    name = file_name(delivery_id)
    return INBOX / f"{name}.sealed", WORKED / name
