import { describe, expect, it, onTestFinished } from 'vitest';
import { lackOf, withReason } from '../support/needs.ts';
import { StarterRig } from '../support/starter-rig.ts';

interface Row {
  readonly language: string;
  readonly framework: string;
  readonly test: readonly string[];
  /** What has nothing to say about it: formatter and linter. */
  readonly style?: string;
  readonly build?: string;
  readonly lack: string | null;
}

const rows: readonly Row[] = [
  { language: 'node', framework: 'express', test: ['npm', 'test'], lack: null },
  { language: 'python', framework: 'flask', test: ['python3', '-m', 'unittest'], lack: lackOf('python starter') },
  {
    language: 'go',
    framework: 'net/http',
    test: ['go', 'test'],
    style: 'gofmt -l . && go vet ./...',
    build: 'go build -o revento-integration .',
    lack: lackOf('go'),
  },
  {
    language: 'ruby',
    framework: 'sinatra',
    test: ['ruby', 'test/all.rb'],
    style: 'for file in *.rb test/*.rb; do ruby -wc "$file" >/dev/null; done',
    lack: lackOf('ruby starter'),
  },
];

describe.each(rows)('the starter in $language with $framework', ({ language, framework, test, style, build, lack }) => {
  it.skipIf(lack !== null)(
    withReason('passes its own tests, and does at a sandbox what the guide asks', lack),
    async () => {
      const rig = await StarterRig.make(language, framework);
      onTestFinished(() => rig.close());
      if (style !== undefined) {
        expect(rig.command(['sh', '-c', style])).toEqual({ status: 0, stdout: '', stderr: '' });
      }
      const { status, stdout, stderr } = rig.tests(test);
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/, 0 broken, /) });
    },
  );

  it.skipIf(lack !== null)(withReason('holds every rule of certify, and none goes unseen', lack), async () => {
    const rig = await StarterRig.make(language, framework);
    onTestFinished(() => rig.close());
    if (build !== undefined) expect(rig.command(['sh', '-c', build])).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = rig.certify();
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { cases, ...counts } = JSON.parse(stdout) as { cases: { outcome: string }[] };
    expect(counts).toMatchObject({ warned: 0, failed: 0, skipped: 0 });
    expect(cases.length).toBeGreaterThan(100);
  });
});
