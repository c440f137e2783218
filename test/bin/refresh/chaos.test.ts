import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Ended } from '../../support/program/running.ts';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

// `npm run chaos` asks for more of them, and another seed. The same seed gives the same decisions; the machine adds its
// own timing.
const rounds = Number(process.env['REVENTO_CHAOS_ROUNDS'] ?? 3);
const seed = Number(process.env['REVENTO_CHAOS_SEED'] ?? 1);
const processes = 12;
const mostKills = 6;

/**
 * A round may end in two ways only: the login works, or, when a process was killed between the server's answer and
 * the disk, every process says "run revento login" and no request follows.
 */
it(`processes that are killed at random moments of a refresh lose a login in the one clean way only (seed ${seed})`, {
  timeout: 60_000 + rounds * 10_000,
}, async () => {
  const random = generator(seed);
  const tally: Tally = { kills: 0, requests: 0, lost: 0 };
  for (let round = 1; round <= rounds; round++) {
    const rig = await RefreshRig.start();
    try {
      expect(await playRound(rig, random, tally), `round ${round}`).toEqual([]);
    } finally {
      await rig.close();
    }
  }
  // Else nothing was tried.
  expect(tally.kills).toBeGreaterThan(0);
  expect(tally.requests).toBeGreaterThanOrEqual(rounds);
  process.stdout.write(
    `${rounds} rounds: ${tally.kills} killed, ${tally.requests} requests, ${tally.lost} logins lost in flight\n`,
  );
});

interface Tally {
  kills: number;
  requests: number;
  /** Rounds in which the answer died with its process, and the login was ended in one clean way. */
  lost: number;
}

/** What was broken, in words. */
async function playRound(rig: RefreshRig, random: () => number, tally: Tally): Promise<string[]> {
  await rig.logIn();
  const [before, after] = [random() * 40, random() * 40];
  rig.server.twists.push({ before: () => delay(before), after: () => delay(after) });
  const [isAimed, killHolderAfterMs] = [random() < 0.5, random() * 300];
  // Every other round one kill is aimed: who holds the lock is the one with something to lose.
  if (isAimed) void rig.server.nextRequest().then(() => setTimeout(() => killHolder(rig), killHolderAfterMs));
  const running = Array.from({ length: processes }, () => rig.start(['token']));
  for (const { child } of running.slice(0, isAimed ? mostKills - 1 : mostKills))
    setTimeout(() => child.kill('SIGKILL'), random() * 600);
  const ended = await Promise.all(running.map((each) => each.ended));

  const requestsBefore = rig.server.requests.length;
  const last = await rig.token();
  const again = await rig.token();
  const killed = ended.filter((each) => each.signal === 'SIGKILL').length;
  tally.kills += killed;
  tally.requests += rig.server.requests.length;
  if (last.code === 4) tally.lost++;
  return judge(rig, { ended, killed, last, again, requestsBefore });
}

interface Outcome {
  readonly ended: readonly Ended[];
  readonly killed: number;
  readonly last: Ended;
  readonly again: Ended;
  readonly requestsBefore: number;
}

function judge(rig: RefreshRig, { ended, killed, last, again, requestsBefore }: Outcome): string[] {
  const broken: string[] = [];
  const say = (what: string, { code, stderr }: Ended) => broken.push(`${what} (exit ${code}): ${stderr.trim()}`);
  if (last.code !== 0 && last.code !== 4) say('the login is neither good nor cleanly over', last);
  if (last.code === 0 && !rig.server.isGood(last.stdout.trim())) broken.push('a token was handed out that is not good');
  if (again.code !== last.code || again.stdout !== last.stdout) say('two runs in a row disagree', again);
  for (const each of ended) {
    if (each.signal === 'SIGKILL' || each.code === 0 || each.code === 5) continue;
    if (each.code !== 4 || last.code !== 4) say('a process failed that nobody touched', each);
  }
  const requests = rig.server.requests.length;
  if (last.code === 4 && killed === 0) broken.push('the login was lost and nobody was killed');
  if (requests > killed + 1) broken.push(`${requests} token requests after ${killed} kills`);
  if (requests > requestsBefore + 1) broken.push('more than one request after the round');
  if (/damaged|corrupt/.test([...ended, last, again].map((each) => each.stderr).join()))
    broken.push('the store is damaged');
  return broken;
}

/** Who holds the lock is written in it. It may be gone already: then nobody is killed. */
function killHolder(rig: RefreshRig): void {
  const lock = rig.path('installation-evt_1.lock');
  if (!existsSync(lock)) return;
  try {
    const { pid } = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number };
    if (rig.isChild(pid)) process.kill(pid, 'SIGKILL');
  } catch {
    // Released between the look and the reading, or ended between the reading and the kill.
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
