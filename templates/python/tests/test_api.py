import json
import os
import subprocess
import sys
import threading
import unittest
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from tests import settings  # noqa: F401
import api
from mirror import participants, sync, work
from oauth import NotConnected, TokenError, begin, finish, request_tokens
from tokens import DIRECTORY, refreshed, store

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

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_words):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        with mock.patch("api.API_BASE", base), mock.patch("oauth.AUTH_BASE", base):
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
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            base = mock.patch("api.API_BASE", f"http://127.0.0.1:{server.server_port}")
            with base, mock.patch("api.time.sleep", side_effect=Slept) as sleep:
                for _ in range(api.IN_FLIGHT + 1):
                    with self.assertRaises(Slept):
                        api.get("evt_api", "/events/evt_api")
            server.shutdown()
        for call in sleep.call_args_list:
            self.assertLessEqual(call.args[0], 3600)

    def pauses(self, *answers):
        """How long a read that fails pauses for each of these answers."""
        responses = [
            mock.Mock(status_code=code, headers=head, **{"json.return_value": body}) for code, head, body in answers
        ]
        sent, gates = mock.patch("api.requests.get", side_effect=responses), mock.patch.dict("api._gates", clear=True)
        with sent, gates, mock.patch("api.refreshed"), mock.patch("api.time.sleep") as sleep:
            with self.assertRaises(api.ApiError):
                api.get("evt_api", "/events/evt_api")
        return [call.args[0] for call in sleep.call_args_list]

    def test_a_pause_of_no_time_is_none(self):
        store(LOGIN)
        found = self.pauses(*[(429, {"Retry-After": "0"}, {})] * api.TRIES)
        self.assertEqual(len(found), api.TRIES - 1)
        self.assertGreater(min(found), 1)

    def test_a_refresh_is_not_a_reason_to_try_forever(self):
        store(LOGIN)
        failures, expired = [(500, {}, {})] * (api.TRIES - 1), (401, {}, {"error": "token_expired"})
        self.assertEqual(len(self.pauses(*failures, expired, *failures)), api.TRIES - 1)


class OddTokens(unittest.TestCase):
    def test_tokens_are_kept_whatever_comes_with_them(self):
        spent = {**LOGIN, "event_id": "evt_odd", "scope": "event.read"}
        store(spent)
        tokens = {"access_token": "a2", "refresh_token": "r2"}
        with revento(lambda _path: json.dumps({**tokens, "expires_in": "soon", "scope": {}, "event_id": []})):
            self.assertEqual(refreshed(spent, request_tokens), {**spent, **tokens})

    def test_what_is_not_a_text_is_not_a_token(self):
        with revento(lambda _path: '{"access_token":{},"refresh_token":"r2"}'):
            with self.assertRaises(TokenError):
                request_tokens({})

    def test_tokens_of_no_event_connect_nothing(self):
        before = sorted(DIRECTORY.iterdir()) if DIRECTORY.exists() else []
        for ids in ({"event_id": "evt_1"}, {"organization_id": "org_1"}, {"event_id": 7, "organization_id": "org_1"}):
            url, cookie = begin("evt_1")
            query = {"code": "c", "state": parse_qs(urlsplit(url).query)["state"][0]}
            answer = json.dumps({"access_token": "a2", "refresh_token": "r2", **ids})
            with self.subTest(ids), revento(lambda _path: answer), self.assertRaises(NotConnected):
                finish(query, cookie)
        self.assertEqual(sorted(DIRECTORY.iterdir()) if DIRECTORY.exists() else [], before)


class Settings(unittest.TestCase):
    def test_blanks_are_not_a_second_signing_secret(self):
        program = [sys.executable, "-c", "import config; print(len(config.WEBHOOK_SECRETS))"]
        env = {**os.environ, "REVENTO_WEBHOOK_SECRET_PREVIOUS": " ", "PORT": " 3000 "}
        self.assertEqual(subprocess.run(program, env=env, capture_output=True, text=True).stdout, "1\n")


class Pages(unittest.TestCase):
    def test_a_login_without_a_scope_may_read_the_event_only(self):
        store({name: value for name, value in LOGIN.items() if name != "scope"})
        with revento(lambda _path: '{"title":"An event"}'):
            self.assertEqual(sync("evt_api")["participants"], "not permitted")

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
