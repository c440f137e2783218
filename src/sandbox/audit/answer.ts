import { isoTime } from '../../text/time.ts';
import type { AuditFinding } from '../control/rows/audit.ts';
import type { FindingLine } from '../control/rows/log.ts';
import type { ShownBreach } from './judge.ts';
import type { NewBreach } from './news.ts';
import type { Audit } from './recorder.ts';
import { rules } from './rules.ts';

/** The verdict as the control API shows it: each finding with the texts of its rule. */
export function auditAnswer({ since, seen, findings }: Audit): {
  readonly since: string;
  readonly seen: number;
  readonly findings: readonly AuditFinding[];
} {
  return {
    since: isoTime(since) ?? '',
    seen,
    findings: rules.flatMap(({ id, title, level, why, fix, source, needs }) => {
      const found = findings.find(({ rule }) => rule === id);
      if (found === undefined) return [];
      const breaches = found.breaches.map(shown);
      const { verdict, count } = found;
      return [{ rule: id, title, level, verdict, count, breaches, why, fix, source, needs }];
    }),
  };
}

/** A breach as a line of the timeline, with the texts of its rule. */
export function findingLine({ rule: id, breach }: NewBreach): readonly FindingLine[] {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) return [];
  const { title, level, why, fix, source } = rule;
  const { what, requests } = shown(breach);
  const at = requests.at(-1)?.at ?? '';
  return [{ kind: 'finding', at, rule: id, title, level, what, requests, why, fix, source }];
}

function shown({ what, requests }: ShownBreach) {
  const lines = requests.map(({ number, at, line, requestId, deliveryId }) => {
    return { number, at: isoTime(at) ?? '', line, request_id: requestId, delivery_id: deliveryId };
  });
  return { what, requests: lines };
}
