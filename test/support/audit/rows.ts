import { describe, expect, it } from 'vitest';
import { type AuditRig, auditRig } from './rig.ts';

type Play = (rig: AuditRig) => Promise<unknown>;
type RigOptions = Parameters<typeof auditRig>[0];

/** What an integration does, and what one rule says of it. */
interface RuleRow {
  readonly rule: string;
  readonly rig?: RigOptions;
  readonly held: Play;
  readonly broken: Play;
  /** Other rules that the same mistake breaks. */
  readonly also?: readonly string[];
  /** What looks like the mistake and is not, by name. */
  readonly calm?: Readonly<Record<string, Play | readonly [RigOptions, Play]>>;
  /** What gives no occasion to keep the rule or to break it, by name. */
  readonly unseen?: Readonly<Record<string, Play>>;
}

/** A test asks for more scopes than it uses. */
const besides = 'scopes-used';

/** Tests of each rule: held, broken and nothing else broken, and silent about what only looks like it. */
export function describeRules(rows: readonly RuleRow[]): void {
  describe.each(rows.map((row) => [row.rule, row] as const))('%s', (rule, row) => {
    it('is not seen where nothing happened', () => {
      expect(auditRig(row.rig).findings('not_seen')).toContain(rule);
    });

    it('is held by an integration that does it', async () => {
      const rig = auditRig(row.rig);
      await row.held(rig);
      expect(rig.findings('held')).toContain(rule);
      expect(broken(rig, rule)).toEqual([]);
    });

    it('is broken by one that does not, and no other is', async () => {
      const rig = auditRig(row.rig);
      await row.broken(rig);
      expect(broken(rig, rule)).toEqual([rule, ...(row.also ?? [])]);
    });

    for (const [name, calm] of Object.entries(row.calm ?? {})) {
      it(`is not broken by ${name}`, async () => {
        const [options, play] = typeof calm === 'function' ? [row.rig, calm] : calm;
        const rig = auditRig(options);
        await play(rig);
        expect(rig.findings('broken')).not.toContain(rule);
      });
    }

    for (const [name, play] of Object.entries(row.unseen ?? {})) {
      it(`is neither held nor broken by ${name}`, async () => {
        const rig = auditRig(row.rig);
        await play(rig);
        expect(rig.findings('not_seen')).toContain(rule);
      });
    }
  });
}

function broken(rig: AuditRig, tested: string): readonly string[] {
  return rig.findings('broken').filter((rule) => rule === tested || rule !== besides);
}
