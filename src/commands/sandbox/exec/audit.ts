import { extname } from 'node:path';
import { scoreOf } from '../../../checks/result.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { fileError } from '../../../files/file-error.ts';
import { writeUserFile } from '../../../files/user-output.ts';
import { auditAnswer } from '../../../sandbox/audit/answer.ts';
import type { Audit } from '../../../sandbox/audit/recorder.ts';
import { readBaseline } from '../../shared/audit/baseline.ts';
import { type FileForm, reportBytes } from '../../shared/audit/bytes.ts';
import { auditReport, auditText, type Baseline } from '../../shared/audit/report.ts';

/** The flags, checked. */
interface AuditPlan {
  readonly baseline: Baseline;
  readonly file: { readonly path: string; readonly form: keyof typeof forms } | null;
}

/** The form of a report by the ending of its file. */
const forms = {
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.xml': 'junit',
  '.sarif': 'sarif',
  '.html': 'html',
  '.tap': 'tap',
  '.txt': 'text',
} as const satisfies Record<string, FileForm>;

/**
 * Reads the flags before anything is started; null when nothing is to be judged.
 *
 * @throws ReventoError `usage`, `file`
 */
export async function readAuditFlags(
  {
    audit,
    auditReport: path,
    baseline,
  }: { readonly audit?: boolean; readonly auditReport?: string; readonly baseline?: string },
  deps: Pick<Deps, 'signal'>,
): Promise<AuditPlan | null> {
  if (!audit && path === undefined && baseline === undefined) return null;
  const ending = path === undefined ? null : extname(path).toLowerCase();
  if (ending !== null && !Object.hasOwn(forms, ending)) {
    throw new ReventoError('usage', `--audit-report does not know the format of ${JSON.stringify(path)}.`, {
      hint: `use a file name that ends in one of ${Object.keys(forms).join(', ')}`,
    });
  }
  return {
    baseline: await readBaseline(baseline, deps),
    file: path === undefined ? null : { path, form: ending as keyof typeof forms },
  };
}

/**
 * Shows the verdict on stderr, because stdout belongs to the command, and writes the report.
 *
 * @returns whether no `must` rule is broken
 * @throws ReventoError `file`, `interrupted`
 */
export async function conclude(
  audit: Audit,
  { baseline, file }: AuditPlan,
  { terminal, signal }: Pick<Deps, 'signal' | 'terminal'>,
): Promise<boolean> {
  const { seen, findings } = auditAnswer(audit);
  const report = auditReport(findings, { command: 'revento sandbox exec --audit', baseline });
  terminal.notice(auditText(report, terminal.style));
  if (file !== null) {
    await writeUserFile(file.path, reportBytes(forms[file.form], report, seen), { mode: 0o644, signal }).catch(
      (error: unknown) => {
        throw fileError(`write ${file.path}`, error, 'give --audit-report a path in a directory you can write to');
      },
    );
  }
  return scoreOf(report.results).failed === 0;
}
