"""Several processes that share the data directory."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests import settings  # noqa: F401
from config import DATA_DIR
from files import alone, file_name, write_sealed
from mirror import participants, work
from tokens import DELETION, LoginEnded, end, login_for, refreshed, store

WORKER = """
import os, threading, time
from config import DATA_DIR
from webhooks import work_deliveries

def work(event, delivery_id):
    for word in ("begin", "end"):
        with open(os.environ["WORKED"], "a") as file:
            file.write(f"{word} {delivery_id}\\n")
        time.sleep(0.002)

threading.Thread(target=work_deliveries, args=(work,), daemon=True).start()
while list((DATA_DIR / "inbox").iterdir()):
    time.sleep(0.005)
os._exit(0)
"""
CHANGES = """
import sys, time
from config import DATA_DIR
from mirror import work

(DATA_DIR / f"ready {sys.argv[1]}").touch()
while len(list(DATA_DIR.glob("ready *"))) < 2:
    time.sleep(0.001)
for index in range(20):
    ids = {"type": "participant.updated", "event_id": "evt_mirror", "organization_id": "org_1"}
    data = {"id": "one", f"from {sys.argv[1]}, {index}": True}
    work({**ids, "occurred_at": "2026-05-01T12:00:00Z", "data": data}, f"{sys.argv[1]} {index}")
"""
KILLED = """
import os, signal
from files import alone

with alone("a lock"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
REFRESH = """
import sys, time
from config import DATA_DIR
from tokens import login_for, refreshed

login = login_for("evt_many")
(DATA_DIR / f"refreshing {sys.argv[1]}").touch()
while len(list(DATA_DIR.glob("refreshing *"))) < 2:
    time.sleep(0.001)

def request(form):
    with open(DATA_DIR / "sent.log", "a") as file:
        file.write("sent\\n")
    time.sleep(0.02)
    return {"access_token": "a2", "refresh_token": "r2"}

assert refreshed(login, request)["access_token"] == "a2"
"""
KILLED_IN_REFRESH = """
import os, signal
from tokens import login_for, refreshed

refreshed(login_for("evt_killed"), lambda form: os.kill(os.getpid(), signal.SIGKILL))
"""


class TokenEndpoint(BaseHTTPRequestHandler):
    """Has the integration stopped before it answers."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.integration.terminate()
        ids = {"event_id": "evt_stopped", "organization_id": "org_1", "scope": ""}
        answer = json.dumps({**ids, "access_token": "a1", "refresh_token": "r1"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words):
        pass


def free_port():
    with socket.create_server(("localhost", 0)) as server:
        return server.getsockname()[1]


def is_up(url):
    try:
        return requests.get(f"{url}/healthz").ok
    except requests.ConnectionError:
        return False


def start(program, number=0, **environment):
    command, here = [sys.executable, "-c", program, str(number)], Path(__file__).parent.parent
    return subprocess.Popen(command, cwd=here, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)


def delivery(event_id, kind="participant.updated", **data):
    ids = {"type": kind, "event_id": event_id, "organization_id": "org_1"}
    return {**ids, "occurred_at": "2026-05-01T12:00:00Z", "data": data}


class Processes(unittest.TestCase):
    def run_twice(self, program, **environment):
        processes = [start(program, number, **environment) for number in range(2)]
        self.assertEqual([process.wait() for process in processes], [0, 0])

    def test_each_delivery_is_worked_once_one_at_a_time(self):
        ids = [f"delivery {number}" for number in range(30)]
        for number, delivery_id in enumerate(ids):
            entry = {"delivery_id": delivery_id, "received_at": number, "event": delivery("evt_inbox")}
            write_sealed(DATA_DIR / "inbox" / f"{file_name(delivery_id)}.sealed", entry)
        worked = DATA_DIR / "worked.log"
        self.run_twice(WORKER, WORKED=str(worked))
        expected = [f"{word} {delivery_id}" for delivery_id in ids for word in ("begin", "end")]
        self.assertEqual(worked.read_text().splitlines(), expected)

    def test_no_change_of_a_participant_is_lost(self):
        self.run_twice(CHANGES)
        [one] = participants("evt_mirror")
        self.assertEqual(len(one), 1 + 2 * 20)

    def test_a_start_with_another_key_than_that_of_the_stored_files_is_refused(self):
        program = "from files import open_data_dir; open_data_dir()"
        other = base64.b64encode(bytes(32)).decode()
        for key, status in ((os.environ["REVENTO_TOKEN_KEY"], 0), (other, 1), (os.environ["REVENTO_TOKEN_KEY"], 0)):
            self.assertEqual(start(program, REVENTO_TOKEN_KEY=key).wait(), status)

    def test_two_processes_refresh_once(self):
        connection = {"event_id": "evt_many", "organization_id": "org_1"}
        store({**connection, "access_token": "a1", "refresh_token": "r1", "scope": ""})
        self.run_twice(REFRESH)
        self.assertEqual((DATA_DIR / "sent.log").read_text(), "sent\n")

    @unittest.skipIf(sys.platform == "win32", "Windows has no SIGKILL")
    def test_a_refresh_token_that_a_killed_process_has_sent_is_not_sent_again(self):
        connection = {"event_id": "evt_killed", "organization_id": "org_1"}
        store({**connection, "access_token": "a1", "refresh_token": "r1", "scope": ""})
        login = login_for("evt_killed")
        self.assertEqual(start(KILLED_IN_REFRESH).wait(), -signal.SIGKILL)
        with self.assertRaises(LoginEnded):
            refreshed(login, lambda _form: self.fail("it was sent"))

    @unittest.skipIf(sys.platform == "win32", "Windows has no SIGTERM")
    def test_a_stop_lets_a_request_end_that_is_running(self):
        revento = HTTPServer(("localhost", 0), TokenEndpoint)
        self.addCleanup(revento.server_close)
        port = free_port()
        environment = {
            "PORT": str(port),
            "REVENTO_AUTH_BASE": f"http://localhost:{revento.server_port}",
            "DATA_DIR": str(DATA_DIR / "stopped"),
        }
        here = f"http://localhost:{port}"
        output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        revento.integration = subprocess.Popen([sys.executable, "app.py"], env={**os.environ, **environment}, **output)
        self.addCleanup(revento.integration.kill)
        while not is_up(here):
            self.assertIsNone(revento.integration.poll())
            time.sleep(0.025)
        asked = requests.get(f"{here}/connect", allow_redirects=False)
        [state] = parse_qs(urlsplit(asked.headers["Location"]).query)["state"]
        threading.Thread(target=revento.handle_request, daemon=True).start()
        query = {"code": "code", "state": state}
        answer = requests.get(f"{here}/callback", params=query, cookies=asked.cookies.get_dict())
        self.assertEqual(answer.text, "Connected. You can close this page.\n")
        # Some servers end themselves by the signal once they are done.
        self.assertIn(revento.integration.wait(), (0, -signal.SIGTERM))

    @unittest.skipIf(sys.platform == "win32", "Windows has no SIGKILL")
    def test_a_lock_is_free_after_its_process_was_killed(self):
        self.assertEqual(start(KILLED).wait(), -signal.SIGKILL)
        with alone("a lock"):
            pass

    def test_the_mirror_is_kept_when_a_refresh_was_lost_and_ends_with_a_deletion(self):
        connection = {"event_id": "evt_held", "organization_id": "org_1"}
        tokens = {"access_token": "a1", "refresh_token": "r1", "scope": ""}

        def held():
            return sorted(row["id"] for row in participants("evt_held"))

        store({**connection, **tokens})
        end(connection, "a refresh was never answered")
        work(delivery("evt_held", id="one"), "one")
        self.assertEqual(held(), ["one"])

        end(connection, DELETION)
        work(delivery("evt_held", kind=DELETION), "two")
        work(delivery("evt_held", id="three"), "three")
        self.assertEqual(held(), [])

        store({**connection, **tokens})
        work(delivery("evt_held", id="four"), "four")
        self.assertEqual(held(), ["four"])
