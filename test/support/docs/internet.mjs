// The internet of the page on real Revento, on loopback: hosts with https behind a proxy that opens tunnels.
// Arguments: the directory with key.pem and cert.pem, the proxy's port, then HOST=PORT for each host.
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';

const [directory, proxyPort, ...hosts] = process.argv.slice(2);
const ports = new Map(hosts.map((host) => host.split('=')));
const pem = (name) => readFileSync(join(directory, `${name}.pem`));

const site = createTlsServer({ key: pem('key'), cert: pem('cert') }, (incoming, answer) => {
  const port = ports.get(incoming.headers.host);
  const headers = { ...incoming.headers, host: `localhost:${port}` };
  const { method, url: path } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  });
  onward.on('error', (error) => answer.writeHead(502).end(error.message));
  incoming.pipe(onward);
});

const proxy = createServer().on('connect', (_request, socket) => {
  const onward = connect(site.address().port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  socket.pipe(onward).pipe(socket);
  for (const end of [socket, onward]) end.on('error', () => end.destroy());
});

site.listen(0, '127.0.0.1', () => proxy.listen(Number(proxyPort), '127.0.0.1', () => process.stdout.write('ready\n')));
