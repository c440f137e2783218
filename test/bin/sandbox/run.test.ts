import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await closeHandlers();
  await rig.close();
});

/** A sandbox that delivers to a handler, which refuses a delivery that it has seen before if it is to. */
async function start(refusesRepeats = false): Promise<void> {
  const seen = new Set<string>();
  const app = await handler(({ headers }) => {
    const [id = ''] = headers['x-revento-delivery-id'] ?? [];
    const isRepeat = seen.has(id);
    seen.add(id);
    return { status: isRepeat && refusesRepeats ? 409 : 200 };
  });
  await rig.sandbox(['--webhook-url', app.url]);
}

describe('sandbox run', () => {
  it('plays a scenario, step by step, and ends with 0', async () => {
    await start();
    const { code, stdout, stderr } = await rig.run(['sandbox', 'run', 'change-of-mind']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^A change of mind\n[\s\S]*acknowledges the repeat/);
    expect(stdout).toContain('✓ pass Its repeat was acknowledged as well (11-expect)');
    expect(stdout).toMatch(/\n12 of 12 steps passed\n$/);
  });

  it('ends with 3 and says what was wanted and what came', async () => {
    await start(true);
    const { code, stdout } = await rig.run(['sandbox', 'run', 'change-of-mind']);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /✗ fail Its repeat was acknowledged as well \(11-expect\)\n {4}wanted .*\n {4}got .*HTTP 409/,
    );
    expect(stdout).toContain('11 of 12 steps passed, 1 failed');
  });

  it.each([
    ['json', (text: string) => JSON.parse(text), { scenario: 'change-of-mind', failed: 1, passed: 11 }],
    ['tap', (text: string) => text.split('\n')[11], expect.stringMatching(/^ok 10 - 10-clock/)],
    ['junit', (text: string) => text.split('\n')[2], expect.stringContaining('tests="12" failures="1"')],
    ['sarif', (text: string) => JSON.parse(text).runs[0].results.length, 1],
    ['html', (text: string) => /<h1>.*<\/h1>/.exec(text)?.[0], expect.stringContaining('1 failed')],
    [
      'ndjson',
      (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))[10],
      { type: 'step', number: 11, kind: 'expect', outcome: 'fail', got: expect.stringContaining('HTTP 409') },
    ],
  ])('reports as %s', async (format, read, wanted) => {
    await start(true);
    const { code, stdout } = await rig.run(['sandbox', 'run', 'change-of-mind', '--format', format]);
    expect(code).toBe(3);
    if (typeof wanted === 'object') expect(read(stdout)).toMatchObject(wanted);
    else expect(read(stdout)).toBe(wanted);
  });

  it('stores the secrets of a rotation in the profile, where a listener finds them', async () => {
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson']);
    await running.until('stdout', /"type":"ready"/);
    const listener = rig.start(['-p', 'sandbox', 'webhook', 'listen', '--port', '0', '-o', 'ndjson']);
    await listener.until('stdout', /"type":"ready"/);
    const { code, stdout } = await rig.run(['sandbox', 'run', 'secret-rotation', '--json']);
    expect([code, JSON.parse(stdout).failed]).toEqual([0, 0]);
  });

  describe('with a COMMAND', () => {
    const serving = (port: number, status: number) =>
      `require('http').createServer((q, a) => q.resume().on('end', () => a.writeHead(${status}).end()))` +
      `.listen(${port}, '127.0.0.1', () => console.log('it listens'))`;
    const inCi = async (program: (port: number) => string) => {
      const port = await freePort();
      const scenario = ['revento', 'sandbox', 'run', 'change-of-mind', '--', process.execPath, '-e', program(port)];
      return rig.run(['sandbox', 'exec', '--webhook-url', `http://127.0.0.1:${port}/`, '--', ...scenario]);
    };

    it('starts it, plays when it listens, ends it, and keeps stdout for the report', async () => {
      const { code, stdout, stderr } = await inCi((port) => serving(port, 200));
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'it listens\n' });
      expect(stdout).toMatch(/12 of 12 steps passed\n$/);
    });

    it('ends with 3 when it does what it must not', async () => {
      const { code, stdout } = await inCi((port) => serving(port, 500));
      expect(code).toBe(3);
      expect(stdout).toMatch(/failed/);
    });

    it('ends with 1 when it ends before it listens, and says how', async () => {
      const { code, stderr } = await inCi(() => 'console.log("no database"); process.exit(7)');
      expect(code).toBe(1);
      expect(stderr).toMatch(/ended with status 7 before it was ready\. Its last output:\s+no database/);
    });

    it('ends with 1 when it ends at a delivery, and says how', async () => {
      const dying = (port: number) =>
        `require('http').createServer((q, a) => q.method === 'POST' ? process.exit(7) : a.end()).listen(${port}, '127.0.0.1')`;
      const { code, stderr } = await inCi(dying);
      expect(code).toBe(1);
      expect(stderr).toContain('ended with status 7 before the scenario ended.');
    });

    it('ends what it started, too', async () => {
      const port = await freePort();
      const inner = serving(port, 200);
      const outer = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' })`;
      const scenario = ['revento', 'sandbox', 'run', 'change-of-mind', '--', process.execPath, '-e', outer];
      const url = `http://127.0.0.1:${port}/`;
      const { code } = await rig.run(['sandbox', 'exec', '--webhook-url', url, '--', ...scenario]);
      expect(code).toBe(0);
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    });

    it('gives it the settings of the sandbox', async () => {
      const { stderr } = await inCi(() => 'console.log(Object.keys(process.env).join()); process.exit(7)');
      for (const name of ['REVENTO_AUTH_BASE', 'REVENTO_CLIENT_SECRET', 'REVENTO_WEBHOOK_SECRET', 'SANDBOX_EVENT_ID'])
        expect(stderr).toContain(name);
    });
  });

  it('plays a file, and lists every mistake of one that is wrong', async () => {
    await start();
    const file = (name: string, text: string) => writeFileSync(join(rig.home, name), text);
    file(
      'own.yaml',
      'title: Own\nshows: mine\nsteps:\n  - { do: apply, repeat: 2 }\n  - wait: { deliveries: attempted }\n  - expect: { deliveries: { count: 2, state: delivered } }\n',
    );
    expect((await rig.run(['sandbox', 'run', './own.yaml'])).code).toBe(0);
    file(
      'bad.yaml',
      'title: x\nshows: y\nsteps:\n  - do: aprove\n  - {}\n  - fault: [api:50x]\n  - expect: { requests: { since: nope } }\n',
    );
    const { code, stdout, stderr } = await rig.run(['sandbox', 'run', 'bad.yaml']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').filter((line) => line.startsWith('bad.yaml:'))).toEqual([
      'bad.yaml:4:5: steps[0].do is an unknown action; did you mean approve?',
      expect.stringContaining('bad.yaml:5:5: steps[1] must have exactly one of do, clock'),
      expect.stringContaining('bad.yaml:6:13: steps[2].fault[0] is not valid'),
      expect.stringContaining('bad.yaml:7:27: steps[3].expect.requests.since names the step nope'),
    ]);
  });

  it('works inside sandbox exec', async () => {
    const app = await handler();
    const command = ['--', 'revento', 'sandbox', 'run', 'registration-evening', '--jq', '.failed'];
    const { code, stdout } = await rig.run(['sandbox', 'exec', '--webhook-url', app.url, ...command]);
    expect([code, stdout]).toEqual([0, '0\n']);
  });

  it('lists the scenarios with what each shows, without a sandbox', async () => {
    const { code, stdout } = await rig.run(['sandbox', 'run', '--list', '--json']);
    expect(code).toBe(0);
    const all = JSON.parse(stdout);
    expect(all.length).toBeGreaterThanOrEqual(7);
    expect(all[0]).toMatchObject({ name: 'registration-evening', shows: expect.stringContaining('200 people apply') });
  });

  it('names the scenario that was meant', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'run', 'change-of-mnd']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean change-of-mind?')]);
  });

  it('says so where nothing is delivered anywhere', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'exec', '--', 'revento', 'sandbox', 'run', 'change-of-mind']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('without --webhook-url')]);
  });
});
