package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Settings from the environment. All are checked at the start: a wrong one ends the start, not a request.
type settings struct {
	authBase, apiBase      string
	clientID, clientSecret string
	redirectURI, eventID   string
	webhookSecrets         [][]byte
	tokenKey               []byte
	dataDir, port          string
}

var config settings

func readSettings() settings {
	readEnvFile(".env")
	var problems []string
	required := func(name string) string {
		value := strings.TrimSpace(os.Getenv(name))
		if value == "" {
			problems = append(problems, "Set "+name+".")
		}
		return value
	}
	address := func(name string) string {
		value := required(name)
		if parsed, err := url.Parse(value); value != "" && (err != nil || parsed.Host == "") {
			problems = append(problems, name+" is not a URL.")
		}
		return value
	}
	found := settings{
		authBase:     strings.TrimRight(address("REVENTO_AUTH_BASE"), "/"),
		apiBase:      strings.TrimRight(address("REVENTO_API_BASE"), "/"),
		clientID:     required("REVENTO_CLIENT_ID"),
		clientSecret: required("REVENTO_CLIENT_SECRET"),
		redirectURI:  address("REVENTO_REDIRECT_URI"),
		eventID:      required("SANDBOX_EVENT_ID"),
		port:         valueOr(os.Getenv("PORT"), "3000"),
	}
	// While the signing secret is rotated, deliveries may be signed with either of the two.
	for _, secret := range []string{required("REVENTO_WEBHOOK_SECRET"), os.Getenv("REVENTO_WEBHOOK_SECRET_PREVIOUS")} {
		if secret != "" {
			found.webhookSecrets = append(found.webhookSecrets, []byte(secret))
		}
	}
	key, err := base64.StdEncoding.DecodeString(required("REVENTO_TOKEN_KEY"))
	if err != nil || len(key) != 32 {
		problems = append(problems, "Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32")
	}
	found.tokenKey = key
	// A directory for each API: what belongs to one is never sent to another, such as a sandbox.
	if parsed, err := url.Parse(found.apiBase); err == nil {
		found.dataDir = filepath.Join(valueOr(os.Getenv("DATA_DIR"), "data"), strings.ReplaceAll(parsed.Host, ":", "_"))
	}
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, strings.Join(problems, "\n"))
		os.Exit(1)
	}
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

var logLock sync.Mutex

// log writes one JSON line. Give it ids, never tokens and never what attendees entered.
func log(message string, more fields) {
	line := fields{"at": time.Now().UTC().Format(time.RFC3339Nano), "message": message}
	for name, value := range more {
		line[name] = value
	}
	logLock.Lock()
	defer logLock.Unlock()
	json.NewEncoder(os.Stdout).Encode(line)
}
