package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/evidence"
	"recourse/sample"
	"recourse/store"
	"recourse/web"
)

// demoCmd shows the whole with a made-up shop.
type demoCmd struct {
	Port int    `help:"The port on this machine. Default: any that is free." default:"0"`
	Keep string `help:"A folder for the database, which then stays there; the next demo with it goes on." placeholder:"DIR"`

	Channels bool          `help:"Show it with the systems around it: stand-ins of Shopify, 17TRACK, Stripe, DSers and a mail server run on this machine, and one order goes the whole way."`
	Patience time.Duration `help:"With --channels: how long the story waits for you before it does by itself what a person does at the desk." default:"30s"`
	Pause    time.Duration `help:"With --channels: the pause between two scenes." default:"4s"`
}

// Help is what recourse demo --help says at more length.
func (demoCmd) Help() string {
	return `Makes a temporary database with a small shop in it: some fifty orders, healthy ones and every trouble of the trade, told to the desk fact by
fact as if it had run for months. Then it serves the desk on this machine, prints a link that signs in once, and lets time go on: deadlines
act while you look. Ctrl-C ends it and removes everything.`
}

// Run shows the demo until it is told to stop.
func (c *demoCmd) Run(ctx context.Context, s *streams) error {
	if c.Channels {
		slog.SetDefault(slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
		return c.runChannels(ctx, s)
	}
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	slog.SetDefault(slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	f := databaseFlags{Database: filepath.Join(folder, "recourse.db"), Merchant: "shop"}
	files := evidenceFlags{}
	room, err := files.openEvidence(&f)
	if err != nil {
		return err
	}
	defer room.Close()
	if recourse.CodeOf(f.there()) == "database_missing" {
		if err := seedShop(ctx, s, &f, room, time.Now()); err != nil {
			return err
		}
	}
	o, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var key vaultFlags
	hooks, err := key.hooksOn(o, &f, true)
	if err != nil {
		return err
	}
	h, err := key.hubOn(o, &f, room, "")
	if err != nil {
		return err
	}
	listener, err := listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return err
	}
	accounts := account.New(o.store, o.Now)
	link, supplier, name, err := o.demoLinks(ctx, accounts, baseOf(listener))
	if err == nil && supplier != "" {
		link += "\n\nAnd what a supplier sees, " + name + ", in a private window:\n\n  " + supplier
	}
	if err == nil {
		err = c.welcome(ctx, s, o, link, f.Database)
	}
	if err != nil {
		listener.Close()
		return err
	}
	return o.serve(ctx, web.Options{Accounts: accounts, Tour: true, Evidence: room, Hub: h, Hooks: hooks}, listener)
}

// folder is where the database goes, and what removes it afterwards.
func (c *demoCmd) folder() (string, func(), error) {
	if c.Keep != "" {
		if err := os.MkdirAll(c.Keep, 0o700); err != nil {
			return "", nil, &recourse.Error{Kind: recourse.Invalid, Code: "keep", Field: "keep", Message: "the folder cannot be made: " + err.Error(), Err: err}
		}
		return c.Keep, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "recourse-demo-")
	return folder, func() { os.RemoveAll(folder) }, err
}

// seedShop makes a database with the sample shop as it stands now. One that was half made is taken away again.
func seedShop(ctx context.Context, s *streams, f *databaseFlags, room *evidence.Room, now time.Time) (err error) {
	st, err := store.Open(ctx, f.Database)
	if err != nil {
		return f.refused(err)
	}
	sd := &seeder{room: room, merchant: f.Merchant, at: now.AddDate(-1, 0, 0), bar: newProgress(s, "making the shop:", "facts", len(sample.Claims(now)))}
	defer sd.bar.end()
	sd.desk = desk.New(st, sd.now)
	o := &office{Desk: sd.desk, store: st, merchant: f.Merchant}
	if err = o.setUp(ctx, sample.ShopName, "", nil, "demo"); err == nil {
		err = o.PutMarketplace(ctx, o.merchant, "", "tmall")
	}
	if err == nil {
		err = sd.run(ctx, now)
	}
	if err == nil {
		err = o.seedOffers(ctx, now)
	}
	if err == nil {
		err = o.seedPeople(ctx, account.New(st, time.Now))
	}
	o.close()
	if err != nil {
		for _, end := range []string{"", "-wal", "-shm"} {
			if gone := os.Remove(f.Database + end); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}
	return err
}

// welcome prints the link and what to try next.
func (c *demoCmd) welcome(ctx context.Context, s *streams, o *office, link, database string) error {
	var open []store.Case
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		open, _, err = tx.Cases(o.merchant, store.CaseFilter{Status: recourse.Open, Limit: 1000})
		return err
	})
	if err != nil {
		return err
	}
	example := "2101-1"
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].Waits == recourse.PartyMerchant {
			example = open[i].ID
		}
	}
	me := program()
	fmt.Fprintf(s.out, `%s, a made-up shop, has %d open cases. This link signs you in, once:

  %s

Or in another terminal:
  export RECOURSE_DATABASE=%s
  %s case list
  %s case show %s    # what happened and why, what comes next, what may be done
  %s order show %s
  %s verify

%s
`, sample.ShopName, len(open), link, database, me, me, example, me, strings.TrimSuffix(example, "-1"), me, c.end())
	return nil
}

func (c *demoCmd) end() string {
	if c.Keep != "" {
		return "Ctrl-C ends it; the database stays in " + c.Keep + "."
	}
	return "Ctrl-C ends it and removes the database."
}

// program is how this program was called: one that go run has compiled has no name that could be typed.
func program() string {
	exe, err := os.Executable()
	if err == nil && strings.Contains(exe, "go-build") {
		return "go run ./cmd/recourse"
	}
	return "recourse"
}
