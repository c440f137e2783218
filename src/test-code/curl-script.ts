import { bodyCommand, headerWords } from './curl.ts';
import { quoted } from './literals.ts';
import { snakeCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** A script of curl commands that prints TAP, for any POSIX shell; it also needs openssl. */
export function asCurlScript({ url, key, cases, changed }: TestFile): string {
  return `#!/bin/sh
# Deliveries recorded by revento. To run the tests, start your handler, then:
#   ${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}sh webhook.sh
set -eu

url=${quoted(url)}
[ -z "\${WEBHOOK_URL:-}" ] || url=$WEBHOOK_URL
count=0
failed=0
${changed === null ? '' : signing(key)}
# test_delivery NAME STATUS SIGNED BODY CURL-OPTION...
# Sends what the function BODY prints. Signs what the function SIGNED prints, with the current time; - signs nothing.
test_delivery() {
  name=$1 wanted=$2 signed=$3 body=$4
  shift 4
  if [ "$signed" != - ]; then
    timestamp=$(date +%s)
    signature=$({ printf '%s.' "$timestamp"; "$signed"; } | hmac)
    set -- "$@" -H "X-Revento-Timestamp: $timestamp" -H "X-Revento-Signature: sha256=$signature"
  fi
  status=$("$body" | curl -sS -g -o /dev/null -w '%{http_code}' --max-time 10 "$@" --data-binary @- "$url") || status=none
  count=$((count + 1))
  case $status in
    $wanted) echo "ok $count - $name" ;;
    *)
      echo "not ok $count - $name: answered $status, want $wanted"
      failed=1
      ;;
  esac
}
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}
echo "1..$count"
exit "$failed"
`;
}

/** HMAC made of plain SHA-256: programs that take the secret as an argument would show it to other users. */
function signing(key: string | null): string {
  return `secret=\${REVENTO_WEBHOOK_SECRET${key === null ? ':?is not set' : `:-${quoted(key)}`}}

sha256() { openssl dgst -sha256 -binary; }

# The two blocks of HMAC, as octal escapes. The secret is never an argument: other users could read it there.
set -- $(printf %s "$secret" | od -An -v -tu1)
[ $# -le 64 ] || set -- $(printf %s "$secret" | sha256 | od -An -v -tu1)
while [ $# -lt 64 ]; do set -- "$@" 0; done
inner='' outer=''
for byte in "$@"; do
  inner=$inner\\\\$(printf %03o $((byte ^ 54)))
  outer=$outer\\\\$(printf %03o $((byte ^ 92)))
done

hmac() { { printf "$outer"; { printf "$inner"; cat; } | sha256; } | sha256 | od -An -v -tx1 | tr -d ' \\n'; }
`;
}

function testOf(one: TestCase): string {
  const wanted = one.status ?? "'2??'";
  // Line breaks in the script itself could be changed by Git.
  const text = one.text === null || /[\n\t]/.test(one.text) ? null : one.text;
  return `
body_${snakeCase(one)}() { ${bodyCommand(text, one.base64)}; }
test_delivery ${quoted(one.title)} ${wanted} ${one.isSigned ? `body_${snakeCase(one)}` : '-'} body_${snakeCase(one)}${optionsOf(one)}
`;
}

function changedTest(one: TestCase): string {
  return `
changed_body() { body_${snakeCase(one)}; printf ' '; }
test_delivery 'a changed body' 401 body_${snakeCase(one)} changed_body${optionsOf(one)}
`;
}

function optionsOf({ headers }: TestCase): string {
  return headerWords(headers)
    .map((word) => ` \\\n  -H ${word}`)
    .join('');
}
