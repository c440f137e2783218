// The server of the read benchmarks, a separate process: it fetches the pages of a real sandbox once and replays them
// from memory, so that its own work is the same few microseconds for every contestant.
//
// Each answer has the API's `next_cursor`, and the `Link` header that gh follows instead.
//
//   node server.mjs UPSTREAM_PAGE_URL      with the access token in TOKEN; prints its URL when it is ready
import { createServer } from 'node:http';
import { argv, env } from 'node:process';

const upstream = argv[2];
const headers = { Authorization: `Bearer ${env.TOKEN}`, Accept: 'application/vnd.revento.v1+json' };
const pages = new Map();

let cursor = '';
do {
  const url = `${upstream}?limit=50${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}`);
  const body = Buffer.from(await answer.arrayBuffer());
  const { next_cursor: next } = JSON.parse(body.toString('utf8'));
  pages.set(cursor, { body, next });
  cursor = next ?? '';
} while (cursor !== '');

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const page = pages.get(url.searchParams.get('cursor') ?? '');
  if (page === undefined) return response.writeHead(404).end();
  const next = new URL(
    `http://${request.headers.host}${url.pathname}?limit=50&cursor=${encodeURIComponent(page.next)}`,
  );
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': page.body.length,
    ...(page.next === null ? {} : { Link: `<${next}>; rel="next"` }),
  });
  response.end(page.body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
