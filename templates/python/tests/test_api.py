import json
import threading
import unittest
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from tests import settings  # noqa: F401
import api
from mirror import participants, sync, work
from tokens import store

LOGIN = {"event_id": "evt_api", "organization_id": "org_1", "access_token": "a1", "refresh_token": "r1", "scope": ""}


class Slept(Exception):
    pass


@contextmanager
def revento(answer):
    """While it lasts, Revento answers a path with what `answer` gives for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = answer(self.path).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with mock.patch("api.API_BASE", f"http://127.0.0.1:{server.server_port}"):
            yield
        server.shutdown()


class TooMuch(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(429)
        self.send_header("Retry-After", "99999999999")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        pass


class Pauses(unittest.TestCase):
    def test_a_pause_takes_an_hour_at_most_and_one_that_fails_gives_its_place_back(self):
        store(LOGIN)
        with HTTPServer(("127.0.0.1", 0), TooMuch) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            base = mock.patch("api.API_BASE", f"http://127.0.0.1:{server.server_port}")
            with base, mock.patch("api.time.sleep", side_effect=Slept) as sleep:
                for _ in range(api.IN_FLIGHT + 1):
                    with self.assertRaises(Slept):
                        api.get("evt_api", "/events/evt_api")
            server.shutdown()
        for call in sleep.call_args_list:
            self.assertLessEqual(call.args[0], 3600)


class Pages(unittest.TestCase):
    def test_one_that_does_not_say_whether_more_rows_follow_fails_the_sync_and_loses_nothing(self):
        login = {**LOGIN, "scope": "participants.read"}
        store(login)
        work({**login, "type": "participant.joined", "occurred_at": "", "data": {"id": "p0"}}, "one")
        for page in (
            {"data": [{"id": "p1"}]},
            {"data": [{"id": "p1"}], "has_more": None},
            {"data": [{"id": "p1"}], "has_more": "no"},
            {"data": [{"id": "p1"}], "has_more": True},
            {"data": [{"id": "p1"}], "has_more": True, "next_cursor": 5},
            {"data": {}, "has_more": False},
            {"data": ["p1"], "has_more": False},
            {"data": [None], "has_more": False},
        ):
            with self.subTest(page), revento(lambda path: json.dumps(page if "?" in path else {"title": "An event"})):
                with self.assertRaisesRegex(api.ApiError, r"^unexpected_answer \(200\), request [\da-f-]{36}$"):
                    sync("evt_api")
        self.assertEqual(participants("evt_api"), [{"id": "p0"}])
