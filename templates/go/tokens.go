package main

import (
	"errors"
	"net/url"
	"path/filepath"
	"sync"
)

// errLoginEnded: the organizer has to connect the event again; trying again does not help.
var errLoginEnded = errors.New("no organizer has connected this event, or the connection ended: open /connect")

// login is a connection to an event of an organization.
type login struct {
	EventID        string `json:"event_id"`
	OrganizationID string `json:"organization_id"`
	AccessToken    string `json:"access_token,omitempty"`
	RefreshToken   string `json:"refresh_token,omitempty"`
	Scope          string `json:"scope,omitempty"`
	// Whether the refresh token was sent, without an answer until now.
	IsSent bool `json:"is_sent,omitempty"`
	// Why it cannot be used any longer; its tokens are forgotten then.
	Ended string `json:"ended,omitempty"`
}

func loginsDir() string { return filepath.Join(config.dataDir, "logins") }

func (l login) path() string {
	return filepath.Join(loginsDir(), fileName(l.EventID, l.OrganizationID)+".sealed")
}

// ended is what is kept of a login that cannot be used any longer.
func (l login) ended(reason string) login {
	log("login ended", fields{"event_id": l.EventID, "reason": reason})
	return login{EventID: l.EventID, OrganizationID: l.OrganizationID, Ended: reason}
}

// store keeps a login. Call it before anything uses its access token.
func store(l login) error {
	return locked("logins", func() error { return writeSealed(l.path(), l) })
}

// replace stores next unless spent made way for another login meanwhile.
func replace(spent, next login) error {
	return locked("logins", func() error {
		current, err := usable(spent)
		if err != nil || current.RefreshToken != spent.RefreshToken {
			return err
		}
		return writeSealed(next.path(), next)
	})
}

// logins are all that can be used; with an error, there may be others.
func logins() (usable []login, err error) {
	all, err := readAllSealed[login](loginsDir())
	for _, one := range all {
		if one.Ended == "" {
			usable = append(usable, one)
		}
	}
	return usable, err
}

// loginFor finds the login for an event, or errLoginEnded.
func loginFor(eventID string) (login, error) {
	usable, err := logins()
	for _, one := range usable {
		if one.EventID == eventID {
			return one, nil
		}
	}
	return login{}, firstOf(err, errLoginEnded) // what could not be read may be this one
}

// usable is the login of a connection as it is now, or errLoginEnded.
func usable(connection login) (login, error) {
	current, err := readSealed[login](connection.path())
	if err == nil && current.AccessToken == "" {
		err = errLoginEnded
	}
	return current, err
}

// refreshing is held for reading while a refresh runs.
var refreshing sync.RWMutex

// refreshed is the login after a refresh; spent is the one whose access token has expired.
//
// Revento revokes a login when a refresh token is used twice. So one goroutine of one process at a time refreshes, and what
// it is about to do is stored before: after a process that died half-way, nobody sends the token again.
func refreshed(spent login, request func(url.Values) (login, error)) (login, error) {
	refreshing.RLock()
	defer refreshing.RUnlock()
	// Not the lock of the logins: a deletion must not wait until Revento has answered.
	name := "refresh " + filepath.Base(spent.path())
	if err := locked(name, func() error { return refreshOnce(spent, request) }); err != nil {
		return spent, err
	}
	return usable(spent) // it may have ended, or been made again, meanwhile
}

func refreshOnce(spent login, request func(url.Values) (login, error)) error {
	current, err := usable(spent)
	if err != nil || current.AccessToken != spent.AccessToken {
		return err
	}
	if current.IsSent {
		return replace(current, current.ended("a refresh was never answered"))
	}
	sent := current
	sent.IsSent = true
	// Where this fails, as on a full disk, the new tokens could not be stored either.
	if err := replace(current, sent); err != nil {
		return firstOf(err, replace(current, current)) // the mark may be on disk already
	}
	next, err := request(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {current.RefreshToken}})
	var refused tokenError
	errors.As(err, &refused)
	switch {
	case err == nil:
		next.EventID, next.OrganizationID = current.EventID, current.OrganizationID
		next.Scope = valueOr(next.Scope, current.Scope)
		return replace(current, next)
	case refused.code == "invalid_grant":
		return replace(current, current.ended(refused.code))
	case refused.isUnused:
		return firstOf(replace(current, current), err)
	}
	return err // Revento may have used the token
}
