package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// answering has Revento give one answer to every request.
func answering(t *testing.T, body string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, body)
	}))
	before := config
	config.authBase, config.apiBase = server.URL, server.URL
	t.Cleanup(func() {
		server.Close()
		config = before
	})
}

var isRefusal = regexp.MustCompile(`"unexpected_answer \(200\), request [\da-f-]+"`)

func TestAPageThatIsNotOneFailsTheSyncAndLosesNothing(t *testing.T) {
	for _, page := range []string{
		`{"data":[{"id":"p1"}]}`, `{"data":[{"id":"p1"}],"has_more":null}`, `{"data":[{"id":"p1"}],"has_more":"no"}`,
		`{"data":null,"has_more":false}`, `{"data":{},"has_more":false}`, `{"data":["p1"],"has_more":false}`, `{"data":[null],"has_more":false}`,
		`{"data":[],"has_more":true}`, `{"data":[],"has_more":true,"next_cursor":5}`, `[]`,
	} {
		inOwnDir(t)
		answering(t, page)
		connected := login{EventID: "evt_odd", OrganizationID: "org_1", AccessToken: "a1", RefreshToken: "r1", Scope: "participants.read"}
		store(connected)
		ids := event{EventID: connected.EventID, OrganizationID: connected.OrganizationID, OccurredAt: "2026"}
		ids.Type, ids.Data = "participant.joined", object(`{"id":"p0"}`)
		work(ids, "one")
		status, logged := asked(t, "POST", "/sync")
		if status != 502 || strings.Contains(logged, "p1") || !isRefusal.MatchString(logged) {
			t.Errorf("%s: %d, logged %s", page, status, logged)
		}
		if rows, err := participants(connected.EventID); len(rows) != 1 || rows[0].text("id") != "p0" {
			t.Errorf("%s: %v, %v", page, rows, err)
		}
	}
}

func TestALongPauseIsLimited(t *testing.T) {
	sent := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", sent)
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	before := config.apiBase
	config.apiBase = server.URL
	defer func() { config.apiBase = before }()
	gate := gate{places: make(chan struct{}, 1)}
	for value, pause := range map[string]time.Duration{
		"2": 2 * time.Second, "9999999999": time.Hour, "9223372036854775807": time.Hour, "-5": 0, "soon": 0,
	} {
		sent = value
		if got := gate.send(login{}, "/"); got.retryAfter != pause {
			t.Errorf("%s: %v", value, got)
		}
	}
}

func TestAnOddAnswerLosesNoTokens(t *testing.T) {
	for _, answer := range []string{
		`{"access_token":"a2","refresh_token":"r2"}`,
		`{"access_token":"a2","refresh_token":"r2","expires_in":"soon","scope":["event.read"],"organization_id":5}`,
		`{"access_token":"a2","refresh_token":"r2","expires_in":null,"scope":null,"event_id":{}}`,
	} {
		inOwnDir(t)
		answering(t, answer)
		spent := login{EventID: "evt_1", OrganizationID: "org_1", AccessToken: "a1", RefreshToken: "r1", Scope: "event.read"}
		store(spent)
		found, err := refreshed(spent, requestTokens)
		spent.AccessToken, spent.RefreshToken = "a2", "r2"
		if err != nil || found != spent {
			t.Errorf("%s: %v, %v", answer, found, err)
		}
	}
}

func TestTokensThatNameNoConnectionAreNotStored(t *testing.T) {
	for _, ids := range []string{
		"", `,"user_id":"usr_1"`, `,"event_id":"evt_1"`, `,"organization_id":"org_1"`, `,"event_id":5,"organization_id":"org_1"`,
	} {
		inOwnDir(t)
		answering(t, `{"access_token":"secret","refresh_token":"secret"`+ids+"}")
		address, cookie := begin("evt_1")
		sent, _ := url.Parse(address)
		request := httptest.NewRequest("GET", "/callback?code=c&state="+sent.Query().Get("state"), nil)
		request.AddCookie(attemptCookie(cookie, 600))
		recorder := httptest.NewRecorder()
		serve(recorder, request)
		if files, _ := os.ReadDir(loginsDir()); recorder.Code != 400 || len(files) > 0 {
			t.Errorf("%s: %d, %v", ids, recorder.Code, files)
		}
	}
}

func TestAPortThatIsNotOneEndsTheStart(t *testing.T) {
	for port, isOne := range map[string]bool{
		"": true, " 3000 ": true, "65535": true, "0": false, "65536": false, "-1": false, "http": false,
	} {
		start := exec.Command(os.Args[0], "-test.run=^$")
		start.Env = append(os.Environ(), "PORT="+port, "DATA_DIR="+t.TempDir())
		if !isOne {
			start.Env = append(start.Env, isStart+"=yes")
		}
		output, err := start.CombinedOutput()
		if hasEnded := err != nil; hasEnded == isOne || !isOne && !strings.Contains(strings.ToLower(string(output)), "port") {
			t.Errorf("%q: %v, %s", port, err, output)
		}
	}
}
