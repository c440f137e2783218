"""Reads of the API: what to do about each error, limits, and lists page by page."""

import itertools
import random
import threading
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from config import API_BASE, log
from oauth import request_tokens
from tokens import end_spent, login_for, refreshed

TRIES = 5
IN_FLIGHT = 5
# A pause that is longer is a mistake of something in between.
LONGEST_PAUSE_SECONDS = 3600
# Lists longer than this are read at the pace that the limit of 30 a minute allows.
PAGES_AT_ONCE = 20


class ApiError(Exception):
    """What Revento refused; `code` is its error code."""

    def __init__(self, code, answer):
        super().__init__(f"{code} ({answer.status}), request {answer.request_id}")
        self.code = code


class _Gate:
    """What all requests for one event share: places in flight, and a pause that Revento asked for."""

    def __init__(self):
        self.places = threading.BoundedSemaphore(IN_FLIGHT)
        self.paused_until = 0.0


_gates = {}


@dataclass
class _Answer:
    request_id: str
    status: int = 0
    body: object = None
    retry_after: int | None = None
    failure: Exception | None = None

    @property
    def code(self):
        return self.body.get("error") if isinstance(self.body, dict) else None


def get(event_id, path):
    """The JSON of one resource. Raises ApiError, LoginEnded, or the failure of the network."""
    gate, has_refreshed = _gates.setdefault(event_id, _Gate()), False
    for attempt in itertools.count(1):
        login = login_for(event_id)
        with gate.places:
            while (left := gate.paused_until - time.monotonic()) > 0:
                time.sleep(left)
            answer = _send(login, path)
        if answer.status == 200 and answer.failure is None:
            return answer.body
        pause = _pause_after(answer, attempt)
        if answer.code == "token_expired" and not has_refreshed:
            has_refreshed = True
            refreshed(login, request_tokens)
        elif answer.code == "token_revoked":
            end_spent(login, answer.code)
        elif pause is None or attempt == TRIES:
            raise answer.failure or ApiError(answer.code or "unexpected_answer", answer)
        elif answer.retry_after is not None:
            gate.paused_until = time.monotonic() + answer.retry_after  # for all requests with this token
        else:
            time.sleep(pause)


def _pause_after(answer, attempt):
    """Seconds before the next try; None: do not try again. Branches on codes, never on messages."""
    if answer.code == "concurrent_limit_exceeded":
        return random.uniform(0.2, 0.5)
    if answer.status == 429:
        return 2 * 2**attempt
    # No answer, or half of one: reads may be sent again.
    if answer.failure or answer.status >= 500:
        return 0.5 * 2 ** (attempt - 1) * random.uniform(1, 1.25)
    return None


def _send(login, path):
    answer = _Answer(str(uuid.uuid4()))
    started = time.monotonic()
    headers = {
        "Authorization": f"Bearer {login['access_token']}",
        "Accept": "application/vnd.revento.v1+json",
        "X-Revento-Request-Id": answer.request_id,
    }
    try:
        response = requests.get(f"{API_BASE}{path}", headers=headers, timeout=20, allow_redirects=False)
        answer.status = response.status_code
        seconds = response.headers.get("Retry-After", "")
        answer.retry_after = min(int(seconds), LONGEST_PAUSE_SECONDS) if seconds.isdecimal() else None
        answer.body = response.json()
    except (requests.RequestException, ValueError) as error:
        if answer.status in (0, 200):
            answer.failure = error
    ms = round((time.monotonic() - started) * 1000)
    log("api request", request_id=answer.request_id, event_id=login["event_id"], status=answer.status, ms=ms)
    return answer


def rows(event_id, path):
    """Every row of a list, one after the other, however many pages it has."""
    seen = set()
    query = {"limit": 50}
    while True:
        page = get(event_id, f"{path}?{urlencode(query)}")
        yield from page["data"]
        if not page["has_more"]:
            return
        cursor = page["next_cursor"]
        if not isinstance(cursor, str) or cursor in seen:
            raise RuntimeError("The list does not end.")
        seen.add(cursor)
        query = {"limit": 50, "cursor": cursor}
        if len(seen) > PAGES_AT_ONCE:
            time.sleep(2.1)
