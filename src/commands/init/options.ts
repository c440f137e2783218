import type { GlobalOptions } from '../../command-kit/globals.ts';
import type { ReportFormat } from '../shared/report-form.ts';

/** The flags, as commander leaves them. */
export interface InitOptions extends GlobalOptions {
  readonly language?: string;
  readonly dir?: string;
  readonly framework?: string;
  readonly force?: boolean;
  readonly install: boolean;
  readonly list?: boolean;
  readonly check?: string;
  readonly format?: ReportFormat;
}
