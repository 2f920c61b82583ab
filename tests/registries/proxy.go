package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// A connection holds at most queued chunks in each direction, so that a slow reader blocks a fast writer, as without the
// proxy. A burst is one chunk, so that a transfer of some chunks already has the rate of the path.
const (
	chunkSize = 64 << 10
	queued    = 256
)

// path is what each direction of each connection has for itself.
type path struct {
	// Half of it in each direction, and all of it once for a new connection.
	delay time.Duration
	// Bytes per second. 0 means no limit.
	rate int64
}

type chunk struct {
	bytes []byte
	due   time.Time
}

func proxy(ctx context.Context, listener net.Listener, to string, over path) error {
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
		go relay(client.(*net.TCPConn), to, over)
	}
}

// relay connects a client to the server behind the proxy until both have closed their side.
func relay(client *net.TCPConn, to string, over path) {
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
		pipe(server, client, over, over.delay)
		done <- struct{}{}
	}()
	go func() {
		pipe(client, server, over, 0)
		done <- struct{}{}
	}()
	<-done
	<-done
}

// pipe copies bytes from one connection to the other over a path, and forwards the end of the stream. The delay does not
// change the rate, because bytes that were read together are written together.
func pipe(to, from *net.TCPConn, over path, atFirst time.Duration) {
	chunks := make(chan chunk, queued)
	tokens := bucket{rate: over.rate}
	go func() {
		defer close(chunks)
		buffer := make([]byte, chunkSize)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				// The rate is limited before the delay, so that the queue holds only what is on the way.
				tokens.take(n)
				chunks <- chunk{append([]byte(nil), buffer[:n]...), time.Now().Add(over.delay/2 + atFirst)}
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

// bucket is a token bucket that holds the tokens of one chunk, and is full at first.
type bucket struct {
	rate int64
	// The time at which all bytes so far have passed at the rate. A time in the past means tokens.
	passed time.Time
}

// take waits until n bytes may pass.
func (b *bucket) take(n int) {
	if b.rate == 0 {
		return
	}
	if full := time.Now().Add(-b.duration(chunkSize)); b.passed.Before(full) {
		b.passed = full
	}
	b.passed = b.passed.Add(b.duration(n))
	time.Sleep(time.Until(b.passed))
}

func (b *bucket) duration(bytes int) time.Duration {
	return time.Duration(float64(bytes) / float64(b.rate) * float64(time.Second))
}
