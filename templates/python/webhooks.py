"""Deliveries: verified by their raw bytes, stored before they are acknowledged, worked afterward."""

import hashlib
import hmac
import json
import re
import threading
import time

from config import DATA_DIR, WEBHOOK_SECRETS, log
from tokens import create_once, end, file_name, read_sealed, write_sealed

INBOX = DATA_DIR / "inbox"
WORKED = DATA_DIR / "worked"
# Revento gives up after hours; a delivery that is repeated by hand may be older.
KEPT_SECONDS = 30 * 24 * 3600

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
    name = file_name(delivery_id)
    # In this order: what leaves the inbox has its mark already.
    is_repeat = (INBOX / name).exists() or (WORKED / name).exists()
    log("delivery received", delivery_id=delivery_id, event_id=event.get("event_id"), type=kind, repeat=is_repeat)
    if is_repeat:
        return
    # Requests stop at once; what is held is deleted as work.
    if kind == "data.deletion_required":
        end(event, kind)
    write_sealed(INBOX / name, name, {"delivery_id": delivery_id, "received_at": time.time(), "event": event})
    _woken.set()


_woken = threading.Event()


def work_deliveries(work):
    """Works what is in the inbox, oldest first, for as long as the process lives.

    A crash between the work and its mark calls `work(event, delivery_id)` again, so it has to write the id together
    with what it changes: here in one file, with a database in one transaction.
    """
    _forget_old_marks()
    while True:
        _woken.clear()
        has_failed = False
        for name, entry in _waiting():
            event = entry["event"]
            ids = {"delivery_id": entry["delivery_id"], "event_id": event["event_id"], "type": event["type"]}
            try:
                if not (WORKED / name).exists():
                    work(event, entry["delivery_id"])
                create_once(WORKED / name)
                (INBOX / name).unlink()
                log("delivery worked", **ids)
            except Exception as error:  # one that fails must not hold up the others
                has_failed = True
                log("delivery failed", **ids, error=type(error).__name__)
        _woken.wait(timeout=10 if has_failed else None)


def _waiting():
    names = [path.name for path in INBOX.glob("*") if path.suffix != ".tmp"]
    entries = [(name, read_sealed(INBOX / name, name)) for name in names]
    return sorted([pair for pair in entries if pair[1]], key=lambda pair: pair[1]["received_at"])


def _forget_old_marks():
    for path in WORKED.glob("*"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink()
