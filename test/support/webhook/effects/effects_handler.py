"""A webhook handler over SQLite that remembers deliveries as named: `effects_handler.py DESIGN DATABASE`.

Prints its port first. GET /effects tells what it did.
"""
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

design, path = sys.argv[1:3]
secret = (os.environ.get("WEBHOOK_SECRET") or os.environ["REVENTO_WEBHOOK_SECRET"]).encode()
seen = set()
# How long the first of two waits for the other one, where a design has a race. A lone delivery goes on after that time.
PARTNER_SECONDS = 0.1
# How long a design stays between two of its steps, so that it can be killed there.
DWELL_SECONDS = float(os.environ.get("DWELL_SECONDS") or 0)
gate = threading.Condition()
waiting = {}


def open_database():
    database = sqlite3.connect(path, timeout=30, isolation_level=None)
    database.execute("pragma synchronous = off")
    return database


def set_up():
    database = open_database()
    database.execute("pragma journal_mode = wal")
    database.execute("create table if not exists deliveries (id text primary key)")
    database.execute("create table if not exists approvals (application text)")
    database.execute("create table if not exists states (application text primary key, status text, at text)")
    database.close()


def await_partner(id):
    """Opens the window of a race: two deliveries under one id leave together."""
    with gate:
        waiting[id] = waiting.get(id, 0) + 1
        gate.notify_all()
        gate.wait_for(lambda: waiting[id] >= 2, PARTNER_SECONDS)


def work(database, envelope):
    application = envelope["data"]["id"]
    status = envelope["data"]["status"]
    if status == "approved":
        database.execute("insert into approvals values (?)", [application])
    keeps = "" if design == "overwrites" else " where excluded.at > states.at"
    database.execute(
        "insert into states values (?, ?, ?)"
        " on conflict (application) do update set status = excluded.status, at = excluded.at" + keeps,
        [application, status, envelope["occurred_at"]],
    )


def is_known(database, id):
    return database.execute("select 1 from deliveries where id = ?", [id]).fetchone() is not None


def store(database, id):
    """Whether the id was new."""
    return database.execute("insert or ignore into deliveries values (?)", [id]).rowcount == 1


def in_transaction(database, steps):
    database.execute("begin immediate")
    try:
        steps()
        database.execute("commit")
    except BaseException:
        database.execute("rollback")
        raise


def handle(database, id, envelope):
    if design == "set":
        if id not in seen:
            seen.add(id)
            in_transaction(database, lambda: work(database, envelope))
            time.sleep(DWELL_SECONDS)
    elif design == "check-then-insert":
        if not is_known(database, id):
            await_partner(id)
            in_transaction(database, lambda: (store(database, id), work(database, envelope)))
    elif design == "insert-then-work":
        if store(database, id):
            time.sleep(DWELL_SECONDS)
            in_transaction(database, lambda: work(database, envelope))
    elif design == "work-then-insert":
        if not is_known(database, id):
            await_partner(id)
            in_transaction(database, lambda: work(database, envelope))
            time.sleep(DWELL_SECONDS)
            store(database, id)
    elif design == "no-memory":
        work(database, envelope)
    else:
        in_transaction(database, lambda: store(database, id) and (work(database, envelope), time.sleep(DWELL_SECONDS)))


def later(id, envelope):
    time.sleep(0.05)
    database = open_database()
    handle(database, id, envelope)
    database.close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        database = open_database()
        count = lambda sql: database.execute(sql).fetchone()[0]
        effects = {
            "approvals": count("select count(*) from approvals"),
            "approved": count("select count(*) from states where status = 'approved'"),
            "rejected": count("select count(*) from states where status = 'rejected'"),
        }
        if design == "on-its-own":
            effects["at"] = time.monotonic_ns()
        database.close()
        self.answer(200, json.dumps(effects))

    def do_HEAD(self):
        self.answer(404, "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        id = self.headers["X-Revento-Delivery-Id"]
        database = open_database()
        try:
            if design == "stores-first" and not store(database, id):
                return self.answer(200, "known")
            if not self.is_genuine(body):
                if design == "works-for-forged":
                    work(database, json.loads(body))
                return self.answer(401, "forged")
            envelope = json.loads(body)
            if design == "stores-first":
                work(database, envelope)
            elif design.startswith("later"):
                threading.Thread(target=later, args=[id, envelope]).start()
            else:
                handle(database, id, envelope)
            self.answer(200, "done")
        except (TypeError, KeyError, IndexError) as error:
            self.answer(500, repr(error))
        finally:
            database.close()

    def is_genuine(self, body):
        timestamp = self.headers["X-Revento-Timestamp"]
        if abs(time.time() - int(timestamp)) > 300:
            return False
        signed = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"sha256={signed}", self.headers["X-Revento-Signature"])

    def answer(self, status, text):
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:
            pass  # The client did not wait for the answer.

    def log_message(self, *parts):
        pass


set_up()
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT") or 0)), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
