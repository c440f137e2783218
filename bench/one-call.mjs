// One call of the API on a local server, from the shell's point of view.
import { execPath } from 'node:process';
import { oneCallBar, race, runAlone } from './kit.mjs';
import { findPeer, quiet } from './peers.mjs';
import { cleanEnv, revento, start } from './read/rig.mjs';

export const title = 'One API call';

export async function run({ rounds = 20 } = {}) {
  const rig = await start(50);
  try {
    const env = { ...cleanEnv(), ...rig.login };
    const path = `/events/${rig.eventId}/participants`;
    const node = 'node -e 0';
    return await race({
      title,
      rounds,
      baseline: node,
      contestants: [
        { name: node, command: [execPath, '-e', '0'] },
        { name: 'revento api', command: [execPath, revento, 'api', path], env, bar: oneCallBar },
        {
          name: 'revento participants list',
          command: [execPath, revento, 'participants', 'list'],
          env,
          bar: oneCallBar,
        },
        {
          name: 'revento participants list, REVENTO_ACCESS_TOKEN',
          command: [execPath, revento, 'participants', 'list', '-e', rig.eventId],
          env: { ...env, REVENTO_ACCESS_TOKEN: rig.token },
        },
        gh(rig, path),
      ],
    });
  } finally {
    await rig.stop();
  }
}

function gh(rig, path) {
  const { path: program, missing } = findPeer('gh');
  if (missing) return { name: 'gh api', missing };
  return { name: 'gh api', command: [program, 'api', `${rig.apiBase}${path}`], env: { ...quiet, GH_TOKEN: 'none' } };
}

await runAlone(import.meta, run);
