import { doubleQuoted, type RecordedTest } from './recorded-test.ts';

/** A test for pytest, with Python's standard library only. */
export function asPytest({ url, type, contentType, text, base64 }: RecordedTest): string {
  const body = text === null ? `base64.b64decode("${base64}")` : `${doubleQuoted(text)}.encode()`;
  return `# A delivery of ${type}, recorded by revento. To run it, start your handler, then:
#   REVENTO_WEBHOOK_SECRET=... pytest test_webhook.py
import base64
import hashlib
import hmac
import os
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("WEBHOOK_URL", "${url}")
SECRET = os.environ["REVENTO_WEBHOOK_SECRET"].encode()
BODY = ${body}


def deliver(body, signed):
    timestamp = str(int(time.time()))
    digest = hmac.new(SECRET, timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "${contentType}",
        "X-Revento-Event": "${type}",
        "X-Revento-Delivery-Id": str(uuid.uuid4()),
        "X-Revento-Timestamp": timestamp,
        "X-Revento-Signature": "sha256=" + digest,
    }
    request = urllib.request.Request(URL, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_acknowledges_the_delivery():
    assert 200 <= deliver(BODY, signed=BODY) < 300


def test_rejects_a_changed_body():
    assert deliver(BODY + b" ", signed=BODY) == 401
`;
}
