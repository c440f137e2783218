package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/oauth2"
)

type page struct {
	Data       []json.RawMessage `json:"data"`
	NextCursor *string           `json:"next_cursor"`
	HasMore    bool              `json:"has_more"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func countRows(client *http.Client) int {
	rows := 0
	query := url.Values{"limit": {"25"}}
	for {
		answer, err := client.Get(os.Getenv("REVENTO_API_BASE") + "/events/" + os.Getenv("SANDBOX_EVENT_ID") + "/participants?" + query.Encode())
		must(err)
		var read page
		must(json.NewDecoder(answer.Body).Decode(&read))
		answer.Body.Close()
		rows += len(read.Data)
		if !read.HasMore {
			return rows
		}
		query.Set("cursor", *read.NextCursor)
	}
}

func main() {
	authBase := os.Getenv("REVENTO_AUTH_BASE")
	config := &oauth2.Config{
		ClientID:     os.Getenv("REVENTO_CLIENT_ID"),
		ClientSecret: os.Getenv("REVENTO_CLIENT_SECRET"),
		RedirectURL:  os.Getenv("REVENTO_REDIRECT_URI"),
		Scopes:       []string{"event.read", "participants.read", "program.read"},
		Endpoint: oauth2.Endpoint{
			AuthURL:   authBase + "/oauth/authorize",
			TokenURL:  authBase + "/oauth/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	random := make([]byte, 32)
	_, err := rand.Read(random)
	must(err)
	verifier := base64.RawURLEncoding.EncodeToString(random)
	digest := sha256.Sum256([]byte(verifier))

	address := config.AuthCodeURL("a-state-of-this-session",
		oauth2.SetAuthURLParam("event_id", os.Getenv("SANDBOX_EVENT_ID")),
		oauth2.SetAuthURLParam("code_challenge", base64.RawURLEncoding.EncodeToString(digest[:])),
		oauth2.SetAuthURLParam("code_challenge_method", "S256"))
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Get(address)
	must(err)
	landed, err := answer.Location()
	must(err)

	ctx := context.Background()
	first, err := config.Exchange(ctx, landed.Query().Get("code"), oauth2.SetAuthURLParam("code_verifier", verifier))
	must(err)
	rows := countRows(config.Client(ctx, first))
	spent := &oauth2.Token{RefreshToken: first.RefreshToken}
	second, err := config.TokenSource(ctx, spent).Token()
	must(err)
	rowsAfterRefresh := countRows(config.Client(ctx, second))
	_, err = config.TokenSource(ctx, spent).Token()
	var refused *oauth2.RetrieveError
	body := map[string]interface{}{}
	if errors.As(err, &refused) {
		must(json.Unmarshal(refused.Body, &body))
	}
	must(json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"event": first.Extra("event_id"), "rows": rows, "rowsAfterRefresh": rowsAfterRefresh, "reuse": body["error"],
	}))
}
