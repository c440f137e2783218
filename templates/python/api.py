"""Reads of the API: what to do about each error, limits, and lists page by page."""

import itertools
import random
import threading
import time
import uuid
from contextlib import suppress
from urllib.parse import urlencode

import requests

from config import API_BASE, log
from oauth import json_of, request_tokens
from tokens import end_spent, login_for, refreshed

ACCEPT = "application/vnd.revento.v1+json"
TRIES = 5
IN_FLIGHT = 5
# A pause that is longer is a mistake of something in between.
LONGEST_PAUSE_SECONDS = 3600
# Lists longer than this are read at the pace that the limit of 30 a minute allows.
PAGES_AT_ONCE = 20


class ApiError(Exception):
    """What Revento refused, or never answered: its error code, the status, and the id of the request."""


class _Gate:
    """What all requests for one event share: places in flight, and a pause that Revento asked for."""

    def __init__(self):
        self.places = threading.BoundedSemaphore(IN_FLIGHT)
        self.paused_until = 0.0


_gates = {}


def get(event_id, path):
    """The JSON of one resource, and the id of its request. Raises ApiError or LoginEnded."""
    gate, has_refreshed = _gates.setdefault(event_id, _Gate()), False
    for attempt in itertools.count(1):
        login = login_for(event_id)
        with gate.places:
            while (left := gate.paused_until - time.monotonic()) > 0:
                time.sleep(left)
            status, body, retry_after, request_id = _send(login, path)
        if status == 200 and body:
            return body, request_id
        code = body.get("error", "unexpected_answer" if status else "unreachable")
        pause = _pause_after(status, code, attempt)
        if code == "token_expired" and not has_refreshed:
            has_refreshed = True
            refreshed(login, request_tokens)
        elif code == "token_revoked":
            end_spent(login, code)
        elif pause is None or attempt >= TRIES:
            raise ApiError(f"{code} ({status}), request {request_id}")
        elif retry_after.isdecimal() and int(retry_after) > 0:
            # For all requests with this token.
            gate.paused_until = time.monotonic() + min(int(retry_after), LONGEST_PAUSE_SECONDS)
        else:
            time.sleep(pause)


def _pause_after(status, code, attempt):
    """Seconds before the next try; None: do not try again. Branches on codes, never on messages."""
    if code == "concurrent_limit_exceeded":
        return random.uniform(0.2, 0.5)
    if status == 429:
        return 2 * 2**attempt * random.uniform(1, 1.25)
    # No answer, or half of one: reads may be sent again.
    if status in (0, 200) or status >= 500:
        return 0.5 * 2 ** (attempt - 1) * random.uniform(1, 1.25)
    return None


def _send(login, path):
    """Status (0 without an answer), JSON object, Retry-After, and request id."""
    request_id, started = str(uuid.uuid4()), time.monotonic()
    headers = {"Authorization": f"Bearer {login['access_token']}", "Accept": ACCEPT, "X-Revento-Request-Id": request_id}
    status, body, retry_after = 0, {}, ""
    with suppress(requests.RequestException):
        response = requests.get(f"{API_BASE}{path}", headers=headers, timeout=20, allow_redirects=False)
        status, body, retry_after = response.status_code, json_of(response), response.headers.get("Retry-After", "")
    ms = round((time.monotonic() - started) * 1000)
    log("api request", request_id=request_id, event_id=login["event_id"], status=status, ms=ms)
    return status, body, retry_after, request_id


def rows(event_id, path):
    """Every row of a list, one after the other, however many pages it has."""
    query, seen = {"limit": 50}, set()
    while True:
        page, request_id = get(event_id, f"{path}?{urlencode(query)}")
        data, has_more, cursor = page.get("data"), page.get("has_more"), page.get("next_cursor")
        # Not the end of the list, unless it says so: rows would be missing, and nobody would know.
        has_end = has_more is False or (has_more is True and isinstance(cursor, str) and cursor not in seen)
        if not has_end or not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise ApiError(f"unexpected_answer (200), request {request_id}")
        yield from data
        if not has_more:
            return
        query["cursor"] = cursor
        seen.add(cursor)
        if len(seen) > PAGES_AT_ONCE:
            time.sleep(2.1)
