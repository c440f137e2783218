import hashlib
import hmac
import json
import os
import threading
import time
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from tests import settings  # noqa: F401
from config import DATA_DIR
from files import file_name, write_sealed
from mirror import participants, sync, work as change
from tokens import login_for, store
import webhooks
from webhooks import INBOX, receive, work_deliveries

SECRET = os.environ["REVENTO_WEBHOOK_SECRET"]
BODY = b'{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}'


def delivery(body=BODY, key=SECRET, timestamp=None):
    timestamp = timestamp or str(int(time.time()))
    mac = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {
        "X-Revento-Event": "x",
        "X-Revento-Delivery-Id": str(uuid.uuid4()),
        "X-Revento-Timestamp": timestamp,
        "X-Revento-Signature": f"sha256={mac}",
    }
    return headers, body


class Deliveries(unittest.TestCase):
    def test_a_genuine_delivery_is_accepted_and_so_is_its_repeat(self):
        once = delivery()
        self.assertEqual(receive(*once), 204)
        self.assertEqual(receive(*once), 204)

    def test_others_are_refused(self):
        now = int(time.time())
        headers, body = delivery()
        for name, refused in {
            "another secret": delivery(key="another"),
            "six minutes old": delivery(timestamp=str(now - 360)),
            "six minutes ahead": delivery(timestamp=str(now + 360)),
            "not a number": delivery(timestamp="today"),
            "no headers": ({}, b"{}"),
            "one byte changed": (headers, body + b"\n"),
        }.items():
            with self.subTest(name):
                self.assertEqual(receive(*refused), 401)

    def test_signed_but_not_an_event(self):
        for body in (b"hello", b"null", b"{}"):
            with self.subTest(body):
                self.assertEqual(receive(*delivery(body=body)), 400)

    def test_one_whose_mark_cannot_be_looked_for_is_neither_acknowledged_nor_worked_again(self):
        inbox, marks, worked = DATA_DIR / "marked" / "inbox", DATA_DIR / "marked" / "worked", []
        entry = {"delivery_id": "marked", "received_at": 0, "event": {"type": "x"}}
        write_sealed(inbox / f"{file_name('marked')}.sealed", entry)
        marks.touch()  # a file in the place of the directory of marks: permissions do not stop root
        with mock.patch.multiple(webhooks, INBOX=inbox, WORKED=marks):
            webhooks._work_waiting(lambda _event, delivery_id: worked.append(delivery_id))
            with self.assertRaises(NotADirectoryError):
                receive(*delivery())
        self.assertEqual(worked, [])

    def test_a_header_cannot_end_a_login(self):
        store({"event_id": "evt_kept", "organization_id": "org_1", "access_token": "a1", "refresh_token": "r1"})
        headers, body = delivery(b'{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}')
        self.assertEqual(receive({**headers, "X-Revento-Event": "data.deletion_required"}, body), 204)
        self.assertEqual(login_for("evt_kept")["access_token"], "a1")

    def test_files_that_cannot_be_read_do_not_hold_up_deliveries_nor_the_rest_of_a_mirror(self):
        mirror = DATA_DIR / "participants" / file_name("evt_damaged")
        for directory in (INBOX / "a directory.sealed", mirror):
            directory.mkdir(parents=True)
        for path in (INBOX / "damaged.sealed", mirror / "damaged.sealed"):
            path.write_text("damaged")
        headers, body = delivery()
        receive(headers, body)
        worked = threading.Event()

        def work(_event, delivery_id):
            if delivery_id == headers["X-Revento-Delivery-Id"]:
                worked.set()

        threading.Thread(target=work_deliveries, args=(work,), daemon=True).start()
        self.assertTrue(worked.wait(20))
        self.assertEqual(participants("evt_damaged"), [])

    def test_a_type_that_is_not_known_yet_changes_nothing_whatever_its_data_is(self):
        for kind in ("participant.merged", "application.moved", "thread.updated"):
            for data in ({}, None, []):
                change({"type": kind, "event_id": "evt_unknown", "data": data}, kind)
        self.assertEqual(participants("evt_unknown"), [])

    def test_a_delivery_is_older_than_a_sync_by_the_time_of_the_review_whatever_the_clock_here_says(self):
        row = {"id": "p1", "application_status": "rejected", "last_reviewed_at": "2026-01-02T10:00:00.500Z"}
        page = json.dumps({"title": "", "data": [row], "has_more": False}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_words):
                pass

        ids = {"event_id": "evt_delayed", "organization_id": "org_1"}
        store({**ids, "access_token": "a1", "refresh_token": "r1", "scope": "participants.read"})

        def deliver(participant_id, occurred_at, status):
            data = {"id": participant_id, "application_status": status}
            change({**ids, "type": "participant.updated", "occurred_at": occurred_at, "data": data}, occurred_at)
            return {row["id"]: row["application_status"] for row in participants("evt_delayed")}["p1"]

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with mock.patch("api.API_BASE", f"http://127.0.0.1:{server.server_port}"):
                sync("evt_delayed")
                self.assertEqual(deliver("p1", "2026-01-02T09:59:59Z", "approved"), "rejected")
                self.assertEqual(deliver("p1", "2026-01-02T10:00:01Z", "approved"), "approved")
                # The next read is newer than a delivery that it follows, whomever that was about.
                deliver("p2", "2026-01-02T12:00:00Z", "pending")
                sync("evt_delayed")
            server.shutdown()
        self.assertEqual(deliver("p1", "2026-01-02T11:00:00Z", "approved"), "rejected")
        self.assertEqual(deliver("p1", "2026-01-02T13:00:00Z", "approved"), "approved")

    def test_a_signed_event_without_the_ids_or_the_time_that_it_must_have_is_acknowledged_and_left_alone(self):
        ids = {"event_id": "evt_odd", "organization_id": "org_1", "occurred_at": "2026-01-02T10:00:00Z"}
        for kind in ("participant.registered", "application.approved", "data.deletion_required"):
            for name in ids:
                for odd in (None, 7, {}, ["evt_odd"]):
                    event = {"type": kind, **ids, "data": {"id": "p1", "participant_id": "p1"}, name: odd}
                    self.assertEqual(receive(*delivery(body=json.dumps(event).encode())), 204)
                    change(event, str(event))
                    event.pop(name)
                    change(event, str(event))
                    self.assertEqual(participants("evt_odd"), [])
