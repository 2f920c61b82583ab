// Command test-registries serves the registries that exist only as Go libraries, delays a connection to any other one,
// and runs any other program so that it ends with the test that started it.
//
// Every form listens on loopback alone, prints one JSON line such as {"address":"127.0.0.1:41234"} when it is ready,
// and ends when its standard input closes or on SIGTERM. It never outlives the test, however the test ended.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

const usage = `usage:
  test-registries ggcr   [--port N] [--dir DIR] [--delay D] [--auth USER:PASSWORD] [--stay]
  test-registries ocimem [--port N] [--delay D] [--auth USER:PASSWORD] [--stay]
  test-registries proxy  --to HOST:PORT --delay D [--port N] [--stay]
  test-registries run PROGRAM [ARGUMENT...]

  ggcr    the registry of go-containerregistry, blobs in DIR or in memory
  ocimem  the registry of cuelabs.dev/go/oci/ociregistry, in memory
  proxy   a TCP proxy that adds half of D each way, and one D to a new connection
  run     runs a program until standard input closes or a signal comes
`

var errUsage = errors.New("wrong usage")

func main() {
	err := dispatch(os.Args[1:])
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "test-registries: %v\n%s", err, usage)
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "test-registries: %v\n", err)
		os.Exit(1)
	}
}

func dispatch(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: say what to serve", errUsage)
	}
	if args[0] == "run" {
		return runProgram(args[1:])
	}

	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	port := flags.Int("port", 0, "")
	delay := flags.Duration("delay", 0, "")
	stay := flags.Bool("stay", false, "")
	var dir, auth, to string
	switch args[0] {
	case "ggcr":
		flags.StringVar(&dir, "dir", "", "")
		flags.StringVar(&auth, "auth", "", "")
	case "ocimem":
		flags.StringVar(&auth, "auth", "", "")
	case "proxy":
		flags.StringVar(&to, "to", "", "")
	default:
		return fmt.Errorf("%w: there is no %q to serve", errUsage, args[0])
	}
	if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	}
	if args[0] == "proxy" && to == "" {
		return fmt.Errorf("%w: proxy needs --to HOST:PORT", errUsage)
	}

	ctx, cancel := untilAskedToEnd(*stay)
	defer cancel()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return err
	}
	// Clients may connect from here on: what comes before Accept waits in the listener's queue.
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"address": listener.Addr().String()}); err != nil {
		return err
	}
	if args[0] == "proxy" {
		return proxy(ctx, listener, to, *delay)
	}
	return serve(ctx, listener, registry(args[0], dir), *delay, auth)
}

// untilAskedToEnd returns a context that ends with standard input (unless stay) or at the first signal.
func untilAskedToEnd(stay bool) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	if !stay {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	return ctx, cancel
}
