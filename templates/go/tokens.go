package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
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

// fileName is a name for anything, safe in a path.
func fileName(parts ...string) string {
	encoded, _ := json.Marshal(parts)
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

func sealer() cipher.AEAD {
	block, err := aes.NewCipher(config.tokenKey)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// seal encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another.
func seal(value any, name string) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	nonce := randomBytes(12)
	return sealer().Seal(nonce, nonce, text, []byte(name)), nil
}

// unseal reads what was sealed under this name; anything else is an error.
func unseal(data []byte, name string, value any) error {
	if len(data) < 12 {
		return errors.New("too short")
	}
	text, err := sealer().Open(nil, data[:12], data[12:], []byte(name))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}

func randomBytes(count int) []byte {
	random := make([]byte, count)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return random
}

// writeSealed replaces a file as a whole: a crash leaves the old one or the new one.
func writeSealed(path, name string, value any) error {
	data, err := seal(value, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary := path + "." + hex.EncodeToString(randomBytes(8)) + ".tmp"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = firstOf(err, file.Sync())
	if err = firstOf(err, file.Close()); err != nil {
		os.Remove(temporary)
		return err
	}
	return os.Rename(temporary, path)
}

func firstOf(failures ...error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// readSealed says whether there is such a file.
func readSealed(path, name string, value any) (bool, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, unseal(data, name, value)
}

// createOnce creates an empty file; false when it exists. Exactly one caller succeeds, in any process.
func createOnce(path string) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

func loginsDir() string                   { return filepath.Join(config.dataDir, "logins") }
func (l login) name() string              { return fileName(l.EventID, l.OrganizationID) }
func (l login) path() string              { return filepath.Join(loginsDir(), l.name()+".sealed") }
func (l login) mayRead(scope string) bool { return contains(strings.Fields(l.Scope), scope) }

func contains(words []string, word string) bool {
	for _, one := range words {
		if one == word {
			return true
		}
	}
	return false
}

// store keeps a login. Call it before anything uses its access token.
func store(l login) error { return writeSealed(l.path(), l.name(), l) }

// logins are all that can be used.
func logins() ([]login, error) {
	paths, err := filepath.Glob(filepath.Join(loginsDir(), "*.sealed"))
	if err != nil {
		return nil, err
	}
	var found []login
	for _, path := range paths {
		var one login
		name := strings.TrimSuffix(filepath.Base(path), ".sealed")
		isThere, err := readSealed(path, name, &one)
		if err != nil {
			return nil, err
		}
		if isThere && one.Ended == "" {
			found = append(found, one)
		}
	}
	return found, nil
}

// loginFor finds the login for an event, or errLoginEnded.
func loginFor(eventID string) (login, error) {
	all, err := logins()
	if err != nil {
		return login{}, err
	}
	for _, one := range all {
		if one.EventID == eventID {
			return one, nil
		}
	}
	return login{}, errLoginEnded
}

// end marks a login as ended and forgets its tokens.
func end(eventID, organizationID, reason string) error {
	log("login ended", fields{"event_id": eventID, "reason": reason})
	return store(login{EventID: eventID, OrganizationID: organizationID, Ended: reason})
}

// hasEnded says whether the connection ended and has not been made again.
func hasEnded(eventID, organizationID string) bool {
	current := login{EventID: eventID, OrganizationID: organizationID}
	isThere, err := readSealed(current.path(), current.name(), &current)
	return isThere && err == nil && current.Ended != ""
}

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
		claim := filepath.Join(loginsDir(), fileName(current.RefreshToken)+".claim")
		isOurs, err := createOnce(claim)
		if err != nil {
			return current, err
		}
		if isOurs {
			return refreshOnce(spent, claim, request)
		}
		// Another process refreshes: what comes of it shows in the files.
		if found, err := os.Stat(claim); err == nil && time.Since(found.ModTime()) > unansweredAfter {
			return current, firstOf(end(current.EventID, current.OrganizationID, "a refresh was never answered"), errLoginEnded)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func refreshOnce(spent login, claim string, request func(map[string]string) (login, error)) (login, error) {
	// Another process may have refreshed, and dropped its claim, since we looked.
	current, err := usable(spent)
	if err != nil || current.AccessToken != spent.AccessToken {
		os.Remove(claim)
		return current, err
	}
	answer, err := request(map[string]string{"grant_type": "refresh_token", "refresh_token": current.RefreshToken})
	var refused *tokenError
	if errors.As(err, &refused) {
		// Kept where Revento may have used the token without an answer to us: it is never sent a second time.
		isPermanent := refused.code == "invalid_grant"
		if isPermanent {
			err = firstOf(end(current.EventID, current.OrganizationID, refused.code), errLoginEnded)
		}
		if isPermanent || refused.isUnused {
			os.Remove(claim)
		}
	}
	if err != nil {
		return current, err
	}
	current.AccessToken, current.RefreshToken = answer.AccessToken, answer.RefreshToken
	if answer.Scope != "" {
		current.Scope = answer.Scope
	}
	if err := store(current); err != nil {
		return current, err
	}
	os.Remove(claim)
	return current, nil
}

func usable(l login) (login, error) {
	var current login
	isThere, err := readSealed(l.path(), l.name(), &current)
	if err == nil && (!isThere || current.Ended != "") {
		err = errLoginEnded
	}
	return current, err
}
