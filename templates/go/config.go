package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Settings from the environment. All are checked at the start: a wrong one ends the start, not a request.
type settings struct {
	authBase, apiBase, redirectURI  string
	clientID, clientSecret, eventID string
	webhookSecrets                  []string
	tokenKey                        []byte
	dataDir, port                   string
}

var config settings

func readSettings() settings {
	readEnvFile(".env")
	defaults := map[string]string{"PORT": "3000", "DATA_DIR": "data"}
	var problems []string
	setting := func(name, form, what string) string {
		value := valueOr(strings.TrimSpace(os.Getenv(name)), defaults[name])
		if !regexp.MustCompile("^" + form + "$").MatchString(value) {
			problems = append(problems, fmt.Sprintf("Set %s to %s.", name, what))
		}
		return value
	}
	address := func(name string) string {
		return setting(name, `https?://([\w.-]+|\[[\da-fA-F:]+])(:\d+)?(/[^\s%]*)?`, "a URL")
	}
	key := setting("REVENTO_TOKEN_KEY", "[A-Za-z0-9+/]{43}=", "32 random bytes in base64: openssl rand -base64 32")
	found := settings{
		authBase:       strings.TrimRight(address("REVENTO_AUTH_BASE"), "/"),
		apiBase:        strings.TrimRight(address("REVENTO_API_BASE"), "/"),
		clientID:       setting("REVENTO_CLIENT_ID", ".+", "the client ID from Revento"),
		clientSecret:   setting("REVENTO_CLIENT_SECRET", ".+", "the client secret from Revento"),
		redirectURI:    address("REVENTO_REDIRECT_URI"),
		eventID:        setting("SANDBOX_EVENT_ID", ".+", "the event to connect"),
		webhookSecrets: []string{setting("REVENTO_WEBHOOK_SECRET", ".+", "the signing secret from Revento")},
		port:           setting("PORT", `[1-9]\d{0,4}`, "a number, such as 3000"),
		dataDir:        setting("DATA_DIR", ".+", "a directory"),
	}
	// While the signing secret is rotated, deliveries may be signed with either of the two.
	if previous := strings.TrimSpace(os.Getenv("REVENTO_WEBHOOK_SECRET_PREVIOUS")); previous != "" {
		found.webhookSecrets = append(found.webhookSecrets, previous)
	}
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, strings.Join(problems, "\n"))
		os.Exit(1)
	}
	found.tokenKey = must(base64.StdEncoding.DecodeString(key))
	// A directory for each API: what belongs to one is never sent to another, such as a sandbox.
	found.dataDir = filepath.Join(found.dataDir, strings.ReplaceAll(must(url.Parse(found.apiBase)).Host, ":", "_"))
	return found
}

func valueOr(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// readEnvFile sets variables that are not set already.
func readEnvFile(path string) {
	text, _ := os.ReadFile(path) // there need not be one
	for _, line := range strings.Split(string(text), "\n") {
		name, value, isSetting := strings.Cut(line, "=")
		if _, isSet := os.LookupEnv(name); isSetting && !isSet && !strings.HasPrefix(name, "#") {
			os.Setenv(name, strings.Trim(strings.TrimSpace(value), `'"`))
		}
	}
}

type fields map[string]any

// log writes one JSON line. Give it ids, never tokens and never what attendees entered.
func log(message string, more fields) {
	line := fields{"at": time.Now().UTC().Format(time.RFC3339Nano), "message": message}
	for name, value := range more {
		line[name] = value
	}
	json.NewEncoder(os.Stdout).Encode(line) // in one write, so that lines do not mix
}
