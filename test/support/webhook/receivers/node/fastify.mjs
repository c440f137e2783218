import Fastify from 'fastify';
import { judge } from './judge.mjs';

const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/:mistake', (request, reply) => {
  const [status, word] = judge(request.params.mistake, (name) => request.headers[name], request.body);
  return reply.code(status).send(word);
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
