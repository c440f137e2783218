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

// fileName is a name for anything, safe in a path.
func fileName(parts ...string) string {
	return fmt.Sprintf("%x", sha256.Sum256(must(json.Marshal(parts))))
}

func randomBytes(count int) []byte {
	random := make([]byte, count)
	must(rand.Read(random))
	return random
}

// must is for what fails only where this program is wrong, or its machine.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func sealer() cipher.AEAD {
	return must(cipher.NewGCM(must(aes.NewCipher(config.tokenKey))))
}

// seal encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another.
func seal(value any, name string) []byte {
	nonce := randomBytes(12)
	return sealer().Seal(nonce, nonce, must(json.Marshal(value)), []byte(name))
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

// open opens a file that only its owner can read, in a directory that need not exist.
func open(path string, flag int) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|flag, 0o600)
}

// writeSealed replaces a file as a whole: a crash leaves the old one or the new one.
func writeSealed(path string, value any) error {
	temporary := filepath.Join(filepath.Dir(path), randomWord()+".tmp")
	file, err := open(temporary, os.O_EXCL)
	if err != nil {
		return err
	}
	defer os.Remove(temporary) // where it still has that name
	_, err = file.Write(seal(value, filepath.Base(path)))
	if err := firstOf(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return firstOf(os.Rename(temporary, path), syncNames(filepath.Dir(path)))
}

// createOnce creates an empty file. Exactly one caller succeeds, in any process; for the others, fs.ErrExist.
func createOnce(path string) error {
	file, err := open(path, os.O_EXCL)
	if err != nil {
		return err
	}
	return firstOf(file.Close(), syncNames(filepath.Dir(path)))
}

// exists says whether one of the files is there. An error means that nobody can tell, not that there is none.
func exists(paths ...string) (bool, error) {
	for _, path := range paths {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

func firstOf(failures ...error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// readSealed gives the value of a file, or an empty one where there is none, or where it is damaged: that must not stop
// the rest.
func readSealed[T any](path string) (value T, err error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return value, err
	}
	value, err = unseal[T](data, filepath.Base(path))
	if err != nil && data != nil {
		log("file damaged", fields{"file": path})
	}
	return value, nil
}

// readAllSealed gives the values of the files in a directory, which need not exist. One that is damaged, or cannot be read,
// does not hold up the others; the error is of what could not be read.
func readAllSealed[T any](directory string) (values []T, err error) {
	entries, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".sealed" {
			value, failure := readSealed[*T](filepath.Join(directory, entry.Name()))
			err = firstOf(err, failure)
			if value != nil {
				values = append(values, *value)
			}
		}
	}
	return values, err
}

// locked runs work while no other goroutine or process does what is called by the same name.
func locked(name string, work func() error) error {
	file, err := open(filepath.Join(config.dataDir, "locks", name), 0)
	if err != nil {
		return err
	}
	defer file.Close() // which releases it
	if err := lock(file); err != nil {
		return err
	}
	return work()
}

// checkDataDir refuses a directory where nothing can be stored, or where everything is encrypted with another key.
func checkDataDir() error {
	path := filepath.Join(config.dataDir, "key.sealed")
	isOurs, err := readSealed[bool](path)
	if isThere, _ := exists(path); err != nil || isThere && !isOurs {
		return firstOf(err, errors.New("REVENTO_TOKEN_KEY is not the key that the files in "+config.dataDir+" are encrypted with"))
	}
	return writeSealed(path, true)
}

const day = 24 * time.Hour

// How long files are kept that nothing removes: writes and logins end within minutes, and Revento gives up a delivery
// after hours.
var keptFor = map[string]time.Duration{
	"*.tmp": day, "*/*.tmp": day, "*/*/*.tmp": day, "attempts/*": day, "worked/*": 30 * day,
}

// sweep removes what killed processes left behind, and what is too old to be needed.
func sweep() {
	root := os.DirFS(config.dataDir)
	for pattern, kept := range keptFor {
		for _, name := range must(fs.Glob(root, pattern)) {
			found, err := fs.Stat(root, name) // another process may remove files, too
			if err == nil && time.Since(found.ModTime()) > kept {
				os.Remove(filepath.Join(config.dataDir, name))
			}
		}
	}
}
