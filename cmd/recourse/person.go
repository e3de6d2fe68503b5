package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// personCmd is about the people who work at the desk.
type personCmd struct {
	Add     personAddCmd     `cmd:"" help:"Add a person, and print the link by which they choose a password."`
	List    personListCmd    `cmd:"" help:"List the people, what each may do, and when they were last seen."`
	Invite  personInviteCmd  `cmd:"" help:"Print another link by which a person chooses a password: the way back in for who forgot it."`
	Disable personDisableCmd `cmd:"" help:"Let a person in no more; their name stays in the history. --undo lets them in again."`
}

// deskURL is where the desk is reached, for links.
type deskURL struct {
	URL string `help:"Where the desk is reached, for the link." default:"http://127.0.0.1:8585" name:"url"`
}

// invitation is the address by which somebody who was invited chooses a password.
func invitation(base, secret string) string {
	return strings.TrimSuffix(base, "/") + "/invite/" + url.PathEscape(secret)
}

// personAddCmd adds a person.
type personAddCmd struct {
	Email         string `arg:"" help:"The email by which they sign in."`
	Name          string `help:"Their name, as it will stand in the history." required:""`
	Role          string `help:"owner (everything), approver (what money leaves, too), clerk (the daily work), viewer (look), supplier (its own purchases)." required:"" placeholder:"ROLE"`
	Limit         string `help:"The most money that an approver or a clerk may let go at once, as in '50.00 EUR'." placeholder:"AMOUNT"`
	Supplier      string `help:"Of the role supplier: whose purchases they see, as the purchases have it." placeholder:"NAME"`
	Language      string `help:"The desk's language for them: en, fr, zh." default:"en"`
	deskURL       `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run adds the person and prints the link.
func (c *personAddCmd) Run(ctx context.Context, s *streams) error {
	p := store.Person{Name: c.Name, Email: c.Email, Role: c.Role, Supplier: c.Supplier, Language: c.Language}
	if c.Limit != "" {
		var err error
		if p.Limit, err = recourse.ParseMoney(c.Limit); err != nil {
			return err
		}
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	p.Merchant = o.merchant
	p, secret, err := account.New(o.store, o.Now).Invite(ctx, p)
	if err != nil {
		return err
	}
	return printInvitation(s, c.JSON, &p, invitation(c.URL, secret))
}

func printInvitation(s *streams, asJSON bool, p *store.Person, link string) error {
	if asJSON {
		return printJSON(s.out, map[string]any{"name": p.Name, "email": p.Email, "role": p.Role, "link": link})
	}
	_, err := fmt.Fprintln(s.out, link)
	return err
}

// personListCmd lists the people.
type personListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// jsonPerson is a person, without anything that lets somebody in.
type jsonPerson struct {
	Email      string         `json:"email"`
	Name       string         `json:"name"`
	Role       string         `json:"role"`
	Limit      recourse.Money `json:"limit,omitzero"`
	Supplier   string         `json:"supplier,omitempty"`
	CreatedAt  time.Time      `json:"created_at"`
	SeenAt     time.Time      `json:"seen_at,omitzero"`
	DisabledAt time.Time      `json:"disabled_at,omitzero"`
}

// Run lists them.
func (c *personListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	people, err := account.New(o.store, o.Now).People(ctx, o.merchant)
	if err != nil {
		return err
	}
	all := []jsonPerson{}
	for _, p := range people {
		all = append(all, jsonPerson{p.Email, p.Name, p.Role, p.Limit, p.Supplier, p.CreatedAt, p.SeenAt, p.DisabledAt})
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"people": all})
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(s.out, "nobody yet: recourse serve prints the link that makes the owner")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "email\tname\trole\tbounds\tseen")
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", p.Email, p.Name, p.Role, p.bounds(), p.seen(o.Now()))
	}
	return t.Flush()
}

func (p *jsonPerson) bounds() string {
	switch {
	case p.Supplier != "":
		return recourse.Shorten(p.Supplier, 40)
	case p.Limit.Currency != "":
		return "up to " + p.Limit.String()
	}
	return "-"
}

func (p *jsonPerson) seen(now time.Time) string {
	switch {
	case !p.DisabledAt.IsZero():
		return "disabled"
	case p.SeenAt.IsZero():
		return "invited"
	}
	return away(p.SeenAt, now)
}

// named is the person of an email.
func (o *office) named(ctx context.Context, email string) (p store.Person, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		p, err = tx.PersonByEmail(o.merchant, email)
		return err
	})
	if err != nil {
		err = hinted(err, "recourse person list shows them by their emails")
	}
	return p, err
}

// personInviteCmd makes another link.
type personInviteCmd struct {
	Email         string `arg:"" help:"Whose."`
	deskURL       `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run makes the link. Those before are void.
func (c *personInviteCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	p, err := o.named(ctx, c.Email)
	if err != nil {
		return err
	}
	secret, err := account.New(o.store, o.Now).InviteAgain(account.By(ctx, (&byFlag{}).name()), o.merchant, p.ID)
	if err != nil {
		return err
	}
	return printInvitation(s, c.JSON, &p, invitation(c.URL, secret))
}

// personDisableCmd lets a person in no more.
type personDisableCmd struct {
	Email         string `arg:"" help:"Whom."`
	Undo          bool   `help:"Let them in again."`
	databaseFlags `embed:""`
}

// Run does it. In a server that runs it holds within seconds.
func (c *personDisableCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	p, err := o.named(ctx, c.Email)
	if err != nil {
		return err
	}
	ctx = account.By(ctx, (&byFlag{}).name())
	accounts := account.New(o.store, o.Now)
	change, said := accounts.Disable, "disabled"
	if c.Undo {
		change, said = accounts.Enable, "enabled"
	}
	if err := change(ctx, o.merchant, p.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, said, p.Name)
	return err
}
