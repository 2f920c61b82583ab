package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// The time between SIGTERM and SIGKILL.
const grace = 5 * time.Second

// runProgram runs a program that does not watch its standard input, and ends it when the test ends.
func runProgram(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: run needs a program", errUsage)
	}
	ctx, cancel := shutdownContext(false)
	defer cancel()
	program := exec.CommandContext(ctx, args[0], args[1:]...)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	program.WaitDelay = grace
	err := program.Run()
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
