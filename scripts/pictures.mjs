// Generates docs/pictures: the real output of the built program on a terminal of 90 columns, and its pages in a
// browser. Run it with `npm run pictures`; it starts its own sandbox and needs `script` (bsdutils), Chromium, and fonts
// for the names of people (fonts-noto-core, fonts-noto-cjk).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { photographConsent } from './pictures/consent.mjs';
import { photographConsole } from './pictures/console.mjs';
import { photographDeliveries } from './pictures/deliveries.mjs';
import { draw } from './pictures/draw.mjs';

const root = join(import.meta.dirname, '..');
const words = [process.execPath, join(root, 'bin/revento.js')];
const program = words.join(' ');
const folder = join(root, 'docs/pictures');
const columns = 90;

/** Listens until Ctrl-C, as a user would: conditions or an event program would be visible. */
const listenWhile = (flags, sending) =>
  `(until ${program} ${sending}; do sleep 0.1; done) >/dev/null 2>&1 & timeout --foreground -s INT 5 ${program} webhook listen ${flags} || test $? -eq 124`;

const cases = 'wrong-secret,stale,future,timestamp-nan,duplicate,twenty-at-once';

const pictures = [
  {
    name: 'list',
    shown: 'participants list --limit 6',
    run: `${program} participants list --limit 6 2>/dev/null`,
    title: 'Six participants in a table: id, name, email, status, role and time of review',
  },
  {
    name: 'listen',
    shown: 'webhook listen --forward 3000',
    run: listenWhile('--forward 3000', 'webhook trigger application.approved'),
    title: 'A delivery is received, verified and forwarded; the handler answered 204',
  },
  {
    name: 'rejected',
    shown: 'webhook listen',
    // The sender gets 401, as intended.
    run: listenWhile('', 'webhook trigger application.approved --fault stale 2>&1 | grep -q 401'),
    title: 'A delivery is rejected with 401; the reason is stale_timestamp, and a hint says how old it is',
  },
  {
    name: 'check',
    shown: `webhook check 3000 --only ${cases}`,
    run: `${program} webhook check 3000 --only ${cases} || test $? -eq 3`,
    title: 'Five cases passed; a timestamp ten minutes ahead was accepted, with the reason and the fix',
  },
];

// A handler with one mistake: it checks how old a delivery is, but not whether it is in the future. It runs in its own
// process, because this one is blocked while a picture is taken.
const { stdout: receiver } = spawnSync(words[0], [words[1], 'help', 'webhooks', '-q', '.node'], { encoding: 'utf8' });
const mistaken = receiver.replace(/Math\.abs\((.+)\) > toleranceSeconds/, '$1 > toleranceSeconds');
if (mistaken === receiver) throw new Error('the age check of the receiver has changed');
const handlerFile = join(process.env.REVENTO_CONFIG_DIR, 'handler.mjs');
await mkdir(process.env.REVENTO_CONFIG_DIR, { recursive: true });
await writeFile(handlerFile, mistaken);
const handler = spawn(process.execPath, [handlerFile], { stdio: 'ignore' });
process.once('exit', () => handler.kill());
await served('http://localhost:3000');

await mkdir(folder, { recursive: true });
await photographConsent(words, join(folder, 'consent.png'));
await photographDeliveries(words, folder);
await photographConsole(words, folder);
const login = spawn('sh', ['-c', `${program} login`], { stdio: 'ignore' });
const [status] = await once(login, 'close');
if (status !== 0) throw new Error(`the login ended with ${status}`);
for (const { name, shown, run, title } of pictures) {
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols ${columns} rows 40; ${run}`, '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color', TZ: 'UTC' },
  });
  if (status !== 0) throw new Error(`${shown} ended with ${status}: ${stdout}`);
  await writeFile(join(folder, `${name}.svg`), draw(`revento ${shown}`, stdout, title));
}
handler.kill();

/** Waits until a server answers at the URL. */
async function served(url) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${url}`);
}
