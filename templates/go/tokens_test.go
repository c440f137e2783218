package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
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

func renewed(map[string]string) (login, error) {
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
	sealed, _ := seal("secret", "one")
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
			found, err := refreshed(spent, func(form map[string]string) (login, error) {
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
	_, err := refreshed(spent, func(map[string]string) (login, error) { return login{}, &tokenError{"invalid_grant", false} })
	_, later := loginFor("evt_ended")
	if !errors.Is(err, errLoginEnded) || !errors.Is(later, errLoginEnded) {
		t.Errorf("%v, %v", err, later)
	}
}

func TestARefreshThatReventoNeverGotIsSentAgain(t *testing.T) {
	spent := stored(t, "evt_unused")
	if _, err := refreshed(spent, func(map[string]string) (login, error) { return login{}, &tokenError{"unreachable", true} }); err == nil {
		t.Error("no error")
	}
	if found, err := refreshed(spent, renewed); err != nil || found.AccessToken != "a2" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestADeletionDuringARefreshWins(t *testing.T) {
	spent := stored(t, "evt_deleted")
	_, err := refreshed(spent, func(form map[string]string) (login, error) {
		end(spent.EventID, spent.OrganizationID, deletion)
		return renewed(form)
	})
	_, later := loginFor("evt_deleted")
	if !errors.Is(err, errLoginEnded) || !errors.Is(later, errLoginEnded) {
		t.Errorf("%v, %v", err, later)
	}
}

func TestARefusedRefreshKeepsALoginThatWasMadeMeanwhile(t *testing.T) {
	spent := stored(t, "evt_again")
	found, err := refreshed(spent, func(map[string]string) (login, error) {
		store(login{EventID: spent.EventID, OrganizationID: spent.OrganizationID, AccessToken: "b1", RefreshToken: "s1"})
		return login{}, &tokenError{"invalid_grant", false}
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
	_, err := refreshed(spent, func(map[string]string) (login, error) {
		isRequested = true
		return login{}, nil
	})
	if err == nil || isRequested || exists(spent.claim()) {
		t.Errorf("%v, %v", err, isRequested)
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
	claim := stored(t, "evt_swept").claim()
	for path, one := range map[string]struct {
		age    time.Duration
		isKept bool
	}{
		filepath.Join(loginsDir(), "young.tmp"):   {0, true},
		filepath.Join(loginsDir(), "a.tmp"):       {2 * day, false},
		filepath.Join(mirrorOf("evt_1"), "b.tmp"): {2 * day, false},
		claim:                                 {90 * day, true}, // the token could be sent again
		filepath.Join(loginsDir(), "c.claim"): {101 * day, false},
		worked("once"):                        {2 * day, true},
		worked("long ago"):                    {31 * day, false},
	} {
		createOnce(path)
		then := time.Now().Add(-one.age)
		os.Chtimes(path, then, then)
		if err := sweep(); err != nil {
			t.Fatal(err)
		}
		if exists(path) != one.isKept {
			t.Errorf("%s: %v, not %v", path, !one.isKept, one.isKept)
		}
	}
}
