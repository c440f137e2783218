import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from tests import settings  # noqa: F401
import api
from tokens import store


class Slept(Exception):
    pass


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
        tokens = {"access_token": "a1", "refresh_token": "r1"}
        store({"event_id": "evt_api", "organization_id": "org_1", "scope": "", **tokens})
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
