package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	logger "log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// isStart is set in the environment of a process that is the program, not its tests.
const isStart = "IS_START"

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
	if os.Getenv(isStart) != "" {
		main()
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
