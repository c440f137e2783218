package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// inOwnDir gives a test an empty data directory.
func inOwnDir(t *testing.T) {
	before := config.dataDir
	config.dataDir = t.TempDir()
	t.Cleanup(func() { config.dataDir = before })
}

// asked gives the status of a request to the integration, and what it logged meanwhile.
func asked(t *testing.T, method, path string) (status int, logged string) {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = writer
	request, _ := http.NewRequest(method, server.URL+path, nil)
	response, err := server.Client().Do(request)
	os.Stdout = stdout
	writer.Close()
	text, _ := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode, string(text)
}

func isThere(t *testing.T, path string) bool {
	found, err := exists(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func listed(t *testing.T, eventID string) []row {
	found, err := participants(eventID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// object gives the data of a delivery.
func object(text string) (data row) {
	json.Unmarshal([]byte(text), &data)
	return data
}

func TestALoginThatCannotBeReadDoesNotHoldUpTheOthers(t *testing.T) {
	inOwnDir(t)
	kept := stored(t, "evt_read")
	os.Mkdir(filepath.Join(loginsDir(), "unread.sealed"), 0o700)
	if found, err := loginFor("evt_read"); err != nil || found != kept {
		t.Error(found, err)
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
	sent.Data = object(`{"id":"par_1"}`)
	if err := work(sent, "once"); err != nil || len(listed(t, "evt_rewritten")) != 1 {
		t.Error(err)
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
	stored(t, "evt_damaged")
	if _, err := loginFor("evt_damaged"); err != nil {
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
		if isThere(t, path) != one.isKept {
			t.Errorf("%s: %v, not %v", path, !one.isKept, one.isKept)
		}
	}
}
