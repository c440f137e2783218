import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it as plainIt } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { dial } from '../../support/http/raw-http.ts';
import { root } from '../../support/program/build.ts';
import { lackOf } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

let rig: ProgramRig;
const receivers: ChildProcess[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  for (const child of receivers.splice(0)) {
    if (child.kill('SIGKILL')) await once(child, 'exit');
  }
  rig.close();
});

const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8');

/** A code block of the section about verifying, without the comment that names its file. */
function snippet(language: 'js' | 'python'): string {
  const [, section = ''] = page.split('## Verify deliveries in your own server\n');
  const [, code = ''] = new RegExp(`\`\`\`${language}\\n.*\\n([^]*?)\`\`\``).exec(section) ?? [];
  return code;
}

const kinds = [
  { language: 'js', member: 'node', command: process.execPath, file: 'receiver.mjs' },
  // Debian's own Python: its packages are where python3-flask is.
  { language: 'python', member: 'python', command: '/usr/bin/python3', file: 'receiver.py' },
] as const;

async function started(
  { language, command, file }: (typeof kinds)[number],
  env: Record<string, string>,
): Promise<{ readonly port: number; readonly child: ChildProcess; output(): string }> {
  const port = await freePort();
  const path = join(rig.home, file);
  writeFileSync(path, snippet(language));
  const child = spawn(command, [path], { env: { ...env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
  receivers.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} did not start: ${said}`);
  });
  ended.catch(() => undefined);
  await Promise.race([ended, accepting(port)]);
  return { port, child, output: () => said };
}

/** Resolves once somebody listens. */
function accepting(port: number): Promise<void> {
  return new Promise((resolve) => {
    const attempt = () => {
      const socket = connect({ port, host: 'localhost' }, () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', () => setTimeout(attempt, 25));
    };
    attempt();
  });
}

describe.each(kinds)('the receiver in $file', (kind) => {
  const it = plainIt.skipIf(kind.language === 'python' && lackOf('flask') !== null);

  it('passes every case, both secrets of a rotation among them', async () => {
    const env = { REVENTO_WEBHOOK_SECRET: newSecret(), REVENTO_WEBHOOK_SECRET_PREVIOUS: newSecret() };
    const { port } = await started(kind, env);
    const { code, stdout } = await rig.run(['webhook', 'check', String(port), '--json'], { env });
    const { failed, warned, cases } = JSON.parse(stdout);
    const wrong = cases.filter(({ outcome }: { outcome: string }) => outcome !== 'pass');
    expect({ code, failed, warned, wrong }).toEqual({ code: 0, failed: 0, warned: 0, wrong: [] });
    expect(cases.map(({ id }: { id: string }) => id)).toContain('previous-secret');
  });

  it('processes a delivery that arrives twice once', async () => {
    const env = { REVENTO_WEBHOOK_SECRET: newSecret() };
    const { port, output } = await started(kind, env);
    const to = ['webhook', 'trigger', 'application.approved', '--to', String(port)];
    const id = '0b9f6c1e-8c55-4b43-9c6e-1f2d3a4b5c6d';
    for (let times = 0; times < 2; times++) {
      expect((await rig.run([...to, '--delivery-id', id], { env })).code).toBe(0);
    }
    expect(output().match(/^application\.approved evt_/gm)).toHaveLength(1);
  });

  it.each([{}, { REVENTO_WEBHOOK_SECRET: '' }])('refuses to start without a secret: %j', async (env) => {
    await expect(started(kind, env)).rejects.toThrow('Set REVENTO_WEBHOOK_SECRET.');
  });

  it('outlives a sender that goes away in the middle', async () => {
    const env = { REVENTO_WEBHOOK_SECRET: newSecret() };
    const { port } = await started(kind, env);
    const socket = await dial(port);
    socket.write('POST /webhooks/revento HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc');
    socket.resetAndDestroy();
    const sent = await rig.run(['webhook', 'trigger', 'application.approved', '--to', String(port)], { env });
    expect(sent.code).toBe(0);
  });

  it('is what help writes', async () => {
    const { stdout } = await rig.run(['help', 'webhooks', '-q', `.${kind.member}`]);
    expect(stdout.trimEnd()).toBe(snippet(kind.language).trimEnd());
  });
});
