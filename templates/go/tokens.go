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

const (
	deletion = "data.deletion_required"
	// Writes, logins and refreshes end within minutes: files that are older than this are not in use.
	abandonedAfter = 24 * time.Hour
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

// unseal gives what was sealed under this name; anything else is an error.
func unseal[T any](data []byte, name string) (value T, err error) {
	if len(data) < 12 {
		return value, errors.New("too short")
	}
	text, err := sealer().Open(nil, data[:12], data[12:], []byte(name))
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	return value, err
}

func randomBytes(count int) []byte {
	random := make([]byte, count)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return random
}

// sealedUnder is the name in the path of a sealed file.
func sealedUnder(path string) string { return strings.TrimSuffix(filepath.Base(path), ".sealed") }

// writeSealed replaces a file as a whole: a crash leaves the old one or the new one.
func writeSealed(path string, value any) error {
	data, err := seal(value, sealedUnder(path))
	if err != nil {
		return err
	}
	temporary := path + "." + hex.EncodeToString(randomBytes(8)) + ".tmp"
	file, err := createNew(temporary)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = firstOf(err, file.Sync(), file.Close()); err != nil {
		os.Remove(temporary)
		return err
	}
	return os.Rename(temporary, path)
}

func createNew(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func firstOf(failures ...error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// readSealed gives the value of a file, or nil where there is none.
func readSealed[T any](path string) (*T, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value, err := unseal[T](data, sealedUnder(path))
	return &value, err
}

// readAllSealed gives the values of all files in a directory, which need not exist.
func readAllSealed[T any](directory string) ([]T, error) {
	paths, err := filepath.Glob(filepath.Join(directory, "*.sealed"))
	var values []T
	for _, path := range paths {
		value, failure := readSealed[T](path)
		if value != nil && failure == nil {
			values = append(values, *value)
		}
		err = firstOf(err, failure)
	}
	return values, err
}

// createOnce creates an empty file; false when it exists. Exactly one caller succeeds, in any process.
func createOnce(path string) (bool, error) {
	file, err := createNew(path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

// locked runs work while no other goroutine or process does what is called by the same name.
func locked(name string, work func() error) error {
	path := filepath.Join(config.dataDir, "locks", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	held, err := lock(path)
	if err != nil {
		return err
	}
	defer held.Close()
	return work()
}

// sweep removes what killed processes left behind, and what is too old to be needed.
func sweep() error {
	all, err := logins()
	if err != nil {
		return err
	}
	isHeld := map[string]bool{}
	for _, one := range all {
		isHeld[one.claim()] = true // it keeps the token from being sent again
	}
	for pattern, age := range map[string]time.Duration{
		"*/*.tmp": abandonedAfter, "*/*/*.tmp": abandonedAfter, "logins/*.claim": abandonedAfter,
		"attempts/*": abandonedAfter, "worked/*": marksKept,
	} {
		paths, _ := filepath.Glob(filepath.Join(config.dataDir, pattern))
		for _, path := range paths {
			if found, err := os.Stat(path); err == nil && time.Since(found.ModTime()) > age && !isHeld[path] {
				os.Remove(path)
			}
		}
	}
	return nil
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
func logins() ([]login, error) {
	all, err := readAllSealed[login](loginsDir())
	var usable []login
	for _, one := range all {
		if one.Ended == "" {
			usable = append(usable, one)
		}
	}
	return usable, err
}

// loginFor finds the login for an event, or errLoginEnded.
func loginFor(eventID string) (login, error) {
	all, err := logins()
	for _, one := range all {
		if one.EventID == eventID {
			return one, err
		}
	}
	return login{}, firstOf(err, errLoginEnded)
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
func isDeleted(eventID, organizationID string) bool {
	current, err := readSealed[login](login{EventID: eventID, OrganizationID: organizationID}.path())
	return err == nil && current != nil && current.Ended == deletion
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
			current, err = endSpent(current, refused.code)
		}
		if isPermanent || refused.isUnused {
			os.Remove(claim)
		}
		return current, err
	}
	if err != nil {
		return current, err
	}
	next := current
	next.AccessToken, next.RefreshToken = answer.AccessToken, answer.RefreshToken
	if answer.Scope != "" {
		next.Scope = answer.Scope
	}
	current, err = replace(current, next)
	if err == nil {
		os.Remove(claim)
	}
	return current, err
}

func usable(l login) (login, error) {
	current, err := readSealed[login](l.path())
	if err != nil || current == nil || current.Ended != "" {
		return l, firstOf(err, errLoginEnded)
	}
	return *current, nil
}
