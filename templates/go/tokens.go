package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A refresh that has no answer by then never gets one: requests are given up after 15 seconds.
const unansweredAfter = 30 * time.Second

// errLoginEnded: the organizer has to connect the event again; trying again does not help.
var errLoginEnded = errors.New("no organizer has connected this event, or the connection ended: open /connect")

type login struct {
	EventID        string `json:"event_id"`
	OrganizationID string `json:"organization_id"`
	AccessToken    string `json:"access_token,omitempty"`
	RefreshToken   string `json:"refresh_token,omitempty"`
	Scope          string `json:"scope,omitempty"`
	// Why it cannot be used any longer; its tokens are forgotten then.
	Ended string `json:"ended,omitempty"`
}

func loginsDir() string { return filepath.Join(config.dataDir, "logins") }

func (l login) path() string {
	return filepath.Join(loginsDir(), fileName(l.EventID, l.OrganizationID)+".sealed")
}

func (l login) claim() string { return filepath.Join(loginsDir(), fileName(l.RefreshToken)+".claim") }

func (l login) mayRead(scope string) bool {
	return strings.Contains(" "+l.Scope+" ", " "+scope+" ")
}

// store keeps a login. Call it before anything uses its access token.
func store(l login) error {
	return locked("logins", func() error { return writeSealed(l.path(), l) })
}

// replace stores next unless spent ended or made way for another login meanwhile. It gives the login that holds now.
func replace(spent, next login) (current login, err error) {
	err = locked("logins", func() error {
		current, err = usable(spent)
		if err == nil && current.RefreshToken == spent.RefreshToken {
			current, err = next, writeSealed(next.path(), next)
		}
		return err
	})
	return current, err
}

// logins are all that can be used.
func logins() []login {
	var usable []login
	for _, one := range readAllSealed[login](loginsDir()) {
		if one.Ended == "" {
			usable = append(usable, one)
		}
	}
	return usable
}

// loginFor finds the login for an event, or errLoginEnded.
func loginFor(eventID string) (login, error) {
	for _, one := range logins() {
		if one.EventID == eventID {
			return one, nil
		}
	}
	return login{}, errLoginEnded
}

// end marks whatever login there is as ended and forgets its tokens.
func end(eventID, organizationID, reason string) error {
	log("login ended", fields{"event_id": eventID, "reason": reason})
	return store(login{EventID: eventID, OrganizationID: organizationID, Ended: reason})
}

// endSpent ends this login only. It gives the one that came in its place meanwhile, or errLoginEnded.
func endSpent(spent login, reason string) (login, error) {
	current, err := replace(spent, login{EventID: spent.EventID, OrganizationID: spent.OrganizationID, Ended: reason})
	if err != nil || current.Ended == "" {
		return current, err
	}
	log("login ended", fields{"event_id": spent.EventID, "reason": reason})
	return current, errLoginEnded
}

// isDeleted says whether Revento demanded deletion, and no organizer has connected the event again.
func isDeleted(eventID, organizationID string) (bool, error) {
	current, err := readSealed[login](login{EventID: eventID, OrganizationID: organizationID}.path())
	return current != nil && current.Ended == deletion, err
}

// refreshing is held while a refresh runs.
var refreshing sync.Mutex

// refreshed is the login after a refresh; spent is the one whose access token has expired.
//
// Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
// request among all goroutines, one among all processes, one even when the process dies half-way.
func refreshed(spent login, request func(map[string]string) (login, error)) (login, error) {
	refreshing.Lock()
	defer refreshing.Unlock()
	for {
		current, err := usable(spent)
		if err != nil || current.AccessToken != spent.AccessToken {
			return current, err
		}
		claim := current.claim()
		isOurs, err := createOnce(claim)
		if err != nil {
			return current, err
		}
		if isOurs {
			return refreshOnce(spent, claim, request)
		}
		// Another process is refreshing: the files show the outcome.
		if found, err := os.Stat(claim); err == nil && time.Since(found.ModTime()) > unansweredAfter {
			return endSpent(current, "a refresh was never answered")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func refreshOnce(spent login, claim string, request func(map[string]string) (login, error)) (current login, err error) {
	mayBeSpent := false
	defer func() {
		if !mayBeSpent { // otherwise the claim stays: the token is never sent a second time
			os.Remove(claim)
		}
	}()
	// Another process may have refreshed, and dropped its claim, since we looked. Where nothing can be written, as on a full
	// disk, that shows now: the answer to the request could not be kept.
	current, err = replace(spent, spent)
	if err != nil || current.AccessToken != spent.AccessToken {
		return current, err
	}
	mayBeSpent = true
	next, err := request(map[string]string{"grant_type": "refresh_token", "refresh_token": spent.RefreshToken})
	var refused *tokenError
	if errors.As(err, &refused) {
		mayBeSpent = !refused.isUnused
		if refused.code == "invalid_grant" {
			return endSpent(spent, refused.code)
		}
	}
	if err != nil {
		return spent, err
	}
	renewed := spent
	renewed.AccessToken, renewed.RefreshToken = next.AccessToken, next.RefreshToken
	if next.Scope != "" {
		renewed.Scope = next.Scope
	}
	current, err = replace(spent, renewed)
	mayBeSpent = err != nil
	return current, err
}

func usable(l login) (login, error) {
	current, err := readSealed[login](l.path())
	if err != nil || current == nil || current.Ended != "" {
		return l, firstOf(err, errLoginEnded)
	}
	return *current, nil
}
