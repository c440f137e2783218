import json
import os
import queue
import socket
import stat
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from tests import settings  # noqa: F401
from config import DATA_DIR
from files import open_data_dir, seal, unseal
from oauth import TokenError, request_tokens
from tokens import DELETION, DIRECTORY, LoginEnded, end, end_spent, login_for, path_of, refreshed, store


class Refused(Exception):
    def __init__(self, code, is_unused=False):
        super().__init__(code)
        self.code = code
        self.is_unused = is_unused


def login(event_id):
    tokens = {"access_token": "a1", "refresh_token": f"r1 of {event_id}"}
    return {"event_id": event_id, "organization_id": "org_1", "scope": "", **tokens}


def renewed(_form):
    return {"access_token": "a2", "refresh_token": "r2"}


class Tokens(unittest.TestCase):
    def test_tokens_are_encrypted_on_disk(self):
        store(login("evt_sealed"))
        self.assertEqual(login_for("evt_sealed")["access_token"], "a1")
        self.assertNotIn(b"evt_sealed", path_of(login("evt_sealed")).read_bytes())

    def test_a_sealed_value_opens_under_its_own_name_only(self):
        sealed = seal({"a": 1}, "one")
        self.assertEqual(unseal(sealed, "one"), {"a": 1})
        self.assertIsNone(unseal(sealed, "another"))
        self.assertIsNone(unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "one"))

    def test_a_damaged_login_counts_as_none_until_the_event_is_connected_again(self):
        store(login("evt_damaged"))
        path_of(login("evt_damaged")).write_text("damaged")
        store(login("evt_whole"))
        self.assertEqual(login_for("evt_whole")["access_token"], "a1")
        with self.assertRaises(LoginEnded):
            login_for("evt_damaged")
        store(login("evt_damaged"))
        self.assertEqual(login_for("evt_damaged")["access_token"], "a1")

    def test_a_login_that_cannot_be_read_is_a_failure_and_no_reason_to_connect_the_event_again(self):
        store(login("evt_unreadable"))
        store(login("evt_beside"))
        # A directory in its place: permissions do not stop root.
        path = path_of(login("evt_unreadable"))
        aside = path.rename(path.with_suffix(".aside"))
        path.mkdir()
        with self.assertRaises(IsADirectoryError):
            login_for("evt_unreadable")
        self.assertEqual(login_for("evt_beside")["access_token"], "a1")
        path.rmdir()
        aside.rename(path)
        self.assertEqual(login_for("evt_unreadable")["access_token"], "a1")

    def test_a_directory_of_logins_that_cannot_be_read_is_a_failure_as_well(self):
        with mock.patch("os.listdir", side_effect=PermissionError), mock.patch(
            "os.scandir", side_effect=PermissionError
        ):
            with self.assertRaises(PermissionError):
                login_for("evt_anything")

    def test_a_refresh_that_takes_long_does_not_hold_up_the_refresh_of_another_event(self):
        for event_id in ("evt_slow", "evt_fast"):
            store(login(event_id))

        def request(form):
            other = threading.Thread(target=refreshed, args=(login("evt_fast"), renewed), daemon=True)
            other.start()
            other.join(10)
            self.assertFalse(other.is_alive())
            return renewed(form)

        self.assertEqual(refreshed(login("evt_slow"), request)["access_token"], "a2")

    def test_twenty_threads_refresh_once(self):
        store(login("evt_single"))
        requests, found = [], []

        def request(form):
            requests.append(form)
            return renewed(form)

        def run():
            found.append(refreshed(login("evt_single"), request)["access_token"])

        threads = [threading.Thread(target=run) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(requests), 1)
        self.assertEqual(found, ["a2"] * 20)
        self.assertEqual(login_for("evt_single")["refresh_token"], "r2")

    def test_invalid_grant_ends_the_login(self):
        store(login("evt_ended"))

        def refuse(_form):
            raise Refused("invalid_grant")

        with self.assertRaises(LoginEnded):
            refreshed(login("evt_ended"), refuse)
        with self.assertRaises(LoginEnded):
            login_for("evt_ended")

    def test_a_refresh_that_revento_never_got_is_sent_again(self):
        store(login("evt_unused"))

        def fail(_form):
            raise Refused("unreachable", is_unused=True)

        with self.assertRaises(Refused):
            refreshed(login("evt_unused"), fail)
        self.assertEqual(refreshed(login("evt_unused"), renewed)["access_token"], "a2")

    def test_a_refresh_token_is_kept_after_a_refusal_or_a_redirect_and_given_up_where_it_may_be_spent(self):
        answers = [(302, ""), (401, "invalid_client"), (404, ""), (405, ""), (429, ""), (503, "")]
        answers += [(400, "invalid_grant"), (200, ""), (500, "")]
        left, found = list(answers), []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                status, code = left.pop(0)
                body = json.dumps({"error": code}).encode()
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words):
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with mock.patch("oauth.AUTH_BASE", f"http://127.0.0.1:{server.server_port}"):
                for status, _code in answers:
                    with self.assertRaises(TokenError) as raised:
                        request_tokens({})
                    found.append((status, raised.exception.is_unused))
            server.shutdown()
        kept = [(status, True) for status in (302, 401, 404, 405, 429, 503)]
        self.assertEqual(found, kept + [(400, False), (200, False), (500, False)])

    def test_a_refresh_token_is_kept_where_no_connection_was_made(self):
        for failure in (socket.gaierror("not known"), TimeoutError(), ConnectionRefusedError()):
            with mock.patch("socket.getaddrinfo", side_effect=failure):
                with self.subTest(failure), self.assertRaises(TokenError) as raised:
                    request_tokens({})
            self.assertTrue(raised.exception.is_unused)

    def test_a_refresh_token_is_kept_where_no_name_is_resolved_in_time_and_not_sent_later(self):
        go_on, gone_on = threading.Event(), threading.Event()
        resolve = socket.getaddrinfo

        def stall(*words, **more):
            go_on.wait()
            return resolve(*words, **more)

        class Server(HTTPServer):
            def finish_request(self, request, _address):
                received.append(request.makefile("rb").read())
                gone_on.set()

        received = []
        with Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            base = mock.patch("oauth.AUTH_BASE", f"http://localhost:{server.server_port}")
            given_up = mock.patch("oauth.GIVEN_UP_SECONDS", 0.1)
            with base, given_up, mock.patch("socket.getaddrinfo", stall):
                with self.assertRaises(TokenError) as raised:
                    request_tokens({"refresh_token": "the token"})
                go_on.set()
                self.assertTrue(gone_on.wait(20))
        self.assertTrue(raised.exception.is_unused)
        self.assertNotIn(b"the+token", received[0])

    def test_a_refresh_token_is_kept_where_no_thread_can_be_started(self):
        with mock.patch("threading.Thread.start", side_effect=RuntimeError), self.assertRaises(TokenError) as raised:
            request_tokens({})
        self.assertTrue(raised.exception.is_unused)

    @unittest.skipIf(os.name == "nt", "needs limits of resources")
    def test_a_refresh_token_is_not_sent_and_can_be_used_later_while_nothing_can_be_stored(self):
        import resource

        store(login("evt_full"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            with self.assertRaises(OSError):
                refreshed(login("evt_full"), lambda _form: self.fail("it was sent"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        self.assertEqual(list(DIRECTORY.glob("*.tmp")), [])
        self.assertEqual(refreshed(login("evt_full"), renewed)["access_token"], "a2")

    @unittest.skipIf(os.name == "nt", "Windows syncs directories by itself")
    def test_a_refresh_token_that_was_not_sent_because_a_disk_failed_after_the_mark_was_written_is_sent_later(self):
        store(login("evt_mark"))
        sync = os.fsync

        def fail(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError("the disk fails")
            sync(descriptor)

        with mock.patch("os.fsync", fail), self.assertRaises(OSError):
            refreshed(login("evt_mark"), lambda _form: self.fail("it was sent"))
        self.assertEqual(refreshed(login("evt_mark"), renewed)["access_token"], "a2")

    def test_an_end_that_comes_during_a_refresh_wins_and_the_new_tokens_are_forgotten(self):
        for reason in (DELETION, "token_revoked"):
            event_id = f"evt_{reason}"
            store(login(event_id))

            def request(form):
                end({"event_id": event_id, "organization_id": "org_1"}, reason)
                return renewed(form)

            with self.subTest(reason):
                with self.assertRaises(LoginEnded):
                    refreshed(login(event_id), request)
                with self.assertRaises(LoginEnded):
                    login_for(event_id)
                path = path_of(login(event_id))
                left = {"event_id": event_id, "organization_id": "org_1", "ended": reason}
                self.assertEqual(unseal(path.read_bytes(), path.name), left)

    def test_a_refresh_token_that_was_sent_without_an_answer_is_not_sent_again(self):
        store(login("evt_unanswered"))

        def fail(_form):
            raise Refused("unanswered")

        with self.assertRaises(Refused):
            refreshed(login("evt_unanswered"), fail)
        with self.assertRaises(LoginEnded):
            refreshed(login("evt_unanswered"), lambda _form: self.fail("it was sent"))

    def test_an_answer_that_trickles_is_given_up(self):
        begun = threading.Event()

        class Outcome(queue.Queue):
            def get(self, timeout):
                begun.wait(20)
                return super().get(timeout=timeout)

        with socket.create_server(("127.0.0.1", 0)) as server:

            def trickle():
                client, _ = server.accept()
                with client, client.makefile("rb") as request:
                    while request.readline().strip():
                        pass
                    request.read(1)
                    begun.set()
                    try:
                        while True:
                            client.sendall(b"HTTP/1.1 200 OK\r\n")
                            time.sleep(0.01)
                    except OSError:
                        pass  # the test is over

            threading.Thread(target=trickle, daemon=True).start()
            base = mock.patch("oauth.AUTH_BASE", f"http://127.0.0.1:{server.getsockname()[1]}")
            given_up, outcome = mock.patch("oauth.GIVEN_UP_SECONDS", 0.1), mock.patch("queue.SimpleQueue", Outcome)
            with base, given_up, outcome, self.assertRaises(TokenError) as raised:
                request_tokens({"refresh_token": "the token"})
        self.assertEqual((raised.exception.code, raised.exception.is_unused), ("unanswered", False))

    def test_the_outcome_of_an_older_consent_leaves_a_newer_one_alone(self):
        store(login("evt_again"))
        old = login_for("evt_again")

        def request(form):
            store({**login("evt_again"), "access_token": "new", "refresh_token": "newer"})
            return renewed(form)

        self.assertEqual(refreshed(old, request)["access_token"], "new")
        self.assertEqual(end_spent(old, "token_revoked")["access_token"], "new")
        self.assertEqual(login_for("evt_again")["refresh_token"], "newer")

    def test_the_start_removes_what_killed_processes_left_and_nothing_that_is_needed(self):
        store(login("evt_swept"))
        mirror, marks = DATA_DIR / "participants" / "of an event", DATA_DIR / "worked"
        for path in (mirror, marks):
            path.mkdir(parents=True, exist_ok=True)
        left = [DIRECTORY / "1.tmp", mirror / "1.tmp", marks / "old"]
        needed = [DIRECTORY / "2.tmp", marks / "new", path_of(login("evt_swept"))]
        for path in left + needed[:2]:
            path.touch()
        for path in left + needed[2:]:
            os.utime(path, (0, 0))
        open_data_dir()
        self.assertEqual([path for path in left if path.exists()], [])
        self.assertEqual([path for path in needed if not path.exists()], [])
