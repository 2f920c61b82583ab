package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// A connection holds at most queued chunks in each direction, so that a slow reader blocks a fast writer, as without the
// proxy.
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

// relay connects a client to the server behind the proxy until both have closed their side.
func relay(client *net.TCPConn, to string, delay time.Duration) {
	defer client.Close()
	connection, err := net.Dial("tcp", to)
	if err != nil {
		// The client sees a reset, as from a closed port.
		_ = client.SetLinger(0)
		return
	}
	server := connection.(*net.TCPConn)
	defer server.Close()

	done := make(chan struct{}, 2)
	go func() {
		// The handshake of a real connection takes one round trip before the first byte is sent.
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

// pipe copies bytes from one connection to the other after delay, and forwards the end of the stream. It does not change
// the bandwidth, because bytes that were read together are written together.
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
