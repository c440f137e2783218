// A careful script written by hand: undici, one page after the other, parse, write the rows of a page at once.
//
//   node bare.mjs API_BASE EVENT [ROWS]      with the access token in REVENTO_ACCESS_TOKEN
import { once } from 'node:events';
import { argv, env, stdout } from 'node:process';
import { request } from 'undici';

const [, , base, event, rows = 'Infinity'] = argv;
const headers = {
  Authorization: `Bearer ${env.REVENTO_ACCESS_TOKEN}`,
  Accept: 'application/vnd.revento.v1+json',
};
let left = Number(rows);
let cursor = '';
do {
  const url = `${base}/events/${event}/participants?limit=${Math.min(50, left)}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
  const { statusCode, body } = await request(url, { headers });
  if (statusCode !== 200) throw new Error(`${url} was answered ${statusCode}`);
  const page = await body.json();
  const text = page.data.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (!stdout.write(text)) await once(stdout, 'drain');
  left -= page.data.length;
  cursor = page.has_more ? page.next_cursor : '';
} while (cursor !== '' && left > 0);
