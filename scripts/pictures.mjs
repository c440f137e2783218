// Draws docs/pictures/*.svg: what the built program really prints, on a terminal of 90 columns. Run it with
// `npm run pictures`; it starts a sandbox of its own and needs `script` (bsdutils).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const program = `${process.execPath} ${join(root, 'bin/revento.js')}`;
const columns = 90;
const colors = { 31: '#f87171', 32: '#4ade80', 33: '#facc15', 34: '#60a5fa', 36: '#22d3ee', 90: '#94a3b8' };

const pictures = [
  { name: 'list', shown: 'participants list --limit 6', run: `${program} participants list --limit 6 2>/dev/null` },
  { name: 'status', shown: 'status', run: `${program} status` },
  {
    name: 'listen',
    shown: 'webhook listen --forward 3000',
    // Ended by Ctrl-C, as somebody would: conditions and a program of its own would show.
    run: `(until ${program} webhook trigger application.approved; do sleep 0.1; done) >/dev/null 2>&1 & timeout --foreground -s INT 5 ${program} webhook listen --forward 3000 || test $? -eq 124`,
  },
];

// A process of its own: this one waits for each picture without answering anybody.
const handler = spawn(
  process.execPath,
  ['-e', `require('node:http').createServer((_, answer) => answer.end()).listen(3000, () => console.log('ready'))`],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
process.once('exit', () => handler.kill());
await once(handler.stdout, 'data');
const login = spawnSync('sh', ['-c', `${program} login`], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
if (login.status !== 0) throw new Error(`no login: ${login.stderr}`);
await mkdir(join(root, 'docs/pictures'), { recursive: true });
for (const { name, shown, run } of pictures) {
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols ${columns} rows 40; ${run}`, '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color', TZ: 'UTC' },
  });
  if (status !== 0) throw new Error(`${shown} ended with ${status}`);
  await writeFile(join(root, `docs/pictures/${name}.svg`), draw(`revento ${shown}`, lines(stdout)));
}

handler.kill();

/** Screen lines as runs of text with their colour; a spinner's rewriting is dropped, its last state counts. */
function lines(output) {
  let style = {};
  return output
    .replaceAll(/\x1b\[\?25[lh]|\x1b\[\d*[A-HJKG]/g, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => {
      const runs = [];
      for (const [, codes, text] of line.replace(/^.*\r/, '').matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
        if (text !== undefined) runs.push({ ...style, text });
        else for (const code of (codes || '0').split(';').map(Number)) style = restyled(style, code);
      }
      return runs;
    });
}

function restyled(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: undefined };
  return code in colors ? { ...style, color: colors[code] } : style;
}

function draw(command, rows) {
  const [cell, line, edge] = [8.4, 20, 20];
  const all = [
    [
      { text: '$ ', dim: true },
      { text: command, bold: true },
    ],
    ...rows,
  ];
  const width = Math.max(...all.map((runs) => runs.reduce((sum, { text }) => sum + text.length, 0))) * cell + 2 * edge;
  const height = all.length * line + 2 * edge;
  const spans = all.map((runs, index) => {
    const inside = runs.map(({ text, color, bold, dim }) => {
      const attributes = `${color ? ` fill="${color}"` : ''}${bold ? ' font-weight="700"' : ''}${dim ? ' opacity=".6"' : ''}`;
      return `<tspan${attributes}>${text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`)}</tspan>`;
    });
    return `<text x="${edge}" y="${edge + 14 + index * line}" xml:space="preserve">${inside.join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14" fill="#e2e8f0"><rect width="100%" height="100%" rx="10" fill="#0f172a"/>${spans.join('')}</svg>\n`;
}
