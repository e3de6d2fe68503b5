package main

import (
	"context"
	"fmt"
	"log/slog"

	"recourse"
	"recourse/account"
	"recourse/call"
	"recourse/web"
)

// serveCmd runs the desk for a shop.
type serveCmd struct {
	Listen        string            `help:"Where to listen. Default: 127.0.0.1:8585." default:"127.0.0.1:8585" placeholder:"HOST:PORT"`
	Public        bool              `help:"Listen on an address that others reach, too. There is no TLS here: put a proxy in front that has it, since tokens and buyers' addresses go over this line."`
	Secure        bool              `help:"People come by https, through a proxy: cookies are then for https only."`
	Link          bool              `help:"Print a link that signs an owner in once; as long as there are no people, every start prints the one that makes the owner."`
	Name          string            `help:"The shop's name, when the merchant is new." default:"My shop"`
	Playbook      string            `help:"The playbook, when the merchant is new: a built-in, or a file." default:"tmall-dsers" placeholder:"NAME|FILE"`
	Set           map[string]string `help:"A setting of the playbook, when the merchant is new, as in --set merchant.country=DE." mapsep:"none" placeholder:"SETTING=VALUE"`
	Loopback      bool              `help:"Let webhooks go to this machine, and without TLS: for development." name:"webhooks-loopback"`
	Lan           bool              `help:"Let mail connections lead to this machine and into its network, where a mail server of your own may stand."`
	Rate          int               `help:"How often a token may ask the API, a second; twice as often at once. 0: as often as it likes." default:"50" placeholder:"N"`
	LogJSON       bool              `help:"Log as JSON, a line each." name:"log-json"`
	doorFlags     `embed:""`
	evidenceFlags `embed:""`
	vaultFlags    `embed:""`
	databaseFlags `embed:""`
}

// Help is what recourse serve --help says at more length.
func (serveCmd) Help() string {
	return `Lets deadlines act at their instants and serves pages and the API. The first start makes the database and the merchant and prints a
link that makes the owner, once. On PostgreSQL any number of nodes may run on one database; each takes a share of the deadlines. SIGTERM
and Ctrl-C end it after the requests in hand were answered; what was acknowledged is on the disk.`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context, s *streams) error {
	if !c.Public && !loopback(c.Listen) {
		return &recourse.Error{Kind: recourse.Invalid, Code: "public", Field: "listen", Message: recourse.Shorten(c.Listen, 80) + " is reached by others than this machine",
			Hint: "add --public if that is meant, and put a proxy with TLS in front: tokens and buyers' addresses go over this line"}
	}
	if err := c.check(); err != nil {
		return err
	}
	c.log(s)
	call.KeepOut(!c.Lan)
	o, err := c.create(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	if err := c.merchantFor(ctx, o); err != nil {
		return err
	}
	room, err := c.openEvidence(&c.databaseFlags)
	if err != nil {
		return err
	}
	defer room.Close()
	h, err := c.hubOn(o, &c.databaseFlags, room, c.URL)
	if err != nil {
		return err
	}
	hooks, err := c.hooksOn(o, &c.databaseFlags, c.Loopback)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	accounts := account.New(o.store, o.Now)
	if err := c.printLink(ctx, s, o, accounts, baseOf(listener)); err != nil {
		listener.Close()
		return err
	}
	slog.Info("serving", "address", baseOf(listener), "merchant", o.merchant, "database", o.store.Path(), "version", Version)
	err = o.serve(ctx, web.Options{Accounts: accounts, Quota: web.Quota{Each: c.Rate}, Secure: c.Secure, URL: c.URL, Provider: c.provider(), Evidence: room, Hub: h, Hooks: hooks}, listener)
	slog.Info("stopped")
	return err
}

// merchantFor makes the merchant where there is none yet.
func (c *serveCmd) merchantFor(ctx context.Context, o *office) error {
	if _, err := o.known(ctx); recourse.CodeOf(err) != "merchant_unknown" {
		return err
	}
	return o.setUp(ctx, c.Name, c.Playbook, c.Set, "serve")
}

// printLink prints the link by which somebody comes in, where one was asked for or there are no people yet.
func (c *serveCmd) printLink(ctx context.Context, s *streams, o *office, accounts *account.Accounts, base string) error {
	people, err := accounts.People(ctx, o.merchant)
	if err != nil || len(people) > 0 && !c.Link {
		return err
	}
	if c.URL != "" {
		base = c.URL
	}
	link, about, err := o.wayIn(ctx, accounts, base)
	if err == nil {
		fmt.Fprintf(s.out, "%s: %s\n", about, link)
	}
	return err
}

// log sends what happens to standard error, in one form for all rooms.
func (c *serveCmd) log(s *streams) {
	var h slog.Handler = slog.NewTextHandler(s.err, nil)
	if c.LogJSON {
		h = slog.NewJSONHandler(s.err, nil)
	}
	slog.SetDefault(slog.New(h))
}
