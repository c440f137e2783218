import { serve } from '@hono/node-server';
import { judge } from './judge.mjs';

/** A route handler as Next.js takes it: a web Request in, a web Response out. */
async function POST(request) {
  const raw = Buffer.from(await request.arrayBuffer());
  const mistake = new URL(request.url).pathname.slice(1);
  const [status, word] = judge(mistake, (name) => request.headers.get(name) ?? undefined, raw);
  return new Response(word, { status });
}

serve({ fetch: POST, port: Number(process.env.PORT), hostname: '127.0.0.1' });
