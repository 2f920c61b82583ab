package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// A connection holds at most queued chunks each way, so that a slow reader stops a fast writer as it would without us.
const (
	chunkSize = 64 << 10
	queued    = 256
)

type chunk struct {
	bytes []byte
	due   time.Time
}

func proxy(ctx context.Context, listener net.Listener, to string, delay time.Duration) error {
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go relay(client.(*net.TCPConn), to, delay)
	}
}

// relay joins a client to the server behind the proxy until both have finished.
func relay(client *net.TCPConn, to string, delay time.Duration) {
	defer client.Close()
	connection, err := net.Dial("tcp", to)
	if err != nil {
		// The client sees a reset, as it would from a port where nobody listens.
		_ = client.SetLinger(0)
		return
	}
	server := connection.(*net.TCPConn)
	defer server.Close()

	done := make(chan struct{}, 2)
	go func() {
		// The handshake of a real connection costs a round trip before the first byte can leave.
		pipe(server, client, delay/2, delay)
		done <- struct{}{}
	}()
	go func() {
		pipe(client, server, delay/2, 0)
		done <- struct{}{}
	}()
	<-done
	<-done
}

// pipe moves bytes from one connection to the other, each after delay, and passes the end of the stream on.
// Delay is latency only: what was read together leaves together, so bandwidth stays what it was.
func pipe(to, from *net.TCPConn, delay, atFirst time.Duration) {
	chunks := make(chan chunk, queued)
	go func() {
		defer close(chunks)
		buffer := make([]byte, chunkSize)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				chunks <- chunk{append([]byte(nil), buffer[:n]...), time.Now().Add(delay + atFirst)}
				atFirst = 0
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					_ = to.SetLinger(0)
				}
				return
			}
		}
	}()
	broken := false
	for c := range chunks {
		if broken {
			continue
		}
		time.Sleep(time.Until(c.due))
		if _, err := to.Write(c.bytes); err != nil {
			broken = true
			_ = from.Close()
		}
	}
	_ = to.CloseWrite()
}
