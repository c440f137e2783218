// A child that writes down what it was given: its arguments and its environment. As a browser it also answers the
// consent page with a code of its own, the way a redirect would.
const { appendFileSync, readFileSync } = require('node:fs');

const [dumpFile, codeFile, url] = process.argv.slice(2);
appendFileSync(dumpFile, `${JSON.stringify({ argv: process.argv, env: process.env })}\n`);
if (url !== undefined) {
  const { searchParams } = new URL(url);
  const back = new URL(searchParams.get('redirect_uri'));
  back.searchParams.set('code', readFileSync(codeFile, 'utf8'));
  back.searchParams.set('state', searchParams.get('state'));
  fetch(back).then(
    (answer) => answer.text(),
    () => undefined,
  );
}
