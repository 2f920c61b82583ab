package ocigraph

import (
	"context"
	"iter"
)

// SweepRows are the rows of a sweep: see [Client.Sweep].
type SweepRows struct {
	client  *Client
	ctx     context.Context
	targets []string
	options *SweepOptions
	summary *SweepSummary
}

// Sweep returns the rows of [Client.SweepBegin], which says what they are, as an iterator. Requests are made only while
// a row is waited for, from the beginning of the loop on. A loop that ends early ends the sweep. An iteration with an
// error is the last one.
//
//	rows := client.Sweep(ctx, []string{"registry.example.com/team/*"}, nil)
//	for row, err := range rows.All() {
//		if err != nil {
//			return err
//		}
//		fmt.Println(row.Repository, row.Tag, row.Label, row.Status)
//	}
//	fmt.Println(rows.Summary().Images)
func (c *Client) Sweep(ctx context.Context, targets []string, options *SweepOptions) *SweepRows {
	return &SweepRows{client: c, ctx: ctx, targets: targets, options: options}
}

// All iterates over the rows. Each loop sweeps anew.
func (r *SweepRows) All() iter.Seq2[SweepRow, error] {
	return func(yield func(SweepRow, error) bool) {
		for page, err := range r.Pages() {
			if err != nil {
				yield(SweepRow{}, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Pages iterates over the rows that are found together: fewer steps than row by row.
func (r *SweepRows) Pages() iter.Seq2[*SweepPage, error] {
	return func(yield func(*SweepPage, error) bool) {
		r.summary = nil
		page, err := r.client.SweepBegin(r.ctx, r.targets, r.options)
		for err == nil && len(page.Rows) > 0 {
			if !yield(page, nil) {
				break
			}
			page, err = r.client.SweepNext(r.ctx, page.Cursor)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		// The sweep must end although its context has ended.
		summary, err := r.client.SweepEnd(context.WithoutCancel(r.ctx), page.Cursor)
		if err == nil {
			r.summary = summary
		}
	}
}

// Summary returns the totals of the last loop, without the coverage if it ended early. It is nil before the end of a
// loop, and after an error.
func (r *SweepRows) Summary() *SweepSummary { return r.summary }
