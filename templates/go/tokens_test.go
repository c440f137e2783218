package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	logger "log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain gives the tests a directory and secrets of their own; at a sandbox, its settings.
func TestMain(m *testing.M) {
	os.Setenv("REVENTO_TOKEN_KEY", base64.StdEncoding.EncodeToString(randomBytes(32)))
	for name, value := range map[string]string{
		"REVENTO_AUTH_BASE":      "http://localhost:9",
		"REVENTO_API_BASE":       "http://localhost:9/api/v1",
		"REVENTO_CLIENT_ID":      "tests",
		"REVENTO_CLIENT_SECRET":  randomWord(),
		"REVENTO_WEBHOOK_SECRET": randomWord(),
		"REVENTO_REDIRECT_URI":   "http://localhost:3000/callback",
		"SANDBOX_EVENT_ID":       "evt_test_published",
	} {
		if os.Getenv(name) == "" {
			os.Setenv(name, value)
		}
	}
	config = readSettings()
	directory, err := os.MkdirTemp("", "revento-integration-")
	if err != nil {
		panic(err)
	}
	config.dataDir = directory
	status := m.Run()
	os.RemoveAll(directory)
	os.Exit(status)
}

func stored(t *testing.T, eventID string) login {
	one := login{EventID: eventID, OrganizationID: "org_1", AccessToken: "a1", RefreshToken: "r1 of " + eventID}
	if err := store(one); err != nil {
		t.Fatal(err)
	}
	return one
}

func renewed(url.Values) (login, error) {
	return login{AccessToken: "a2", RefreshToken: "r2"}, nil
}

func TestTokensAreEncryptedOnDisk(t *testing.T) {
	stored(t, "evt_sealed")
	paths, _ := filepath.Glob(filepath.Join(loginsDir(), "*.sealed"))
	for _, path := range paths {
		if data, _ := os.ReadFile(path); bytes.Contains(data, []byte("evt_sealed")) {
			t.Error("the file is readable")
		}
	}
	sealed := seal("secret", "one")
	value, err := unseal[string](sealed, "one")
	if _, failure := unseal[string](sealed, "another"); err != nil || value != "secret" || failure == nil {
		t.Error("a sealed value opens under its own name only")
	}
}

func TestTwentyRefreshOnce(t *testing.T) {
	spent := stored(t, "evt_single")
	requests := 0
	var callers sync.WaitGroup
	for count := 0; count < 20; count++ {
		callers.Add(1)
		go func() {
			defer callers.Done()
			found, err := refreshed(spent, func(form url.Values) (login, error) {
				requests++
				return renewed(form)
			})
			if err != nil || found.AccessToken != "a2" {
				t.Errorf("%v, %v", found, err)
			}
		}()
	}
	callers.Wait()
	if found, err := loginFor("evt_single"); requests != 1 || err != nil || found.RefreshToken != "r2" {
		t.Errorf("%d requests, %v", requests, err)
	}
}

func TestInvalidGrantEndsTheLogin(t *testing.T) {
	spent := stored(t, "evt_ended")
	_, err := refreshed(spent, func(url.Values) (login, error) { return login{}, tokenError{"invalid_grant", false} })
	_, later := loginFor("evt_ended")
	if !errors.Is(err, errLoginEnded) || !errors.Is(later, errLoginEnded) {
		t.Errorf("%v, %v", err, later)
	}
}

func TestARefreshThatReventoNeverGotIsSentAgain(t *testing.T) {
	spent := stored(t, "evt_unused")
	if _, err := refreshed(spent, func(url.Values) (login, error) { return login{}, tokenError{"unreachable", true} }); err == nil {
		t.Error("no error")
	}
	if found, err := refreshed(spent, renewed); err != nil || found.AccessToken != "a2" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestARefreshThatWasNeverAnsweredIsNotSentAgain(t *testing.T) {
	spent := stored(t, "evt_unanswered")
	refreshed(spent, func(url.Values) (login, error) { return login{}, tokenError{"unreachable", false} })
	_, err := refreshed(spent, func(url.Values) (login, error) {
		t.Error("it was sent again")
		return login{}, nil
	})
	if !errors.Is(err, errLoginEnded) {
		t.Error(err)
	}
}

func TestOnlyATokenThatCannotHaveBeenUsedIsSentAgain(t *testing.T) {
	type answer struct {
		status int
		body   string
	}
	given := answer{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if given.status == 0 {
			panic(http.ErrAbortHandler) // the connection is lost after the request
		}
		w.WriteHeader(given.status)
		io.WriteString(w, given.body)
	}))
	defer server.Close()
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = logger.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	asked := func(base string) bool {
		before := config.authBase
		config.authBase = base
		defer func() { config.authBase = before }()
		_, err := requestTokens(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r1"}})
		var refused tokenError
		return errors.As(err, &refused) && refused.isUnused
	}
	for name, one := range map[string]struct {
		answer   answer
		isUnused bool
	}{
		"a wrong secret":    {answer{401, `{"error":"invalid_client"}`}, true},
		"a wrong address":   {answer{404, "<html>"}, true},
		"a redirect":        {answer{301, ""}, true},
		"too many requests": {answer{429, `{"error":"rate_limited"}`}, true},
		"no service":        {answer{503, ""}, true},
		"a spent token":     {answer{400, `{"error":"invalid_grant"}`}, false},
		"a failure":         {answer{500, ""}, false},
		"half an answer":    {answer{200, `{"access_`}, false},
		"no answer":         {answer{}, false},
	} {
		given = one.answer
		if isUnused := asked(server.URL); isUnused != one.isUnused {
			t.Errorf("%s: %v", name, isUnused)
		}
	}
	for _, base := range []string{"http://localhost:9", untrusted.URL} {
		if !asked(base) {
			t.Errorf("%s got the token", base)
		}
	}
}

func TestARefreshTokenIsSentOnAConnectionOfItsOwn(t *testing.T) {
	var connections []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections = append(connections, r.RemoteAddr)
		io.WriteString(w, `{"access_token":"a2","refresh_token":"r2"}`)
	}))
	defer server.Close()
	before := config
	config.authBase, config.apiBase = server.URL, server.URL
	defer func() { config = before }()
	gate := gate{places: make(chan struct{}, 1)}
	gate.send(login{}, "/")
	requestTokens(url.Values{})
	requestTokens(url.Values{})
	if len(connections) != 3 || connections[0] == connections[1] || connections[1] == connections[2] {
		t.Error(connections)
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

func TestAnotherKeyEndsTheStart(t *testing.T) {
	if err := firstOf(checkDataDir(), checkDataDir()); err != nil {
		t.Fatal(err)
	}
	key := config.tokenKey
	config.tokenKey = randomBytes(32)
	err := checkDataDir()
	config.tokenKey = key
	if err == nil || !strings.Contains(err.Error(), "REVENTO_TOKEN_KEY") {
		t.Error(err)
	}
	if err := checkDataDir(); err != nil {
		t.Errorf("the right key was replaced: %v", err)
	}
}

func TestADamagedRowIsWrittenAgain(t *testing.T) {
	path := filepath.Join(mirrorOf("evt_rewritten"), fileName("evt_rewritten", "par_1")+".sealed")
	os.MkdirAll(filepath.Dir(path), 0o700)
	os.WriteFile(path, []byte("damaged"), 0o600)
	sent := event{Type: "participant.joined", OccurredAt: "2026", EventID: "evt_rewritten", OrganizationID: "org_1"}
	sent.Data = json.RawMessage(`{"id":"par_1"}`)
	if err := work(sent, "once"); err != nil || len(participants("evt_rewritten")) != 1 {
		t.Error(err)
	}
}

func TestADeletionDuringARefreshWins(t *testing.T) {
	spent := stored(t, "evt_deleted")
	_, err := refreshed(spent, func(form url.Values) (login, error) {
		store(spent.ended(deletion))
		return renewed(form)
	})
	_, later := loginFor("evt_deleted")
	if !errors.Is(err, errLoginEnded) || !errors.Is(later, errLoginEnded) {
		t.Errorf("%v, %v", err, later)
	}
}

func TestARefusedRefreshKeepsALoginThatWasMadeMeanwhile(t *testing.T) {
	spent := stored(t, "evt_again")
	found, err := refreshed(spent, func(url.Values) (login, error) {
		store(login{EventID: spent.EventID, OrganizationID: spent.OrganizationID, AccessToken: "b1", RefreshToken: "s1"})
		return login{}, tokenError{"invalid_grant", false}
	})
	if err != nil || found.AccessToken != "b1" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestWhatCannotBeKeptIsNotRequested(t *testing.T) {
	spent := stored(t, "evt_unwritable")
	lock := filepath.Join(config.dataDir, "locks", "logins")
	os.Remove(lock)
	os.Mkdir(lock, 0o700) // as on a full disk, nothing is written now
	defer os.Remove(lock)
	isRequested := false
	_, err := refreshed(spent, func(url.Values) (login, error) {
		isRequested = true
		return login{}, nil
	})
	if err == nil || isRequested {
		t.Errorf("%v, %v", err, isRequested)
	}
	os.Remove(lock)
	if found, err := refreshed(spent, renewed); err != nil || found.AccessToken != "a2" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestADamagedLoginDoesNotHoldUpTheOthers(t *testing.T) {
	stored(t, "evt_whole")
	damaged := stored(t, "evt_damaged")
	os.WriteFile(damaged.path(), []byte("damaged"), 0o600)
	defer os.Remove(damaged.path())
	if _, err := loginFor("evt_whole"); err != nil {
		t.Error(err)
	}
	if _, err := loginFor("evt_damaged"); !errors.Is(err, errLoginEnded) {
		t.Error(err)
	}
	if stored(t, "evt_damaged"); len(logins()) == 0 {
		t.Error("it cannot be connected again")
	}
}

func TestTheStartRemovesOnlyWhatKilledProcessesLeft(t *testing.T) {
	for path, one := range map[string]struct {
		age    time.Duration
		isKept bool
	}{
		filepath.Join(loginsDir(), "young.tmp"):   {0, true},
		filepath.Join(loginsDir(), "a.tmp"):       {2 * day, false},
		filepath.Join(mirrorOf("evt_1"), "b.tmp"): {2 * day, false},
		worked("once"):     {2 * day, true},
		worked("long ago"): {31 * day, false},
	} {
		createOnce(path)
		then := time.Now().Add(-one.age)
		os.Chtimes(path, then, then)
		sweep()
		if exists(path) != one.isKept {
			t.Errorf("%s: %v, not %v", path, !one.isKept, one.isKept)
		}
	}
}
