package ocigraph

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// Rows are the rows of an operation, which are read while it works. A loop over All or Batches reads them once; memory
// holds one batch at a time. The end of a loop, also an early one, ends the operation and frees what it holds. Rows that
// no loop reads need Close.
//
//	rows := client.Sweep(ctx, []string{"registry.example.com/team/*"}, nil)
//	for row, err := range rows.All() {
//		if err != nil {
//			return err
//		}
//		fmt.Println(row.Repository, row.Tag, row.Label)
//	}
//	fmt.Println(rows.Summary().Images)
type Rows[Row, Summary any] struct {
	client               *Client
	ctx                  context.Context
	operation, reference string
	next                 func(a *arguments) ([]Row, error)
	totals               func() (*Summary, error)

	// Serializes what uses the handle of C.
	mu sync.Mutex
	// Nil if the operation failed to start.
	free    *freeOnce
	err     error
	summary *Summary
}

// freeOnce frees a handle of C once. It is separate from Rows, so that rows that became unreachable can be cleaned up.
type freeOnce struct {
	once sync.Once
	free func()
}

func (f *freeOnce) run() {
	f.once.Do(func() {
		f.free()
		live.Add(-1)
	})
}

func newRows[Row, Summary any](ctx context.Context, c *Client, operation, reference string) *Rows[Row, Summary] {
	return &Rows[Row, Summary]{client: c, ctx: ctx, operation: operation, reference: reference, summary: new(Summary)}
}

// failed keeps an error for the first iteration.
func (r *Rows[Row, Summary]) failed(err error) *Rows[Row, Summary] {
	r.err = err
	return r
}

func (r *Rows[Row, Summary]) opened(free func()) *Rows[Row, Summary] {
	live.Add(1)
	r.free = &freeOnce{free: free}
	// Frees rows that became unreachable without a loop or Close. A cleanup function must not block.
	runtime.AddCleanup(r, func(f *freeOnce) { go f.run() }, r.free)
	return r
}

// All iterates over the rows. An iteration with an error is the last one; it wraps the cause of the context if that has
// ended.
func (r *Rows[Row, Summary]) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for batch, err := range r.Batches() {
			if err != nil {
				var none Row
				yield(none, err)
				return
			}
			for _, row := range batch {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Batches iterates over the rows that are found together, at least one each time: fewer steps than row by row. The rows
// of a batch count as finished with when the next one is asked for.
func (r *Rows[Row, Summary]) Batches() iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		defer r.Close()
		for {
			batch, err := r.read()
			if err != nil {
				yield(nil, err)
				return
			}
			if len(batch) == 0 || !yield(batch, nil) {
				return
			}
		}
	}
}

// read returns the next batch, or nothing after the last.
func (r *Rows[Row, Summary]) read() ([]Row, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer runtime.KeepAlive(r)
	if err := r.err; err != nil {
		r.err = nil
		return nil, err
	}
	if r.free == nil {
		return nil, nil
	}
	a := newArguments(r.operation, r.reference)
	defer a.release()
	batch, err := r.next(a)
	if summary, failed := r.totals(); failed == nil {
		r.summary = summary
	}
	return batch, err
}

// Summary returns the totals of the rows that were read so far.
func (r *Rows[Row, Summary]) Summary() *Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summary
}

// Close ends the operation. Rows that were not read are lost. Closing rows again has no effect. It always returns nil.
func (r *Rows[Row, Summary]) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.free != nil {
		r.free.run()
		r.free = nil
	}
	return nil
}
