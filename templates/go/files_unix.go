//go:build !windows

package main

import (
	"io"
	"os"
	"syscall"
)

// lock waits for the lock on a file. The system takes it back from a process that dies.
func lock(path string) (io.Closer, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		if err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != syscall.EINTR {
			return file, err
		}
	}
}

// syncNames makes new names in a directory outlast a power failure.
func syncNames(directory string) error {
	opened, err := os.Open(directory)
	if err != nil {
		return err
	}
	defer opened.Close()
	return opened.Sync()
}
