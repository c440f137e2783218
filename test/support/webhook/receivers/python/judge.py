import hashlib
import hmac
import json
import os
import re
import threading
import time

secret = os.environ["RECEIVER_SECRET"].encode()
seen = set()
lock = threading.Lock()


def is_known(delivery_id):
    """Whether an id was stored before; stores it."""
    with lock:
        known = delivery_id in seen
        seen.add(delivery_id)
        return known


def judge(mistake, header, raw):
    """What each receiver decides: the status and a word, for one request and one mistake (`none` is correct)."""
    delivery_id = header("X-Revento-Delivery-Id")
    timestamp = header("X-Revento-Timestamp") or ""
    signature = header("X-Revento-Signature") or ""
    if mistake == "id-first" and is_known(delivery_id):
        return 200, "duplicate"
    if mistake != "no-timestamp":
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            return 401, "bad timestamp"
        if abs(time.time() - int(timestamp)) > 300:
            return 401, "too old"
    try:
        signed = json.dumps(json.loads(raw)).encode() if mistake == "reserialized" else raw
    except ValueError:
        return 400, "not JSON"
    if mistake == "trimmed":
        signed = raw.strip()
    wanted = "sha256=" + hmac.new(secret, timestamp.encode("latin-1") + b"." + signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode("latin-1")):
        return 401, "bad signature"
    try:
        json.loads(raw)
    except ValueError:
        return 400, "not JSON"
    if mistake != "id-first" and is_known(delivery_id):
        return 200, "duplicate"
    return 200, "processed"
