import Koa from 'koa';
import { judge } from './judge.mjs';

const app = new Koa();
app.use(async (context) => {
  const chunks = [];
  for await (const chunk of context.req) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  [context.status, context.body] = judge(context.path.slice(1), (name) => context.get(name) || undefined, raw);
});
app.listen(Number(process.env.PORT), '127.0.0.1');
