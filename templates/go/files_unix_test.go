//go:build !windows

package main

import (
	"net/url"
	"os"
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
