import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

it('keeps people out of everything that a CI log would keep', async () => {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}/webhooks/revento`;
  const path = "'/events/{event}/participants'";
  const script = `
    revento login || exit 9
    exec > log 2>&1
    revento participants list --redact
    revento participants list --redact --json --debug
    revento participants list --redact -o csv
    revento participants list --redact -o ndjson
    revento participants list --redact --jq '.[] | .id, .email'
    revento api ${path} --redact -f name=rvcanary --verbose
    revento api ${path} --redact --paginate --jq '.[].custom_form_fields'
    for form in table ndjson; do
      revento webhook listen --port ${port} --redact --print-body --debug -o $form --count 1 -- \\
        revento sandbox trigger application.approved
    done
    revento webhook listen --port ${port} --redact --jq '.body // empty' --count 1 -- \\
      revento sandbox trigger participant.registered
    echo done`;
  const sandbox = ['sandbox', 'exec', '--canaries', '--participants', '3', '--webhook-url', url];
  const { code } = await rig.run([...sandbox, '--', 'sh', '-c', script]);
  const log = readFileSync(join(rig.home, 'log'), 'utf8');
  expect([code, log.match(/rvcanary.*/g)]).toEqual([0, null]);
  expect(log).toContain('"application_status": "approved"');
  expect(log).toMatch(/"type":"delivery".*\[masked\]/);
  expect(log).toMatch(/\ndone\n$/);
});
