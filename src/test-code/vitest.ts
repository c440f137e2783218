import { asciiQuoted, doubleQuoted } from './literals.ts';
import { camelCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for Vitest; for Jest, remove the import of vitest. */
export function asVitest({ url, key, cases, changed }: TestFile): string {
  return `// Deliveries recorded by revento. To run the tests, start your handler, then:
//   ${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}npx vitest run webhook.test.js
import { createHmac } from "node:crypto";
import { request as http } from "node:http";
import { request as https } from "node:https";
import { expect, test } from "vitest";

const url = new URL(process.env.WEBHOOK_URL ?? "${url}");
const secret = process.env.REVENTO_WEBHOOK_SECRET${key === null ? '' : ` ?? "${key}"`};
const timeoutMs = 10_000;

/** The status of the answer. Signs what is in \`signed\`, with the current time; null leaves the headers as they are. */
function deliver(headers, body, signed) {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? https : http;
    const request = send(url, { method: "POST", agent: false, timeout: timeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on("timeout", () => request.destroy(new Error("The handler did not answer in time.")));
    request.on("error", reject);
    for (const [name, value] of headers) request.appendHeader(name, value);
    if (signed !== null) {
      if (!secret) throw new Error("Set REVENTO_WEBHOOK_SECRET.");
      const timestamp = String(Math.floor(Date.now() / 1000));
      const digest = createHmac("sha256", secret).update(\`\${timestamp}.\`).update(signed).digest("hex");
      request.setHeader("X-Revento-Timestamp", timestamp);
      request.setHeader("X-Revento-Signature", \`sha256=\${digest}\`);
    }
    request.setHeader("Content-Length", body.length);
    request.end(body);
  });
}
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}`;
}

function testOf(one: TestCase): string {
  const name = camelCase(one);
  const call = `await deliver(${name}.headers, ${name}.body, ${one.isSigned ? `${name}.body` : 'null'})`;
  const body = one.text === null ? `Buffer.from("${one.base64}", "base64")` : `Buffer.from(${doubleQuoted(one.text)})`;
  return `
const ${name} = {
  headers: [
${one.headers.map(([header, value]) => `    [${asciiQuoted(header)}, ${asciiQuoted(value)}],\n`).join('')}  ],
  body: ${body},
};

test("${one.title} is answered with ${one.status ?? '2xx'}", async () => {
  const status = ${call};
  ${one.status === null ? 'expect([status, status >= 200 && status < 300]).toEqual([status, true]);' : `expect(status).toBe(${one.status});`}
}, 2 * timeoutMs);
`;
}

function changedTest(one: TestCase): string {
  const name = camelCase(one);
  return `
test("a changed body is answered with 401", async () => {
  const changed = Buffer.concat([${name}.body, Buffer.from(" ")]);
  expect(await deliver(${name}.headers, changed, ${name}.body)).toBe(401);
}, 2 * timeoutMs);
`;
}
