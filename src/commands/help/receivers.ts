/*
 * Receivers to start from, whole programs. docs/webhooks.md shows the same text, a test compares the two and puts both
 * through `webhook check`. Narrow, so that they can be read in a terminal.
 */

export const nodeReceiver = `\
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const env = process.env;
if (!env.REVENTO_WEBHOOK_SECRET) throw new Error('Set REVENTO_WEBHOOK_SECRET.');
// During a rotation, either secret may sign (assumed).
const secrets = [env.REVENTO_WEBHOOK_SECRET, env.REVENTO_WEBHOOK_SECRET_PREVIOUS].filter(Boolean);
const seen = new Set(); // use a table with a unique column: this is lost on restart
const handle = (event) => console.log(event.type, event.id);

function isGenuine(body, timestamp = '', signature = '') {
  if (!/^[0-9]{1,12}$/.test(timestamp) || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > 300) return false;
  const claimed = Buffer.from(signature.slice(7), 'hex');
  const mac = (secret) => createHmac('sha256', secret).update(timestamp + '.').update(body).digest();
  return secrets.map((secret) => timingSafeEqual(mac(secret), claimed)).includes(true);
}

function receive(headers, body) {
  const { 'x-revento-delivery-id': id, 'x-revento-event': type } = headers;
  const [timestamp, signature] = [headers['x-revento-timestamp'], headers['x-revento-signature']];
  if (!id || !type || !isGenuine(body, timestamp, signature)) return 401;
  if (seen.has(id)) return 204; // Revento repeats deliveries whose answer was lost
  try {
    handle(JSON.parse(body)); // parse after verifying; queue slow work
  } catch (error) {
    console.error(error);
    return 400;
  }
  seen.add(id);
  return 204;
}

createServer((request, response) => {
  const chunks = []; // the raw bytes: nothing may parse them first
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size > 2 ** 20) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => response.writeHead(receive(request.headers, Buffer.concat(chunks))).end());
}).listen(env.PORT ?? 3000, 'localhost');
`;

export const pythonReceiver = `\
import hashlib, hmac, os, re, time
from flask import Flask, request

names = "REVENTO_WEBHOOK_SECRET", "REVENTO_WEBHOOK_SECRET_PREVIOUS"
if not os.environ.get(names[0]):
    raise SystemExit("Set REVENTO_WEBHOOK_SECRET.")
# During a rotation, either secret may sign (assumed).
secrets = [os.environ[name].encode() for name in names if os.environ.get(name)]
seen = set()  # use a table with a unique column: this is lost on restart
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024


def handle(event):
    print(event["type"], event["id"], flush=True)


def is_genuine(body, timestamp, signature):
    if not re.fullmatch("[0-9]{1,12}", timestamp):
        return False
    if abs(int(time.time()) - int(timestamp)) > 300:
        return False
    signed = timestamp.encode() + b"." + body
    macs = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    return any([hmac.compare_digest(f"sha256={mac}".encode(), signature.encode()) for mac in macs])


@app.post("/webhooks/revento")
def receive():
    parts = "Event", "Delivery-Id", "Timestamp", "Signature"
    kind, id, timestamp, signature = [request.headers.get(f"X-Revento-{part}", "") for part in parts]
    body = request.get_data()  # the raw bytes: nothing may parse them first
    if not kind or not id or not is_genuine(body, timestamp, signature):
        return "", 401
    if id not in seen:  # Revento repeats deliveries whose answer was lost
        handle(request.get_json(force=True))  # queue slow work
        seen.add(id)
    return "", 204


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", 3000)))
`;
