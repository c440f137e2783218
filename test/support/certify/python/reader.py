"""Requests to the API: within the limits, and with the reaction that each failure asks for."""

import os
import random
import threading
import time
import uuid
from collections import defaultdict, deque

import requests

import store
from login import refresh
from mistake import has

API_BASE = os.environ["REVENTO_API_BASE"]
PER_MINUTE = int(os.environ.get("REQUESTS_A_MINUTE", "30"))
MOST_ATTEMPTS = 5


class Failed(Exception):
    pass


class Budget:
    """Five requests at once, and so many in a minute."""

    def __init__(self):
        self._open = threading.Semaphore(5)
        self._starts = deque()
        self._lock = threading.Lock()

    def __enter__(self):
        self._open.acquire()
        with self._lock:
            now = time.monotonic()
            while self._starts and now - self._starts[0] > 60:
                self._starts.popleft()
            if len(self._starts) >= PER_MINUTE:
                time.sleep(60 - (now - self._starts[0]))
            self._starts.append(time.monotonic())

    def __exit__(self, *_):
        self._open.release()


_budgets = defaultdict(Budget)


def _ask(login, path, params):
    headers = {
        "Authorization": f"Bearer {login['access']}",
        "Accept": "*/*" if has("no-accept") else "application/vnd.revento.v1+json",
        "X-Revento-Request-Id": str(uuid.uuid4()),
    }
    try:
        answer = requests.get(f"{API_BASE}{path}", params=params, headers=headers, timeout=20)
        return answer.status_code, answer.json(), answer.headers.get("Retry-After")
    except (requests.RequestException, ValueError):
        return 0, {}, None


def get(event_id, path, params=None):
    """What the API answers. Raises Failed when that does not work out."""
    has_refreshed = False
    for attempt in range(1, MOST_ATTEMPTS + 1):
        login = store.login_of(event_id)
        if login is None:
            raise Failed("not connected")
        with _budgets[event_id]:
            status, body, after = _ask(login, path, params)
        if status == 200:
            store.save()
            return body
        error = body.get("error")
        if error == "token_expired":
            if has_refreshed or not refresh(event_id, login["access"]):
                raise Failed("expired")
            has_refreshed = True
        elif error == "token_revoked":
            if has("refreshes-revoked"):
                refresh(event_id, login["access"])
            store.forget(event_id)
            raise Failed("revoked")
        elif status == 429:
            seconds = float(after) if after else 0.15 * attempt + random.random() / 10
            time.sleep(0.3 if has("waits-a-moment") else seconds)
        elif status >= 500 or status == 0:
            if has("cut-is-the-end") and status == 0:
                return {"data": [], "has_more": False, "next_cursor": None}
            time.sleep(2 if has("constant-wait") else 0.1 * 2**attempt * (1 + random.random() / 4))
        else:
            raise Failed(f"refused: {status}")
    raise Failed("gave up")


def sync(event_id):
    """Reads every participant; how many there are."""
    login = store.login_of(event_id)
    if login is None:
        raise Failed("not connected")
    if "participants.read" not in login["scope"].split():
        get(event_id, f"/events/{event_id}")
        return 0
    rows, cursors, params = {}, set(), {"limit": 20}
    while True:
        page = get(event_id, f"/events/{event_id}/participants", params)
        rows.update((row["id"], row) for row in page["data"])
        if not page["has_more"] or has("stops-at-page-one") or (has("stops-at-empty-page") and not page["data"]):
            return len(rows)
        cursor = page["next_cursor"]
        if cursor in cursors:
            raise Failed("the list goes in a circle")
        cursors.add(cursor)
        params = {"cursor": cursor} if has("drops-limit") else {"limit": 20, "cursor": cursor}
