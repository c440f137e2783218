// Floods a listener with bodies of 1 MiB that do not verify, until it is killed. It reopens closed connections.
//
//   node strangers.mjs PORT CONNECTIONS unsigned|forged
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

const [port, connections, kind] = process.argv.slice(2);
const body = Buffer.alloc(1024 * 1024, 1);

function head() {
  const lines = ['POST /webhooks/revento HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`];
  if (kind === 'forged') {
    lines.push(
      'X-Revento-Event: application.approved',
      `X-Revento-Delivery-Id: ${randomUUID()}`,
      `X-Revento-Timestamp: ${Math.floor(Date.now() / 1000)}`,
      `X-Revento-Signature: sha256=${'0'.repeat(64)}`,
    );
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function flood() {
  const socket = connect(Number(port), '127.0.0.1');
  const send = () => {
    socket.write(head());
    socket.write(body);
  };
  socket.on('connect', send);
  socket.on('data', (answer) => {
    if (!/^connection: close/im.test(answer.toString('latin1'))) send();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setImmediate(flood));
}

for (let index = 0; index < Number(connections); index++) flood();
process.send?.('flooding');
