package main

import (
	"context"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"

	"recourse"
	"recourse/account"
	mailroom "recourse/post"
	"recourse/store"
	"recourse/vault"
	"recourse/web"
)

// signIn is the address that signs a person in once.
func signIn(base, secret string) string {
	return strings.TrimSuffix(base, "/") + "/signin/" + url.PathEscape(secret)
}

// serve lets deadlines act and answers requests until the context ends; requests in hand are answered first. What the
// options leave out is the office's own.
func (o *office) serve(ctx context.Context, options web.Options, listener net.Listener) error {
	options.Desk, options.Log, options.Version = o.Desk, slog.Default(), Version
	var ring *vault.Ring
	if options.Hub != nil {
		ring = options.Hub.Vault
		options.Hub.Resolve = (&mailroom.Office{Store: o.store}).Resolve
	}
	letters := o.letters(ring, options.Evidence)
	options.Sent = sentLetters(letters)
	server, err := web.New(options)
	if err != nil {
		listener.Close()
		return err
	}
	letters.Words, letters.Link = server.Words, server.BuyerLink
	if server.URL == "" { // letters cannot do without
		letters.Link = func(ctx context.Context, merchant, order, by string) (string, error) {
			link, err := server.BuyerLink(ctx, merchant, order, by)
			return baseOf(listener) + link, err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { o.Run(ctx) })
	running.Go(func() { o.runner(ring, letters).Run(ctx) })
	if options.Hooks != nil {
		running.Go(func() { options.Hooks.Run(ctx) })
	}
	if options.Evidence != nil {
		running.Go(func() { o.tend(ctx, options.Evidence) })
	}
	if options.Hub != nil {
		running.Go(func() { options.Hub.Run(ctx) })
		running.Go(func() { o.registrar(options.Hub).Run(ctx) })
	}
	err = server.Serve(ctx, listener)
	stop()
	running.Wait()
	return err
}

// listen opens a port. One that is taken is told with what to do.
func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "listen", Field: "listen", Message: "cannot listen on " + recourse.Shorten(address, 80) + ": " + err.Error(), Hint: "another port is named by --listen or --port", Err: err}
	}
	return l, nil
}

// link makes a link that signs the owner in once, for a day.
func (o *office) link(ctx context.Context, accounts *account.Accounts, base, name string) (string, error) {
	secret, err := accounts.Issue(ctx, o.merchant, name, account.Owner, store.TokenLink, linkFor)
	return signIn(base, secret), err
}

// baseOf is the address of a listener for a browser on this machine.
func baseOf(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil { // unreachable: listeners on TCP have both
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// loopback says whether an address is reached from this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
