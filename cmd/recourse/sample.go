package main

import (
	"bufio"

	"recourse/sample"
)

// sampleCmd writes a made-up order book.
//
// The same number and seed give the same bytes, so that a book need not be sent to show
// somebody a replay of it: the command line is enough.
type sampleCmd struct {
	Orders int    `help:"How many orders." default:"300"`
	Seed   uint64 `help:"Another book for each seed." default:"1"`
}

// Run writes it to standard output.
func (c *sampleCmd) Run(s *streams) error {
	w := bufio.NewWriter(s.out)
	if err := sample.Book(w, c.Orders, c.Seed); err != nil {
		return err
	}
	return w.Flush()
}
