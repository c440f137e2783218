import { shellWord } from '../../errors/shell-word.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import * as code from '../../test-code/curl.ts';
import { testFile } from '../../test-code/test-file.ts';
import type { TestForm } from '../../test-code/test-forms.ts';
import { bytesOf } from './bytes.ts';
import type { DeliveryLine } from './wire.ts';

/** A curl command that sends the same headers and bytes. */
export function asCurl(line: DeliveryLine, url: string): string {
  return code.asCurl({ headers: headersOf(line), body: bytesOf(line) }, url);
}

/** A revento command that sends it again, with its recorded line on standard input. */
export function asRevento(line: DeliveryLine, url: string): string {
  return `printf '%s\\n' ${quoted(JSON.stringify(line))} | revento webhook replay - --to ${quoted(url)} --resign`;
}

/** Source code that sends the same body, signed at run time, and checks that the handler acknowledges it. */
export function asTest(form: TestForm, line: DeliveryLine, url: string): string {
  const { delivery_id: deliveryId, event, verified } = line;
  // Signing a forged delivery would make it genuine: it is sent as it came, and must be rejected.
  const delivery = { deliveryId, event, headers: headersOf(line), body: bytesOf(line), isSigned: verified };
  return form.write(testFile([{ ...delivery, status: verified ? null : 401 }], { url }));
}

function headersOf({ headers }: DeliveryLine): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
}

/** POSIX quotes on every platform: the commands use a pipe and printf. */
function quoted(text: string): string {
  return shellWord(text, 'linux');
}
