package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
)

func main() {
	os.Exit(start())
}

// start runs the command line and returns the exit code. A panic is an error like any other: Go would exit with 2, "wrong usage".
func start() (code int) {
	a := newApp(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv)
	defer func() {
		if r := recover(); r != nil {
			a.log.Debug("panic", "stack", string(debug.Stack()))
			code = a.report(fmt.Errorf("internal error: %v; please report it, with the output of the same command and --log-level debug", r))
		}
	}()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	stop := watchSignals(cancel, a.console)
	defer stop()
	err := a.root().ExecuteContext(ctx)
	stop() // a signal that was announced counts, also if the command ended before it was cancelled
	return a.report(interrupted(ctx, err))
}

// watchSignals cancels at the first Ctrl-C or SIGTERM and ends the process at the second. stop waits until a signal that came is dealt with.
func watchSignals(cancel context.CancelCauseFunc, c *console) (stop func()) {
	signals, done, ended := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer close(ended)
		for seen := false; ; seen = true {
			select {
			case <-done:
				return
			case s := <-signals:
				if seen {
					c.clear()
					os.Exit(signalExit(s))
				}
				c.note("stopping; once more to stop at once")
				cancel(&interruption{signal: s})
			}
		}
	}()
	return sync.OnceFunc(func() { signal.Stop(signals); close(done); <-ended })
}
