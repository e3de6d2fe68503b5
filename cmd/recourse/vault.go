package main

import (
	"context"
	"fmt"
	"os"

	"recourse"
	"recourse/hub"
	"recourse/vault"
)

// vaultCmd is about the key to what is sealed.
type vaultCmd struct {
	New    vaultNewCmd    `cmd:"" help:"Make a key, for --vault or RECOURSE_VAULT_KEY."`
	Rotate vaultRotateCmd `cmd:"" help:"Seal everything anew with the first key, while servers run."`
}

// vaultNewCmd makes a key.
type vaultNewCmd struct {
	File string `help:"A file for it, that nobody else may read; one that is there is not written over. Default: it is printed." short:"o" placeholder:"FILE"`
}

// Run makes it.
func (c *vaultNewCmd) Run(s *streams) error {
	if c.File == "" {
		fmt.Fprintln(s.out, vault.NewKey())
		return nil
	}
	if _, err := os.Lstat(c.File); err == nil {
		return &recourse.Error{Kind: recourse.Conflict, Code: "file_exists", Position: recourse.Position{File: c.File}, Message: "the file is there already", Hint: "a key that is lost opens nothing any more: it is never written over"}
	}
	if _, err := vault.OpenFile(c.File, true); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "made", c.File)
	return nil
}

// vaultRotateCmd seals everything anew.
type vaultRotateCmd struct {
	vaultFlags    `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse vault rotate --help says at more length.
func (vaultRotateCmd) Help() string {
	return `To change keys: put a new one (recourse vault new) on the first line of the file, above the old one; start every server again, so that it knows both;
run this; take the old one out of the file. It goes through all merchants of the database in small batches, may be broken off and begun again, and says how many
texts were sealed with another key. Backups that were made before still need the old one.`
}

// Run seals everything anew.
func (c *vaultRotateCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.openAny(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	ring, err := c.ring(&c.databaseFlags)
	if err != nil {
		return err
	}
	bar := newProgress(s, "sealing", "texts", 0)
	n, err := hub.Rotate(ctx, o.store, ring, bar.at)
	bar.end()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]int{"sealed": n})
	}
	fmt.Fprintf(s.out, "%s texts are sealed with the first key now; the others may be taken away\n", count(n))
	return nil
}
