import { doubleQuoted, type RecordedTest } from './recorded-test.ts';

/** A test for `go test`, with Go's standard library only. */
export function asGo({ url, type, contentType, text, base64 }: RecordedTest): string {
  const decode = text === null ? `base64.StdEncoding.DecodeString("${base64}")` : '';
  const body = text === null ? '' : `[]byte(${doubleQuoted(text)})`;
  return `// A delivery of ${type}, recorded by revento. To run it, start your handler, then:
//
//	REVENTO_WEBHOOK_SECRET=... go test webhook_test.go
package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
${text === null ? '	"encoding/base64"\n' : ''}	"encoding/hex"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

${text === null ? `var body, _ = ${decode}` : `var body = ${body}`}

func deliver(t *testing.T, sent []byte) int {
	t.Helper()
	url := os.Getenv("WEBHOOK_URL")
	if url == "" {
		url = "${url}"
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(os.Getenv("REVENTO_WEBHOOK_SECRET")))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest("POST", url, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "${contentType}")
	request.Header.Set("X-Revento-Event", "${type}")
	request.Header.Set("X-Revento-Delivery-Id", hex.EncodeToString(id))
	request.Header.Set("X-Revento-Timestamp", timestamp)
	request.Header.Set("X-Revento-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestAcknowledgesTheDelivery(t *testing.T) {
	if status := deliver(t, body); status/100 != 2 {
		t.Errorf("answered %d, want 2xx", status)
	}
}

func TestRejectsAChangedBody(t *testing.T) {
	changed := append(append([]byte{}, body...), ' ')
	if status := deliver(t, changed); status != 401 {
		t.Errorf("answered %d, want 401", status)
	}
}
`;
}
