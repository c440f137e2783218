import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { judge } from './judge.mjs';

const app = new Hono();
app.post('/:mistake', async (context) => {
  const raw = Buffer.from(await context.req.arrayBuffer());
  const [status, word] = judge(context.req.param('mistake'), (name) => context.req.header(name), raw);
  return context.text(word, status);
});
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
