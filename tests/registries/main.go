// Command test-registries serves three registries that exist only as Go libraries, runs a proxy that imitates the latency
// and the rate of a network, and runs other programs so that they end with the test that started them.
//
// Servers listen only on loopback, print one line of JSON such as {"address":"127.0.0.1:41234"} when they are ready,
// and end when their standard input closes or on SIGTERM. They never outlive the test, however it ends.
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
  test-registries olareg --dir DIR [--port N] [--delay D] [--auth USER:PASSWORD] [--stay]
  test-registries proxy  --to HOST:PORT [--delay D] [--rate BYTES_PER_SECOND] [--port N] [--stay]
  test-registries run PROGRAM [ARGUMENT...]

  ggcr    serve the registry of go-containerregistry, with blobs in DIR or in memory
  ocimem  serve the registry of cuelabs.dev/go/oci/ociregistry, in memory
  olareg  serve the registry of olareg: each folder below DIR that is an image layout is a repository
  proxy   run a TCP proxy that adds D/2 in each direction, and D to a new connection, and that passes at most
          BYTES_PER_SECOND in each direction of each connection
  run     run a program until standard input closes or a signal arrives
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
		return fmt.Errorf("%w: missing command", errUsage)
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
	var rate int64
	switch args[0] {
	case "ggcr":
		flags.StringVar(&dir, "dir", "", "")
		flags.StringVar(&auth, "auth", "", "")
	case "ocimem":
		flags.StringVar(&auth, "auth", "", "")
	case "olareg":
		flags.StringVar(&dir, "dir", "", "")
		flags.StringVar(&auth, "auth", "", "")
	case "proxy":
		flags.StringVar(&to, "to", "", "")
		flags.Int64Var(&rate, "rate", 0, "")
	default:
		return fmt.Errorf("%w: unknown command %q", errUsage, args[0])
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
	if rate < 0 {
		return fmt.Errorf("%w: invalid --rate %d: expected bytes per second, or 0 for no limit", errUsage, rate)
	}
	if args[0] == "olareg" && dir == "" {
		return fmt.Errorf("%w: olareg needs --dir DIR", errUsage)
	}

	ctx, cancel := shutdownContext(*stay)
	defer cancel()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return err
	}
	// Clients can connect from here on: the listener queues connections until Accept.
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"address": listener.Addr().String()}); err != nil {
		return err
	}
	if args[0] == "proxy" {
		return proxy(ctx, listener, to, path{*delay, rate})
	}
	return serve(ctx, listener, registry(args[0], dir), *delay, auth)
}

// shutdownContext returns a context that ends when standard input closes (unless stay) or at the first signal.
func shutdownContext(stay bool) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	if !stay {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	return ctx, cancel
}
