package main

import (
	"io"
	"os"
	"syscall"
	"time"
)

const sharingViolation = syscall.Errno(32)

// lock waits until nobody else has a file open. The system closes it when a process dies.
func lock(path string) (io.Closer, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	for {
		file, err := syscall.CreateFile(name, syscall.GENERIC_READ, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		if err == nil {
			return os.NewFile(uintptr(file), path), nil
		}
		if err != sharingViolation {
			return nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// syncNames has nothing to do: NTFS keeps a journal of names.
func syncNames(string) error { return nil }
