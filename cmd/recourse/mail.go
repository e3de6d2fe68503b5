package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"recourse"
	"recourse/intake"
	"recourse/intake/mail"
)

// mailCmd takes in one letter.
type mailCmd struct {
	Connection    string `help:"The mailbox that it came to: a connection of the kind imap, which needs no server for this. Default: the only one there is." placeholder:"ID"`
	File          string `arg:"" optional:"" help:"The letter, as a file. Default: standard input." placeholder:"FILE"`
	vaultFlags    `embed:""`
	databaseFlags `embed:""`
}

// Help is what recourse mail --help says at more length.
func (mailCmd) Help() string {
	return `For mail servers that hand letters over by themselves: a line |"/usr/local/bin/recourse mail --database …" in .forward or in the aliases, a pipe in Postfix's master.cf.
The letter is kept before the command ends, and read by recourse serve: an answer finds its case, its photos become evidence. The same letter again changes
nothing. It exits with 75 when the letter could not be kept now, so that the server tries again.`
}

// exitLater tells a mail server to try again (EX_TEMPFAIL of sysexits.h).
const exitLater = 75

// later is an error that passes by itself.
type later struct{ error }

// Unwrap is what it was.
func (l later) Unwrap() error { return l.error }

func isLater(err error) bool {
	_, ok := errors.AsType[later](err)
	return ok
}

// Run keeps the letter.
func (c *mailCmd) Run(ctx context.Context, s *streams) error {
	err := c.take(ctx)
	if k := recourse.KindOf(err); k == recourse.Unavailable || k == recourse.Internal {
		return later{err}
	}
	return err
}

func (c *mailCmd) take(ctx context.Context) error {
	raw, err := c.read()
	if err != nil {
		return err
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	h, err := c.hubOn(o, &c.databaseFlags, nil, "")
	if err != nil {
		return err
	}
	id, err := c.mailbox(ctx, o)
	if err != nil {
		return err
	}
	box, err := h.Connection(ctx, o.merchant, id)
	if err != nil {
		return err
	}
	if box.Kind.Name != "imap" {
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_kind", Field: "connection", Message: box.Connection.ID + " is no mailbox", Hint: "name a connection of the kind imap"}
	}
	d := intake.Delivery{Body: raw}
	mail.Name(&d)
	return h.Put(ctx, box, []intake.Delivery{d})
}

// read reads the letter, and no more than a letter may have.
func (c *mailCmd) read() ([]byte, error) {
	var from io.Reader = os.Stdin
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, &recourse.Error{Kind: recourse.NotFound, Code: "file", Field: "file", Position: recourse.Position{File: c.File}, Message: "the letter cannot be read", Err: err}
		}
		defer f.Close()
		from = f
	}
	raw, err := io.ReadAll(io.LimitReader(from, mail.MaxLetter+1))
	switch {
	case err != nil:
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "file", Message: "the letter cannot be read to its end", Err: err}
	case len(raw) > mail.MaxLetter:
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "letter_size", Message: "the letter is larger than 25 MB"}
	case len(raw) == 0:
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "letter", Message: "there is no letter", Hint: "pipe it in, or name its file"}
	}
	return raw, nil
}

// mailbox is the mailbox that a letter came to.
func (c *mailCmd) mailbox(ctx context.Context, o *office) (string, error) {
	if c.Connection != "" {
		return c.Connection, nil
	}
	all, err := o.connections(ctx, "imap")
	if err == nil && len(all) != 1 {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "connection_missing", Field: "connection", Message: fmt.Sprintf("there are %d mailboxes", len(all)), Hint: "name one by --connection"}
	}
	if err != nil {
		return "", err
	}
	return all[0], nil
}
