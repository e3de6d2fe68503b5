package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"recourse/account"
	"recourse/evidence"
	"recourse/hub"
	"recourse/sample"
	"recourse/store"
	"recourse/web"
)

// channels is a shop with stand-ins of the systems around it, and the story that is played to it.
type channels struct {
	*office
	*standIns
	accounts *account.Accounts
	room     *evidence.Room
	hub      *hub.Hub
	options  web.Options
}

// openChannels connects an office to stand-ins. What the office's own services are made of is in the options.
func openChannels(ctx context.Context, o *office, stands *standIns, f *databaseFlags, room *evidence.Room) (*channels, error) {
	o.around.kinds, o.around.every = stands.kinds(), mailEvery
	c := &channels{office: o, standIns: stands, accounts: account.New(o.store, o.Now), room: room}
	var key vaultFlags
	var err error
	if c.hub, err = key.hubOn(o, f, room, ""); err != nil {
		return nil, err
	}
	hooks, err := key.hooksOn(o, f, true)
	c.options = web.Options{Accounts: c.accounts, Evidence: room, Hub: c.hub, Hooks: hooks}
	return c, err
}

// furnish makes the shop, its people and its connections.
func (c *channels) furnish(ctx context.Context) error {
	if err := c.setUp(ctx, sample.ShopName, "", map[string]string{"merchant.country": "FR"}, clerk); err != nil {
		return err
	}
	if err := c.seedPeople(ctx, c.accounts); err != nil {
		return err
	}
	return c.connect(ctx, c.hub, c.merchant)
}

// serveAt serves on a listener until the context ends.
func (c *channels) serveAt(ctx context.Context, l net.Listener) error {
	options := c.options
	options.URL = baseOf(l)
	return c.serve(ctx, options, l)
}

// register lets the other sides that can be told the address of the desk know it.
func (c *channels) register(ctx context.Context, base string) error {
	return c.hub.Register(ctx, c.merchant, "shopify", base)
}

// play is the story for this shop.
func (c *channels) play(ctx context.Context, base string) (*play, error) {
	p := &play{standIns: c.standIns, desk: base, merchant: c.merchant}
	var err error
	if p.clerk, err = c.accounts.Issue(ctx, c.merchant, clerk, account.Owner, store.TokenAPI, 0); err != nil {
		return nil, err
	}
	p.agent, err = c.accounts.Issue(ctx, c.merchant, "DSers", account.Clerk, store.TokenAPI, 0)
	return p, err
}

// lag is a clock that runs behind by a time which the story makes shorter: what happened in the last days is told now.
type lag struct {
	mu sync.Mutex
	by time.Duration
}

func (l *lag) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Add(-l.by)
}

func (l *lag) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.by = max(0, l.by-d)
}

// runChannels is the demo with other systems.
func (c *demoCmd) runChannels(ctx context.Context, s *streams) error {
	c.Keep = "" // a story is told once
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	f := databaseFlags{Database: folder + "/recourse.db", Merchant: "shop"}
	o, err := f.create(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	room, err := (&evidenceFlags{}).openEvidence(&f)
	if err != nil {
		return err
	}
	defer room.Close()
	clock := &lag{by: storyLasts}
	stands, err := openStandIns(ctx, clock.now)
	if err != nil {
		return err
	}
	defer stands.close()
	shop, err := openChannels(ctx, o, stands, &f, room)
	if err == nil {
		err = shop.furnish(ctx)
	}
	if err != nil {
		return err
	}
	return c.tell(ctx, s, shop, clock, f.Database)
}

// tell serves the shop and plays the story to it, until it is told to stop.
func (c *demoCmd) tell(ctx context.Context, s *streams, shop *channels, clock *lag, database string) error {
	l, err := listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return err
	}
	letters, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		l.Close()
		return err
	}
	box := &http.Server{Handler: shop.mailbox(), ReadHeaderTimeout: 10 * time.Second}
	defer box.Close()
	go box.Serve(letters)
	link, _, _, err := shop.demoLinks(ctx, shop.accounts, baseOf(l))
	if err != nil {
		l.Close()
		return err
	}
	fmt.Fprintf(s.out, channelsWelcome, sample.ShopName, link, baseOf(letters), baseOf(l)+"/connections", database, program(), program(), program())
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	running.Go(func() {
		if err := c.story(ctx, s, shop, clock, baseOf(l)); err != nil && ctx.Err() == nil {
			slog.Error("the story stopped", "error", err)
		}
	})
	err = shop.serveAt(ctx, l)
	stop(errors.New("served"))
	running.Wait()
	return err
}

const channelsWelcome = `%s has a shop on Shopify, 17TRACK, Stripe, DSers and a mailbox: strict stand-ins of them, on this machine.
This link signs you in, once:

  %s

  Every letter that leaves:     %s
  The systems, what they told:  %s

Or in another terminal:
  export RECOURSE_DATABASE=%s
  %s case list
  %s connection show shopify
  %s tracking list

A story of nine days is told now, by signed webhooks, mail and the buyer’s own page.
`

// story plays the story. It begins when the desk answers.
func (c *demoCmd) story(ctx context.Context, s *streams, shop *channels, clock *lag, base string) error {
	p, err := shop.play(ctx, base)
	if err != nil {
		return err
	}
	p.say = func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }
	p.now, p.pass, p.pause, p.patience = clock.now, clock.pass, c.Pause, c.Patience
	if err := shop.register(ctx, base); err != nil {
		return err
	}
	if err := p.run(ctx); err != nil {
		return err
	}
	address, err := url.Parse(base)
	if err == nil {
		p.say("\nThat was the story. The desk stays at http://%s; %s", address.Host, c.end())
	}
	return nil
}
