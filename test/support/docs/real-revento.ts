import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../until.ts';
import type { Machine } from './machine.ts';

/** What the integration is registered with at this Revento. */
export const credentials = {
  clientId: 'YOUR_CLIENT_ID',
  clientSecret: 'the client secret of this page',
  webhookSecret: 'whsec_the_webhook_secret_of_this_page',
} as const;

const [peerPort, proxyPort] = [8401, 8402];
const hosts = { 'your-auth-host': peerPort, 'your-api-host': peerPort, 'abc.tunnel.example': 3000 };

/**
 * Gives a machine the internet with Revento in it: a sandbox behind TLS, under the hosts of the page, and a tunnel that
 * leads to port 3000. The browser consents.
 */
export async function connectToRevento(machine: Machine): Promise<void> {
  const names = Object.keys(hosts).map((host) => `DNS:${host}`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=revento', '-addext', `subjectAltName=${names.join()}`];
  const files = ['-keyout', join(machine.home, 'key.pem'), '-out', join(machine.home, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'pipe' });

  const peer = { REVENTO_CONFIG_DIR: join(machine.home, 'peer') };
  await run(machine, ['config', 'set', 'client_id', credentials.clientId], peer);
  await run(machine, ['config', 'set', 'client_secret'], peer, credentials.clientSecret);
  const redirect = ['--redirect-uri', 'https://abc.tunnel.example/callback'];
  machine.spawn('revento', ['sandbox', 'start', '--port', `${peerPort}`, '--auto-consent', ...redirect], peer);
  await until(() => machine.isServing(peerPort), 'Revento is there');

  const routes = Object.entries(hosts).map(([host, port]) => `${host}=${port}`);
  const script = join(import.meta.dirname, 'internet.mjs');
  const internet = machine.spawn(process.execPath, [script, machine.home, `${proxyPort}`, ...routes]);
  await once(internet.stdout, 'data');

  machine.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxyPort}`;
  machine.env['NODE_EXTRA_CA_CERTS'] = join(machine.home, 'cert.pem');
  machine.browseWith(`exec curl --silent --location --cacert "$NODE_EXTRA_CA_CERTS" --output /dev/null "$1"`);
}

async function run(
  machine: Machine,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<void> {
  const child = machine.spawn('revento', ['-p', 'sandbox', ...args], env);
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`revento ${args.join(' ')} ended with ${status}: ${said}`);
}
