// The run time of commands that do almost nothing, as ratios to starting Node itself.

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oneCallBar, race, runAlone, timeOf } from './kit.mjs';
import { findPeer, installPeers, quiet } from './peers.mjs';

export const title = 'Start-up';

const program = process.env.REVENTO_TEST_PROGRAM ?? join(import.meta.dirname, '../bin/revento.js');
const bare = 'node -e 0';

export async function run({ rounds = 20 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'revento-bench-'));
  const server = await servePage();
  const env = {
    HOME: home,
    REVENTO_CONFIG_DIR: join(home, 'revento'),
    REVENTO_AUTH_BASE: server.url,
    REVENTO_API_BASE: server.url,
    REVENTO_CLIENT_ID: 'bench',
  };
  try {
    logIn(env);
    const revento = (args, bar, exit = 0) => ({
      name: `revento ${args.join(' ')}`,
      command: [process.execPath, program, ...args],
      env,
      bar,
      exit,
    });
    const own = [
      { name: bare, command: [process.execPath, '-e', '0'] },
      revento(['--version'], 1.1),
      revento(['--help'], 1.3),
      revento(['webhook', 'listen', '--help'], 1.6),
      revento(['participants', 'list', '--help'], 1.6),
      revento(['status'], 1.9),
      revento(['participants', 'list'], oneCallBar),
      revento(['__complete', 'webhook', '']),
    ];
    const failure = installPeers();
    const peers = ['gh', 'stripe', 'hookdeck', 'vercel', 'npm'].flatMap((name) => {
      const found = findPeer(name);
      if (found.missing) return [{ name, missing: failure ?? found.missing }];
      return ['--version', '--help'].map((flag) => ({
        name: `${name} ${flag}`,
        command: [found.path, flag],
        env: quiet,
        exit: 'any',
      }));
    });
    return await race({ title, rounds, baseline: bare, contestants: [...own, ...(await working(peers))] });
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** One login, stored as in a CI job: from a token response on standard input, without a request. */
function logIn(env) {
  const token = (kind) => `rev_${kind}_${randomBytes(24).toString('base64url')}`;
  const answer = {
    access_token: token('install'),
    refresh_token: token('refresh'),
    token_type: 'Bearer',
    // Not near its end while this runs: then each command would try to refresh it.
    expires_in: 86_400,
    refresh_expires_in: 7_776_000,
    scope: 'event.read participants.read program.read',
    event_id: 'evt_test_published',
    organization_id: 'org_bench',
  };
  const { status, stderr } = spawnSync(process.execPath, [program, 'login', '--with-token'], {
    env: { ...process.env, ...env },
    input: JSON.stringify(answer),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`login ended with ${status}: ${stderr}`);
}

/** A minimal read API on loopback that serves one page of participants. */
async function servePage() {
  const rows = Array.from({ length: 25 }, (_none, index) => ({
    id: `ptp_${index}`,
    user_id: `usr_${index}`,
    application_status: 'approved',
    role: 'attendee',
    custom_form_fields: { favorite_track: 'Robotics', dietary_notes: null },
    last_reviewed_at: '2026-01-01T00:00:00Z',
    last_review_action: 'approved',
  }));
  const body = JSON.stringify({ data: rows, next_cursor: null, has_more: false });
  const server = createServer((_request, response) => {
    // Without X-RateLimit headers, because this measures the start, not the pacing.
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** A peer that is installed but can't run here counts as missing. */
async function working(peers) {
  const checked = [];
  for (const peer of peers) {
    if (peer.missing) checked.push(peer);
    else
      checked.push(
        await timeOf(peer).then(
          () => peer,
          (error) => ({ name: peer.name, missing: error.message }),
        ),
      );
  }
  return checked;
}

await runAlone(import.meta, run);
