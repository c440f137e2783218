import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { installPacked, succeed } from '../../support/program/packed.ts';

let directory: string;

beforeAll(() => {
  ({ directory } = installPacked());
  cpSync(join(root, 'examples'), join(directory, 'examples'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"name":"suite","private":true}');
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the suite of the examples', () => {
  it('passes under node --test', () => {
    const printed = succeed(
      process.execPath,
      ['--test', '--test-reporter=tap', 'examples/node-test/attendees.test.mjs'],
      directory,
    );
    expect(printed).toMatch(/^# pass 4$/m);
    expect(printed).toMatch(/^# fail 0$/m);
  });
});

describe('the library', () => {
  it('can be required, imported, and started several times, and lets the process end', () => {
    writeFileSync(
      join(directory, 'several.cjs'),
      `const required = require('revento/sandbox');
       (async () => {
         const imported = await import('revento/sandbox');
         if (imported.startSandbox !== required.startSandbox) throw new Error('two libraries');
         const all = await Promise.all([1, 2, 3].map((seed) => imported.startSandbox({ seed })));
         console.log(new Set(all.map(({ authBase }) => authBase)).size);
         const before = [all[0].clientId, all[0].webhookSecret];
         await all[0].do('approve');
         await all[0].reset();
         console.log(all[0].happenings.length, before.join() === [all[0].clientId, all[0].webhookSecret].join());
         for (const one of all) await one.close();
         await all[0].do('approve').catch((error) => console.log(error instanceof required.SandboxError, error.code));
       })();`,
    );
    expect(succeed(process.execPath, ['several.cjs'], directory)).toBe('3\n0 true\ntrue closed\n');
  });

  it('continues from what it saved', () => {
    writeFileSync(
      join(directory, 'saved.mjs'),
      `import { startSandbox } from 'revento/sandbox';
       const first = await startSandbox();
       const { refresh_token } = await first.login();
       await first.do('apply', { set: { first_name: 'Ada' } });
       const saved = JSON.parse(JSON.stringify(await first.save()));
       await first.close();
       const second = await startSandbox({ load: saved });
       const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token,
         client_id: second.clientId, client_secret: second.clientSecret });
       const { status } = await fetch(second.authBase + '/oauth/token', { method: 'POST', body });
       console.log(second.clientId === first.clientId, second.happenings.at(-1).after.first_name, status);
       await second.close();`,
    );
    expect(succeed(process.execPath, ['saved.mjs'], directory)).toBe('true Ada 200\n');
  });
});
