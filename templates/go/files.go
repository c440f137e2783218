// Files: encrypted, replaced as a whole, under names that are safe in a path.
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const day = 24 * time.Hour

// How long files are kept that nothing removes, by the ending or the directory: writes and logins end within minutes, and
// Revento gives up a delivery after hours.
var keptFor = map[string]time.Duration{".tmp": day, "attempts": day, "worked": 30 * day}

// fileName is a name for anything, safe in a path.
func fileName(parts ...string) string {
	encoded, _ := json.Marshal(parts)
	return fmt.Sprintf("%x", sha256.Sum256(encoded))
}

func sealer() cipher.AEAD {
	block, _ := aes.NewCipher(config.tokenKey) // its length was checked at the start
	gcm, _ := cipher.NewGCM(block)
	return gcm
}

// seal encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another.
func seal(value any, name string) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // a type that JSON has no form for
	}
	nonce := randomBytes(12)
	return sealer().Seal(nonce, nonce, text, []byte(name))
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

// writeSealed replaces a file as a whole: a crash leaves the old one or the new one.
func writeSealed(path string, value any) error {
	directory := filepath.Dir(path)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(directory, "*.tmp") // for its owner only
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // where it still has that name
	_, err = file.Write(seal(value, filepath.Base(path)))
	if err = firstOf(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	return firstOf(err, syncNames(directory))
}

func firstOf(failures ...error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// readSealed gives the value of a file, or nil where there is none, or where it is damaged: one file must not stop the rest.
func readSealed[T any](path string) (*T, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value, err := unseal[T](data, filepath.Base(path))
	if err != nil {
		log("file damaged", fields{"file": path})
		return nil, nil
	}
	return &value, nil
}

// checkDataDir refuses a directory where nothing can be stored, or where everything is encrypted with another key.
func checkDataDir() error {
	path := filepath.Join(config.dataDir, "key.sealed")
	if found, err := readSealed[fields](path); err != nil || found == nil && exists(path) {
		return firstOf(err, errors.New("REVENTO_TOKEN_KEY is not the key that its files are encrypted with"))
	}
	return writeSealed(path, fields{})
}

// readAllSealed gives the values of the files in a directory, which need not exist. One that cannot be read does not hold
// up the others.
func readAllSealed[T any](directory string) []T {
	var values []T
	names, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log("directory not read", fields{"error": err.Error()})
	}
	for _, name := range names {
		if filepath.Ext(name.Name()) != ".sealed" {
			continue
		}
		value, err := readSealed[T](filepath.Join(directory, name.Name()))
		if err != nil {
			log("file not read", fields{"error": err.Error()})
		} else if value != nil {
			values = append(values, *value)
		}
	}
	return values
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
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
	return true, firstOf(file.Close(), syncNames(filepath.Dir(path)))
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
func sweep() {
	filepath.WalkDir(config.dataDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // another process may remove files, too
		}
		kept, isSwept := keptFor[filepath.Ext(path)]
		if !isSwept {
			kept, isSwept = keptFor[filepath.Base(filepath.Dir(path))]
		}
		if found, err := entry.Info(); err == nil && isSwept && time.Since(found.ModTime()) > kept {
			os.Remove(path)
		}
		return nil
	})
}
