import { describe, expect, it, onTestFinished } from 'vitest';
import { lackOf, withReason } from '../support/needs.ts';
import { StarterRig } from '../support/starter-rig.ts';

const lackOfPython = lackOf('python starter');

const rows = [
  { language: 'node', framework: 'express', test: ['npm', 'test'], lack: null },
  { language: 'python', framework: 'flask', test: ['python3', '-m', 'unittest'], lack: lackOfPython },
];

describe.each(rows)('the starter in $language with $framework', ({ language, framework, test, lack }) => {
  it.skipIf(lack !== null)(
    withReason('passes its own tests, and does at a sandbox what the guide asks', lack),
    async () => {
      const rig = await StarterRig.make(language, framework);
      onTestFinished(() => rig.close());
      const { status, stdout, stderr } = rig.tests(test);
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/, 0 broken, /) });
    },
  );

  it.skipIf(lack !== null)(withReason('holds every rule of certify, and none goes unseen', lack), async () => {
    const rig = await StarterRig.make(language, framework);
    onTestFinished(() => rig.close());
    const { status, stdout, stderr } = rig.certify();
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { cases, ...counts } = JSON.parse(stdout) as { cases: { outcome: string }[] };
    expect(counts).toMatchObject({ warned: 0, failed: 0, skipped: 0 });
    expect(cases.length).toBeGreaterThan(100);
  });
});
