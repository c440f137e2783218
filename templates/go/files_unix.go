//go:build !windows

package main

import (
	"os"
	"syscall"
)

// lock waits for the lock on a file. The system takes it back from a process that dies.
func lock(file *os.File) error {
	for {
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != syscall.EINTR {
			return err
		}
	}
}

// syncNames makes new names in a directory outlast a power failure.
func syncNames(directory string) error {
	opened, err := os.Open(directory)
	if err != nil {
		return err
	}
	return firstOf(opened.Sync(), opened.Close())
}
