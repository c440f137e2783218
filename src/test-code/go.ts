import { byteQuoted, doubleQuoted } from './literals.ts';
import { camelCase, pascalCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for `go test`, with Go's standard library only. */
export function asGo({ url, key, cases, changed }: TestFile): string {
  const isEncoded = cases.some(({ text }) => text === null);
  return `// Deliveries recorded by revento. To run the tests, start your handler, then:
//
//	${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}go test -count=1 webhook_test.go
//
// Without -count=1, Go may repeat an earlier result of \`go test ./...\` and send nothing.
package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
${isEncoded ? '	"encoding/base64"\n' : ''}	"encoding/hex"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

// client does not follow redirects.
var client = &http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// deliver returns the status of the answer. It signs what is in signed, with the current time; nil leaves the headers
// as they are.
func deliver(t *testing.T, headers [][2]string, body, signed []byte) int {
	t.Helper()
	url := os.Getenv("WEBHOOK_URL")
	if url == "" {
		url = "${url}"
	}
	request, err := http.NewRequest("POST", url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		request.Header.Add(header[0], header[1])
	}
	if signed != nil {
		secret := os.Getenv("REVENTO_WEBHOOK_SECRET")
		if secret == "" {
			${key === null ? 't.Fatal("Set REVENTO_WEBHOOK_SECRET.")' : `secret = "${key}"`}
		}
		timestamp := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(timestamp + "."))
		mac.Write(signed)
		request.Header.Set("X-Revento-Timestamp", timestamp)
		request.Header.Set("X-Revento-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}
${isEncoded ? decoder : ''}${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}`;
}

const decoder = `
func decoded(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}
`;

function testOf(one: TestCase): string {
  const name = camelCase(one);
  const body = one.text === null ? `decoded("${one.base64}")` : `[]byte(${doubleQuoted(one.text)})`;
  const [condition, want] = one.status === null ? ['status/100 != 2', '2xx'] : [`status != ${one.status}`, one.status];
  return `
var ${name}Headers = [][2]string{
${one.headers.map(([header, value]) => `	{${byteQuoted(header)}, ${byteQuoted(value)}},\n`).join('')}}

var ${name}Body = ${body}

func Test${pascalCase(one)}(t *testing.T) {
	if status := deliver(t, ${name}Headers, ${name}Body, ${one.isSigned ? `${name}Body` : 'nil'}); ${condition} {
		t.Errorf("answered %d, want ${want}", status)
	}
}
`;
}

function changedTest(one: TestCase): string {
  const name = camelCase(one);
  return `
func TestRejectsAChangedBody(t *testing.T) {
	changed := append(append([]byte{}, ${name}Body...), ' ')
	if status := deliver(t, ${name}Headers, changed, ${name}Body); status != 401 {
		t.Errorf("answered %d, want 401", status)
	}
}
`;
}
