import { describe, expect, it, onTestFinished } from 'vitest';
import { StarterRig } from '../support/starter-rig.ts';

const rows = [{ language: 'node', framework: 'express', test: ['npm', 'test'] }];

describe.each(rows)('the starter in $language with $framework', ({ language, framework, test }) => {
  it('passes its own tests, and does at a sandbox what the guide asks', async () => {
    const rig = await StarterRig.make(language, framework);
    onTestFinished(() => rig.close());
    const { status, stdout, stderr } = rig.tests(test);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/, 0 broken, /) });
  });

  it('holds every rule of certify, and none goes unseen', async () => {
    const rig = await StarterRig.make(language, framework);
    onTestFinished(() => rig.close());
    const { status, stdout, stderr } = rig.certify();
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { cases, ...counts } = JSON.parse(stdout) as { cases: { outcome: string }[] };
    expect(counts).toMatchObject({ warned: 0, failed: 0, skipped: 0 });
    expect(cases.length).toBeGreaterThan(100);
  });
});
