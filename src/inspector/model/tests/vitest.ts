import { doubleQuoted, type RecordedTest } from './recorded-test.ts';

/** A test for Vitest; for Jest, remove the second import. */
export function asVitest({ url, type, contentType, text, base64 }: RecordedTest): string {
  const body = text === null ? `Buffer.from("${base64}", "base64")` : `Buffer.from(${doubleQuoted(text)})`;
  return `// A delivery of ${type}, recorded by revento. To run it, start your handler, then:
//   REVENTO_WEBHOOK_SECRET=... npx vitest run webhook.test.js
import { createHmac, randomUUID } from "node:crypto";
import { expect, test } from "vitest";

const url = process.env.WEBHOOK_URL ?? "${url}";
const secret = process.env.REVENTO_WEBHOOK_SECRET ?? "";
const body = ${body};

async function deliver(sent, signed) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHmac("sha256", secret).update(\`\${timestamp}.\`).update(signed).digest("hex");
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "${contentType}",
      "X-Revento-Event": "${type}",
      "X-Revento-Delivery-Id": randomUUID(),
      "X-Revento-Timestamp": timestamp,
      "X-Revento-Signature": \`sha256=\${digest}\`,
    },
    body: sent,
  });
  return answer.status;
}

test("acknowledges the delivery", async () => {
  expect(Math.floor((await deliver(body, body)) / 100)).toBe(2);
});

test("rejects a changed body", async () => {
  expect(await deliver(Buffer.concat([body, Buffer.from(" ")]), body)).toBe(401);
});
`;
}
