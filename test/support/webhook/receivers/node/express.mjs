import { createHmac } from 'node:crypto';
import { judge } from './judge.mjs';

const { default: express } = await import(process.env.RECEIVER_PACKAGE);
const app = express();
const receive = (raw) => (request, response) => {
  const [status, word] = judge(request.params.mistake, (name) => request.get(name), raw(request));
  response.status(status).send(word);
};

// A handler whose JSON parser runs first: what it hashes is an object.
app.post('/json-first', express.json(), express.raw({ type: 'application/json' }), (request, response) => {
  const mac = createHmac('sha256', process.env.RECEIVER_SECRET);
  mac.update(`${request.get('x-revento-timestamp')}.`).update(request.body);
  response.sendStatus(`sha256=${mac.digest('hex')}` === request.get('x-revento-signature') ? 200 : 401);
});
app.post(
  '/keeps-raw/:mistake',
  express.json({
    limit: '1mb',
    verify: (request, _response, raw) => {
      request.raw = raw;
    },
  }),
  receive((request) => request.raw),
);
app.post(
  '/:mistake',
  express.raw({ type: '*/*' }),
  receive((request) => request.body),
);
app.listen(Number(process.env.PORT), '127.0.0.1');
