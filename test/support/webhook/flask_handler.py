"""A webhook handler in Flask, right but for one mistake named on the command line. Prints its port first."""
import hashlib
import hmac
import json
import os
import re
import socket
import sys
import threading
import time

from flask import Flask, request
from werkzeug.serving import make_server

mistake = sys.argv[1]
secret = os.environ["WEBHOOK_SECRET"].encode()
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
worked = set()
lock = threading.Lock()
NAMES = ["Event", "Delivery-Id", "Timestamp", "Signature"]


def is_fresh(timestamp):
    if mistake == "no-tolerance":
        return True
    if mistake == "nan-passes":
        try:
            return not abs(time.time() - float(timestamp)) > 300
        except ValueError:
            return True
    return re.fullmatch(r"[0-9]{1,12}", timestamp) is not None and abs(time.time() - int(timestamp)) <= 300


def signed_bytes(body):
    if mistake == "reserialized":
        return json.dumps(json.loads(body)).encode()
    if mistake == "trimmed":
        return body.strip()
    if mistake == "not-raw":
        return body.decode("latin-1").encode("utf-8")
    return body


@app.post("/webhooks/revento")
def receive():
    event, delivery_id, timestamp, signature = (request.headers.get("X-Revento-" + name) for name in NAMES)
    if not (event and delivery_id and timestamp and signature):
        return "missing header", 401
    if not is_fresh(timestamp):
        return "stale", 401
    body = request.get_data(cache=False)
    try:
        signed = signed_bytes(body)
    except ValueError:
        return "not JSON", 400
    wanted = "sha256=" + hmac.new(secret, timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode("latin-1")):
        return "bad signature", 401
    try:
        kind = json.loads(body)["type"]
    except ValueError:
        return "not JSON", 400
    with lock:
        if delivery_id in worked:
            return ("duplicate key", 500) if mistake == "no-dedupe" else ("known", 200)
        if mistake == "crashes-on-unknown" and kind.split(".")[0] == "venue":
            raise KeyError(kind)
        worked.add(delivery_id)
    return "", 204


server = make_server("127.0.0.1", 0, app, threaded=True)
# Werkzeug answers on two writes; without this each one waits for the other side's delayed acknowledgment.
server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print(server.server_port, flush=True)
server.serve_forever()
