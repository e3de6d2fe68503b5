package main

import (
	"context"
	"fmt"
	"slices"

	"recourse"
	"recourse/calendar"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
)

// useCmd puts a playbook to work.
type useCmd struct {
	Playbook      string            `arg:"" help:"A built-in playbook, or a file."`
	Set           map[string]string `help:"A setting, as in --set 'late_shipment.urge_after=3 days'." mapsep:"none" placeholder:"SETTING=VALUE"`
	Name          string            `help:"The shop's name. Default: as it is; My shop for a new merchant."`
	Unchecked     bool              `help:"Use it though playbook check finds something."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse playbook use --help says at more length.
func (useCmd) Help() string {
	return `New cases begin under this playbook with these settings; running ones go on under the one that they began with. What decisions were made by
before is kept. A merchant and a database that are not there are made.`
}

// Run puts it to work.
func (c *useCmd) Run(ctx context.Context, s *streams) error {
	p, err := policy(c.Playbook, c.Set)
	if err != nil {
		return err
	}
	if err := c.checked(s, p.Playbook); err != nil {
		return err
	}
	o, err := c.create(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	m, err := o.known(ctx)
	isNew := recourse.CodeOf(err) == "merchant_unknown"
	if err != nil && !isNew {
		return err
	}
	calendars := calendar.Default()
	if !isNew {
		if calendars, err = o.Calendars(ctx, o.merchant); err != nil {
			return err
		}
	}
	if err := o.Put(ctx, o.merchant, first(c.Name, m.Name, "My shop"), p, calendars, c.name()); err != nil {
		return err
	}
	return c.print(ctx, s, o, p, m, isNew)
}

// checked refuses a playbook that its check finds fault with. The built-in ones are held to it by tests.
func (c *useCmd) checked(s *streams, p *playbook.Playbook) error {
	if c.Unchecked || slices.Contains(playbook.Builtins(), c.Playbook) {
		return nil
	}
	findings := p.Check(text.Builtin().HasTemplate, languages)
	for _, f := range findings {
		fmt.Fprintln(s.out, f)
	}
	if len(findings) > 0 {
		fmt.Fprintln(s.out, "not used; --unchecked uses it all the same")
		return errFailed
	}
	return nil
}

// print says what is so now.
func (c *useCmd) print(ctx context.Context, s *streams, o *office, p *playbook.Policy, was store.Merchant, isNew bool) error {
	open := 0
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		open, err = tx.CountCases(o.merchant, store.CaseFilter{Status: recourse.Open}, 1_000_000)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"merchant": o.merchant, "new": isNew, "playbook": p.Name, "policy": p.Hash, "before": was.Policy, "open": open})
	}
	switch {
	case isNew:
		fmt.Fprintf(s.out, "the merchant %s was made; its cases begin under %s (%s)\n", o.merchant, p.Name, shortHash(p.Hash))
	case was.Policy == p.Hash:
		fmt.Fprintf(s.out, "%s (%s) is in use already\n", p.Name, shortHash(p.Hash))
	default:
		fmt.Fprintf(s.out, "new cases begin under %s (%s); %s open ones go on under the one that they began with\n", p.Name, shortHash(p.Hash), count(open))
	}
	return nil
}

// shortHash is enough of a hash for people.
func shortHash(h string) string { return h[:min(12, len(h))] }
