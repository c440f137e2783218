import type { Resource } from '../../api/resources.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { JsonText } from '../../json/value.ts';

/** What is shown of a value. */
export type Mask = (value: JsonText) => JsonText;

/** With `--redact` without attendees' data, else as it came. */
export async function maskOf(resource: Resource | null, { redact }: Pick<GlobalOptions, 'redact'>): Promise<Mask> {
  if (redact !== true) return (value) => value;
  const { maskJson } = await import('../../pseudonyms/mask.ts');
  return ({ text }) => new JsonText(maskJson(text, resource?.published));
}
