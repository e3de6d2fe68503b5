package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"recourse/sample"
)

// sampleCmd writes a made-up order book.
//
// The same number and seed give the same bytes, so that a book need not be sent to show
// somebody a replay of it: the command line is enough.
type sampleCmd struct {
	Orders int    `help:"How many orders." default:"300"`
	Seed   uint64 `help:"Another book for each seed." default:"1"`
	Out    string `short:"o" help:"The file to write. Default: standard output." placeholder:"FILE"`
}

// Run writes it.
func (c *sampleCmd) Run(s *streams) error {
	if c.Out == "" {
		return c.write(s.out)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return fileError(c.Out, err)
	}
	return errors.Join(c.write(f), f.Close())
}

func (c *sampleCmd) write(to io.Writer) error {
	w := bufio.NewWriter(to)
	if err := sample.Book(w, c.Orders, c.Seed); err != nil {
		return err
	}
	return w.Flush()
}
