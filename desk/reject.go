package desk

import (
	"bytes"
	"context"
	"io"

	"recourse/store"
)

// KeepRejects keeps the rows of an import that could not be read, as a file, where every node finds it, for a week. An empty file is
// none, and takes the place of the one before all the same.
func (d *Desk) KeepRejects(ctx context.Context, merchant, file string, r io.Reader) error {
	content, err := io.ReadAll(io.LimitReader(r, store.MostRejects)) // a transaction may be tried again
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutRejects(merchant, file, bytes.NewReader(content), d.clock())
	})
}

// Rejects are the rows of an import that could not be read: not_found, of kind [recourse.NotFound], where there are none any more.
func (d *Desk) Rejects(ctx context.Context, merchant, file string) ([]byte, error) {
	var b bytes.Buffer
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		b.Reset()
		return tx.Rejects(merchant, file, &b, d.clock())
	})
	return b.Bytes(), err
}

// DropRejects forgets the rows of an import that could not be read.
func (d *Desk) DropRejects(ctx context.Context, merchant, file string) error {
	return d.store.Write(ctx, func(tx *store.Tx) error { return tx.DropRejects(merchant, file) })
}
