//go:build !windows

package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestATokenThatWasMarkedButNotSentIsSentLater(t *testing.T) {
	const nobody = 65534
	directory, err := os.MkdirTemp("/tmp", "revento-unflushed-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(directory)
	before := config.dataDir
	config.dataDir = directory
	defer func() { config.dataDir = before }()
	if os.Geteuid() == 0 { // who may read every directory
		os.Chown(directory, nobody, nobody)
		syscall.Setreuid(-1, nobody)
		defer syscall.Setreuid(-1, 0)
	}
	spent := stored(t, "evt_unflushed")
	os.Chmod(loginsDir(), 0o300) // it cannot be opened, and so not be flushed
	_, err = refreshed(spent, func(form url.Values) (login, error) {
		t.Error("it was sent although its mark may be lost")
		return renewed(form)
	})
	os.Chmod(loginsDir(), 0o700)
	if err == nil {
		t.Error("no error")
	}
	if found, err := refreshed(spent, renewed); err != nil || found.AccessToken != "a2" {
		t.Errorf("%v, %v", found, err)
	}
}

// Windows says of a file in the place of a directory that there is none.
func TestWhatCannotBeReadIsNotTakenForNothing(t *testing.T) {
	for name, one := range map[string]struct {
		request string
		spoil   func() error
	}{
		"logins": {"POST /sync", func() error { return os.WriteFile(loginsDir(), nil, 0o600) }},
		"one login": {"POST /sync?event=evt_unread", func() error {
			stored(t, "evt_read")
			return os.Mkdir(filepath.Join(loginsDir(), "unread.sealed"), 0o700)
		}},
		"the mirror": {"GET /participants?event=evt_unread", func() error {
			return firstOf(os.Mkdir(filepath.Dir(mirrorOf("")), 0o700), os.WriteFile(mirrorOf("evt_unread"), nil, 0o600))
		}},
	} {
		inOwnDir(t)
		if err := one.spoil(); err != nil {
			t.Fatal(err)
		}
		method, path, _ := strings.Cut(one.request, " ")
		if status, logged := asked(t, method, path); status != 500 || !strings.Contains(logged, "directory") {
			t.Errorf("%s: %d, logged %s", name, status, logged)
		}
	}
}

func TestADeliveryIsNotTakenWhileNobodyCanTellWhetherItWasWorked(t *testing.T) {
	inOwnDir(t)
	os.WriteFile(filepath.Dir(worked("")), nil, 0o600)
	if status := receive(signed("unknown", body, config.webhookSecrets[0], ago(0)), []byte(body)); status != 500 {
		t.Errorf("answered %d", status)
	}
	if err := writeSealed(inbox("unknown"), delivery{ID: "unknown"}); err != nil {
		t.Fatal(err)
	}
	workWaiting(func(event, string) error {
		t.Error("it was worked, perhaps a second time")
		return nil
	})
}
