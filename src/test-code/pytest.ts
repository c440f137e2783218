import { asciiQuoted, doubleQuoted } from './literals.ts';
import { snakeCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for pytest, with Python's standard library only. */
export function asPytest({ url, key, cases, changed }: TestFile): string {
  const secret =
    key === null ? 'os.environ["REVENTO_WEBHOOK_SECRET"]' : `os.environ.get("REVENTO_WEBHOOK_SECRET", "${key}")`;
  return `# Deliveries recorded by revento. To run the tests, start your handler, then:
#   ${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}pytest test_webhook.py
import base64
import hashlib
import hmac
import http.client
import os
import time
from urllib.parse import urlsplit

URL = os.environ.get("WEBHOOK_URL", "${url}")
TIMEOUT_SECONDS = 10


def deliver(headers, body, signed=None):
    """The status of the answer. Signs what is in signed, with the current time; None leaves the headers as they are."""
    if signed is not None:
        secret = ${secret}.encode()
        timestamp = str(int(time.time()))
        digest = hmac.new(secret, timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
        headers = headers + [("X-Revento-Timestamp", timestamp), ("X-Revento-Signature", "sha256=" + digest)]
    url = urlsplit(URL)
    client = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = client(url.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest("POST", (url.path or "/") + ("?" + url.query if url.query else ""))
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}`;
}

function testOf(one: TestCase): string {
  const call = one.isSigned ? 'deliver(headers, body, signed=body)' : 'deliver(headers, body)';
  const body = one.text === null ? `base64.b64decode("${one.base64}")` : `${doubleQuoted(one.text)}.encode()`;
  return `

${constant(one)} = (
    [
${one.headers.map(([header, value]) => `        (${asciiQuoted(header)}, ${asciiQuoted(value)}),\n`).join('')}    ],
    ${body},
)


def test_${snakeCase(one)}():
    headers, body = ${constant(one)}
    assert ${one.status === null ? `200 <= ${call} < 300` : `${call} == ${one.status}`}
`;
}

function constant(one: TestCase): string {
  return snakeCase(one).toUpperCase();
}

function changedTest(one: TestCase): string {
  return `

def test_rejects_a_changed_body():
    headers, body = ${constant(one)}
    assert deliver(headers, body + b" ", signed=body) == 401
`;
}
