// The tour of `npm start`: the main features, end to end, with the built program only. It runs inside `revento sandbox
// exec`, which provides a temporary sandbox and a temporary home.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../bin/revento.js');
const paint = (code) => (text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text;
const [bold, dim, green] = [paint(1), paint(2), paint(32)];

/** Shows a command as a user would type it and runs it. Stops the tour if it fails. */
async function revento(args, { input, shown = args.map(quoted).join(' ') } = {}) {
  console.log(`\n${dim('$')} ${bold(`revento ${shown}`)}`);
  const child = spawn(process.execPath, [program, ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'],
  });
  if (input !== undefined) child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`revento ${args[0]} ended with ${code}`);
}

const quoted = (word) => (/^[\w@%+=:,./<>-]+$/.test(word) ? word : `'${word}'`);

/** A typical handler: keeps each delivery and answers 204. */
async function startHandler() {
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/webhooks/revento`;
  return { url, received, stop: () => new Promise((resolve) => server.close(resolve)) };
}

const handler = await startHandler();
try {
  console.log('This tour started a sandbox. Every command below really runs.\n');
  console.log(bold('1. Log in'));
  console.log(
    '   The sandbox asks for consent. `revento sandbox consent` answers the page in\n   place of your browser.',
  );
  await revento(['login']);

  console.log(bold('\n2. Read the participants'));
  await revento(['participants', 'list', '--limit', '8']);

  console.log(bold('\n3. Receive a signed webhook, verify it, forward it'));
  console.log(`   A small handler is listening at ${handler.url}.`);
  const listen = ['webhook', 'listen', '--port', '0', '--forward', handler.url, '--count', '1', '--timeout', '30s'];
  const send = `"${process.execPath}" "${program}" webhook trigger application.approved --to "$REVENTO_WEBHOOK_URL"`;
  await revento([...listen, '--', 'sh', '-c', send], {
    shown: `${listen.join(' ')} -- sh -c 'revento webhook trigger application.approved --to "$REVENTO_WEBHOOK_URL"'`,
  });

  const [delivery] = handler.received;
  if (handler.received.length !== 1) throw new Error(`the handler got ${handler.received.length} deliveries, not 1`);

  console.log(bold('\n4. Verify the signature of the delivery that the handler received'));
  const { 'x-revento-timestamp': timestamp, 'x-revento-signature': signature } = delivery.headers;
  await revento(['webhook', 'verify', '-', '--timestamp', timestamp, '--signature', signature], {
    input: delivery.body,
  });

  console.log(`
${green('Done.')} What you saw, with only this program and a sandbox on this machine:
  - a login with PKCE over a loopback listener; its tokens were sealed on disk
  - participants from the read API
  - a webhook of ${delivery.body.length} bytes, signed, verified, and forwarded without a byte changed
The sandbox, the login and the files were temporary and are removed now.

Next, the same by hand. In one terminal, start a sandbox. It prints the address of the organizer's console: open it in
your browser to approve applications, move the clock or inject faults.
  npx --no -- revento sandbox start

In another, with your own browser:
  npx --no -- revento -p sandbox login
  npx --no -- revento -p sandbox participants list
  npx --no -- revento -p sandbox webhook listen --ui ${dim('# opens the inspector of deliveries; Ctrl-C ends it')}

In a third, while that listens:
  npx --no -- revento sandbox trigger application.approved`);
} catch (error) {
  console.error(`\nThe tour stopped: ${error.message}`);
  process.exitCode = 1;
} finally {
  await handler.stop();
}
