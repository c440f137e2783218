"""Tokens by event, encrypted, and the inbox of deliveries, in SQLite: what is committed outlives a kill."""

import base64
import hashlib
import json
import os
import sqlite3
import threading
import time

from cryptography.fernet import Fernet

from mistake import has

_lock = threading.RLock()
_db = sqlite3.connect(os.path.join(os.environ.get("GOLDEN_HOME", "."), "golden.db"), check_same_thread=False)
_seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(os.environ["REVENTO_CLIENT_SECRET"].encode()).digest()))
_db.execute("PRAGMA synchronous = FULL")
_db.execute("PRAGMA secure_delete = ON")
_db.execute("CREATE TABLE IF NOT EXISTS logins (event_id TEXT PRIMARY KEY, tokens BLOB NOT NULL)")
_db.execute("CREATE TABLE IF NOT EXISTS inbox (delivery_id TEXT PRIMARY KEY, envelope BLOB NOT NULL)")
_db.execute("CREATE TABLE IF NOT EXISTS mails (delivery_id TEXT NOT NULL)")
_db.commit()
_unsaved = {}


def login_of(event_id):
    with _lock:
        if event_id in _unsaved:
            return _unsaved[event_id]
        row = _db.execute("SELECT tokens FROM logins WHERE event_id = ?", (event_id,)).fetchone()
        return json.loads(_seal.decrypt(row[0])) if row else None


def keep(event_id, tokens):
    """On disk before it is used."""
    with _lock:
        if has("stores-after-use"):
            _unsaved[event_id] = tokens
        else:
            _write(event_id, tokens)


def save():
    """The mistake `stores-after-use`: only now."""
    with _lock:
        for event_id, tokens in _unsaved.items():
            _write(event_id, tokens)
        _unsaved.clear()


def _write(event_id, tokens):
    _db.execute("INSERT OR REPLACE INTO logins VALUES (?, ?)", (event_id, _seal.encrypt(json.dumps(tokens).encode())))
    _db.commit()


def forget(event_id):
    with _lock:
        _unsaved.pop(event_id, None)
        _db.execute("DELETE FROM logins WHERE event_id = ?", (event_id,))
        _db.commit()


def has_taken(delivery_id):
    with _lock:
        return _db.execute("SELECT 1 FROM inbox WHERE delivery_id = ?", (delivery_id,)).fetchone() is not None


def take(delivery_id, body, kind):
    """Takes a delivery down and does its work, before it is acknowledged; whether it was new."""
    is_known = has("looks-first") and has_taken(delivery_id)
    if has("looks-first"):
        time.sleep(0.1)
    with _lock:
        cursor = _db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (delivery_id, body))
        is_new = not is_known if has("looks-first") else cursor.rowcount == 1
        if is_new and kind == "application.approved":
            _db.execute("INSERT INTO mails VALUES (?)", (delivery_id,))
        _db.commit()
        return is_new


def empty(event_id):
    """Forgets what the deliveries of an event said; only their ids are left."""
    with _lock:
        _db.execute(
            "UPDATE inbox SET envelope = 'null' WHERE json_extract(CAST(envelope AS TEXT), '$.event_id') = ?", (event_id,)
        )
        _db.commit()
