"""Tokens by event and the inbox of deliveries, in SQLite: what is committed outlives a kill."""

import json
import os
import sqlite3
import threading

from mistake import has

_lock = threading.RLock()
_db = sqlite3.connect(os.path.join(os.environ.get("GOLDEN_HOME", "."), "golden.db"), check_same_thread=False)
_db.execute("PRAGMA synchronous = FULL")
_db.execute("CREATE TABLE IF NOT EXISTS logins (event_id TEXT PRIMARY KEY, tokens TEXT NOT NULL)")
_db.execute("CREATE TABLE IF NOT EXISTS inbox (delivery_id TEXT PRIMARY KEY, envelope BLOB NOT NULL)")
_db.commit()
_unsaved = {}


def login_of(event_id):
    with _lock:
        if event_id in _unsaved:
            return _unsaved[event_id]
        row = _db.execute("SELECT tokens FROM logins WHERE event_id = ?", (event_id,)).fetchone()
        return json.loads(row[0]) if row else None


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
    _db.execute("INSERT OR REPLACE INTO logins VALUES (?, ?)", (event_id, json.dumps(tokens)))
    _db.commit()


def forget(event_id):
    with _lock:
        _unsaved.pop(event_id, None)
        _db.execute("DELETE FROM logins WHERE event_id = ?", (event_id,))
        _db.commit()


def has_taken(delivery_id):
    with _lock:
        return _db.execute("SELECT 1 FROM inbox WHERE delivery_id = ?", (delivery_id,)).fetchone() is not None


def take(delivery_id, body):
    """Takes a delivery down before it is acknowledged; whether it was new."""
    with _lock:
        cursor = _db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (delivery_id, body))
        _db.commit()
        return cursor.rowcount == 1
