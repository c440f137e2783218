import { isoTime } from '../../text/time.ts';
import type { AuditFinding } from '../control/rows/audit.ts';
import type { Audit } from './recorder.ts';
import { rules } from './rules.ts';

/** The verdict as the control API shows it: each finding with the words of its rule. */
export function auditAnswer({ seen, findings }: Audit): {
  readonly seen: number;
  readonly findings: readonly AuditFinding[];
} {
  return {
    seen,
    findings: rules.flatMap(({ id, title, level, why, fix, source, needs }) => {
      const found = findings.find(({ rule }) => rule === id);
      if (found === undefined) return [];
      const breaches = found.breaches.map(({ what, requests }) => ({
        what,
        requests: requests.map(({ number, at, line }) => ({ number, at: isoTime(at) ?? '', line })),
      }));
      const { verdict, count } = found;
      return [{ rule: id, title, level, verdict, count, breaches, why, fix, source, needs }];
    }),
  };
}
