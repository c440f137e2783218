import type { Stage } from './stage.ts';

const syncs = 20;
const rounds = 3;
const scope = 'event.read participants.read program.read';

/** What many syncs on an expired token led to, round by round. */
export interface Race {
  readonly refreshes: number;
  /** Of the syncs, each one once. */
  readonly statuses: readonly (number | null)[];
}

/** Many syncs at once on an expired token, spread over processes that share the data directory. */
export async function race(stage: Stage, processes: number): Promise<readonly Race[]> {
  const ports = [await stage.launch()];
  while (ports.length < processes) ports.push(await stage.launch(true));
  await stage.connect(scope);
  const races: Race[] = [];
  for (let round = 0; round < rounds; round++) {
    await stage.expire();
    const before = stage.tokenRequests();
    const all = Array.from({ length: syncs }, (_, index) => stage.sync(ports[index % processes]));
    const statuses = [...new Set(await Promise.all(all))];
    const after = stage.tokenRequests();
    races.push({ refreshes: after.answered + after.refused - before.answered - before.refused, statuses });
  }
  for (const port of ports) await stage.kill(port);
  return races;
}

/** What has to come of it. */
export const oneRefreshEach: readonly Race[] = Array.from({ length: rounds }, () => ({
  refreshes: 1,
  statuses: [200],
}));
