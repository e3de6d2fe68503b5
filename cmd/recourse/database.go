package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/user"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// databaseFlags name the database and the merchant that a command works on.
type databaseFlags struct {
	Database string `help:"The database: the path of a SQLite file, or postgres://… for PostgreSQL. Default: ./recourse.db." env:"RECOURSE_DATABASE" default:"./recourse.db" placeholder:"PATH|URL"`
	Merchant string `help:"The merchant, of those that share the database. Default: shop." default:"shop" placeholder:"ID"`
}

// office is an open database with a desk on it, for one merchant.
type office struct {
	*desk.Desk
	store    *store.Store
	merchant string
	around   surroundings
}

// open opens a database that must be there, and a merchant that must be known.
func (f *databaseFlags) open(ctx context.Context) (*office, error) {
	o, err := f.openAny(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := o.known(ctx); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// openAny opens a database that must be there, whatever merchants it has.
//
// A SQLite file that is not there is an error and is not made: a mistyped path would otherwise answer with an empty shop.
func (f *databaseFlags) openAny(ctx context.Context) (*office, error) {
	if err := f.there(); err != nil {
		return nil, err
	}
	return f.create(ctx)
}

// create opens a database, and makes one where there is none.
func (f *databaseFlags) create(ctx context.Context) (*office, error) {
	s, err := store.Open(ctx, f.Database)
	if err != nil {
		return nil, f.refused(err)
	}
	return &office{Desk: desk.New(s, time.Now), store: s, merchant: f.Merchant}, nil
}

// there says whether there is a database to open. Of PostgreSQL only opening it tells.
func (f *databaseFlags) there() error {
	if f.remote() {
		return nil
	}
	info, err := os.Stat(f.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &recourse.Error{Kind: recourse.NotFound, Code: "database_missing", Field: "database", Message: "there is no database " + recourse.Shorten(f.Database, 120),
			Hint: "recourse serve and recourse playbook use make one; another one is named by --database or $RECOURSE_DATABASE"}
	case err != nil:
		return fileError(f.Database, err)
	case info.IsDir():
		return fileError(f.Database, errors.New("it is a folder"))
	}
	return nil
}

func (f *databaseFlags) remote() bool {
	return strings.HasPrefix(f.Database, "postgres://") || strings.HasPrefix(f.Database, "postgresql://")
}

// refused says which database could not be opened, without the password in its address.
func (f *databaseFlags) refused(err error) error {
	name := f.Database
	if u, parsed := url.Parse(name); f.remote() && parsed == nil {
		name = u.Redacted()
	}
	e := &recourse.Error{Kind: recourse.KindOf(err), Code: recourse.CodeOf(err), Field: "database", Message: "the database " + recourse.Shorten(name, 120) + " cannot be opened", Err: err}
	if own, ok := errors.AsType[*recourse.Error](err); ok {
		e.Message += ": " + own.Message
		e.Hint = own.Hint
		err = own.Err
	}
	if err != nil && e.Code == "database_unavailable" {
		e.Message = strings.TrimSuffix(e.Message, "; nothing was changed") + ": " + recourse.Shorten(redacted(err.Error(), f.Database), 300)
		e.Hint = "is it there, is it running, and is it a database of Recourse?"
	}
	return e
}

// redacted takes the address, which may hold a password, out of what a driver says.
func redacted(message, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return message
	}
	if password, ok := u.User.Password(); ok && password != "" {
		message = strings.ReplaceAll(message, password, "xxxxx")
	}
	return message
}

// known reads the merchant; of one that is not there the hint names those that are.
func (o *office) known(ctx context.Context) (m store.Merchant, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		if m, err = tx.Merchant(o.merchant); recourse.CodeOf(err) != "merchant_unknown" {
			return err
		}
		all, listed := tx.Merchants()
		if listed != nil {
			return listed
		}
		names := make([]string, len(all))
		for i, m := range all {
			names[i] = m.ID
		}
		hint := "the database has none yet: recourse serve and recourse playbook use add one"
		if len(names) > 0 {
			hint = recourse.Nearest(o.merchant, names)
		}
		return &recourse.Error{Kind: recourse.NotFound, Code: "merchant_unknown", Field: "merchant", Message: `there is no merchant "` + recourse.Shorten(o.merchant, 60) + `"`, Hint: hint}
	})
	return m, err
}

func (o *office) close() {
	o.Close()
	_ = o.store.Close() // what was acknowledged is durable already
}

// byFlag says who acts, for the history.
type byFlag struct {
	By string `help:"Who does it, as it will stand in the history. Default: who is signed in to this machine." placeholder:"NAME"`
}

// name is who acts: somebody always, since a history without a name answers no question.
func (f *byFlag) name() string {
	if f.By != "" {
		return f.By
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "command line"
}

// languageFlag is the reader's language.
type languageFlag struct {
	Language string `help:"The language of what is told: en, fr or zh." default:"en" enum:"en,fr,zh"`
}

// words speak to the reader, with instants on the clock of this machine.
func (f *languageFlag) words() *text.Language { return text.In(f.Language).At(time.Local) }

// reader is who looks, at an instant.
func (f *languageFlag) reader(now time.Time) view.Reader {
	return view.NewReader(text.In(f.Language), time.Local, now)
}

// page is a page for the reader about what a desk read.
func (f *languageFlag) page(s *streams, o *office, v *desk.View) *page {
	return &page{f.reader(o.Now()), s.out, v}
}

// jsonFlag asks for data in place of words.
type jsonFlag struct {
	JSON bool `help:"Print JSON."`
}
