package main

import (
	"context"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// verifyCmd proves the histories.
type verifyCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse verify --help says at more length.
func (verifyCmd) Help() string {
	return `Every decision is made again from the history and compared with what was saved, and every entry must carry the hash of the one before.
Nothing is changed. A finding is printed a line; the exit code is 1 when there is any.`
}

// Run verifies one merchant's orders.
func (c *verifyCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	bar := newProgress(s, "verifying", "orders", 0)
	findings := []desk.Finding{}
	done, err := o.Verify(ctx, o.merchant, func(f desk.Finding) {
		findings = append(findings, f)
		if !c.JSON {
			fmt.Fprintf(s.out, "order %s, entry %d: %s (%s)\n", f.Order, f.Seq, f.What, f.Code)
		}
	}, func(v desk.Verified) { bar.at(v.Orders) })
	bar.end()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, struct {
			desk.Verified
			Findings []desk.Finding `json:"findings"`
		}{done, findings})
	} else {
		fmt.Fprintf(s.out, "%s orders, %s decisions: %s findings\n", count(done.Orders), count(done.Entries), count(len(findings)))
	}
	if err == nil && len(findings) > 0 {
		return errFailed
	}
	return err
}

// backupCmd writes a copy of everything.
type backupCmd struct {
	File          string `arg:"" help:"The file to write; one that is there is not overwritten."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse backup --help says at more length.
func (backupCmd) Help() string {
	return `The copy is of one moment, while others go on working, and has all merchants. It is a SQLite database whichever database it was made of:
it can be opened as it is, and restored into either. Sign-in links and tokens are in it as hashes only.`
}

// Run writes it.
func (c *backupCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.openAny(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	err = copying(s, "backing up", func(progress func(done, total int64)) error { return o.store.Backup(ctx, c.File, progress) })
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return fileError(c.File, err)
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"file": c.File, "bytes": info.Size()})
	}
	fmt.Fprintf(s.out, "%s: %s KiB. To use it: recourse restore %s --to DATABASE\n", c.File, count(int(info.Size()/1024)), c.File)
	return nil
}

// copying shows how many rows were copied, as far as the store tells.
func copying(s *streams, doing string, work func(progress func(done, total int64)) error) error {
	var bar *progress
	err := work(func(done, total int64) {
		if bar == nil {
			bar = newBar(s, doing, total, progressbar.OptionShowCount(), progressbar.OptionSetItsString("rows"))
		}
		bar.at(int(done))
	})
	if bar != nil {
		bar.end()
	}
	return err
}

// restoreCmd puts a backup into an empty database.
type restoreCmd struct {
	File string `arg:"" help:"The backup."`
	To   string `help:"The database to restore into: the path of a SQLite file, or postgres://…. It must have no merchant yet; a file that is not there is made." required:"" placeholder:"PATH|URL"`
}

// Run restores it.
func (c *restoreCmd) Run(ctx context.Context, s *streams) error {
	if info, err := os.Stat(c.File); err != nil || info.IsDir() {
		return &recourse.Error{Kind: recourse.NotFound, Code: "file", Position: recourse.Position{File: c.File}, Message: "there is no such backup"}
	}
	f := databaseFlags{Database: c.To}
	o, err := f.create(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	err = copying(s, "restoring", func(progress func(done, total int64)) error { return store.Restore(ctx, c.File, o.store, progress) })
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "restored into %s. To prove the histories: recourse verify --database %s\n", c.To, c.To)
	return nil
}

// migrateCmd brings the tables to this program's version.
type migrateCmd struct {
	Status        bool `help:"Only say which version the tables have, and which this program wants."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse migrate --help says at more length.
func (migrateCmd) Help() string {
	return `Every command that works on a database does this by itself; it is a command of its own for who wants to do it at a time of their choosing,
after a backup. A database that a later program has changed is refused by this one.`
}

// Run migrates.
func (c *migrateCmd) Run(ctx context.Context, s *streams) error {
	if err := c.there(); err != nil {
		return err
	}
	db, err := store.Connect(ctx, c.Database)
	if err != nil {
		return c.refused(err)
	}
	defer db.Close()
	steps := []string{}
	if !c.Status {
		if steps, err = db.Migrate(ctx); err != nil {
			return err
		}
	}
	is, wants, err := db.Version(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"version": is, "wants": wants, "steps": steps})
	}
	for _, step := range steps {
		fmt.Fprintln(s.out, "done:", step)
	}
	fmt.Fprintf(s.out, "the tables have version %d, this program wants %d\n", is, wants)
	return nil
}
