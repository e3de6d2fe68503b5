//go:build !linux

package evidence

import "syscall"

// apart cannot be had here.
func apart() *syscall.SysProcAttr { return nil }
