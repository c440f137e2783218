package main

import (
	"os"
	"syscall"
	"unsafe"
)

var lockFileEx = syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")

// lock waits for the lock on a file. The system takes it back from a process that dies.
func lock(file *os.File) error {
	const exclusive = 2
	start := syscall.Overlapped{}
	isLocked, _, err := lockFileEx.Call(file.Fd(), exclusive, 0, 1, 0, uintptr(unsafe.Pointer(&start)))
	if isLocked == 0 {
		return err
	}
	return nil
}

// syncNames has nothing to do: NTFS keeps a journal of names.
func syncNames(string) error { return nil }
