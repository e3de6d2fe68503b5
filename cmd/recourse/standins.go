package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/hub"
	"recourse/intake"
	"recourse/peer"
)

// standIns are stand-ins of the systems that a shop works with, on this machine: a shop on Shopify, 17TRACK, Stripe, and a
// mail server. They are as strict as those they stand for.
type standIns struct {
	shop    *peer.Shopify
	parcels *peer.SeventeenTrack
	bank    *peer.Stripe
	mail    *peer.Mail
	smtp    string // addresses of the mail server
	imap    string
	at      map[string]*url.URL // of the others, by kind
	servers []*http.Server
}

// The addresses of those who write to each other.
const (
	deskAddress     = "desk@lune.example"
	merchantAddress = "ines@lune.example"
	agentAddress    = "support@dsers.com"
)

// standInQuota is how many numbers 17TRACK's stand-in watches.
const standInQuota = 100

// openStandIns starts them, on free ports.
func openStandIns(ctx context.Context, clock func() time.Time) (*standIns, error) {
	s := &standIns{shop: peer.NewShopify("atelier-lune"), parcels: peer.NewSeventeenTrack("17key", standInQuota, clock), bank: peer.NewStripe("sk_test_lune"), at: map[string]*url.URL{}}
	s.shop.Now, s.bank.Now, s.shop.Loopback = clock, clock, true
	s.bank.Status = func() string { return "pending" } // what became of it is told by a webhook, as of most banks
	var err error
	if s.mail, err = peer.NewMail(deskAddress, "moonlight", nil); err != nil {
		return nil, err
	}
	s.mail.Own = func(to string) bool { return strings.HasPrefix(to, "desk") }
	if s.smtp, s.imap, err = s.mail.Start(); err != nil {
		return nil, err
	}
	for kind, h := range map[string]http.Handler{"shopify": s.shop, "17track": s.parcels, "stripe": s.bank} {
		if err := s.start(ctx, kind, h); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *standIns) start(ctx context.Context, kind string, h http.Handler) error {
	l, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	s.at[kind] = &url.URL{Scheme: "http", Host: l.Addr().String()}
	go server.Serve(l)
	return nil
}

func (s *standIns) close() {
	s.mail.Close()
	for _, server := range s.servers {
		server.Close()
	}
}

// sentTo sends every request to a stand-in.
type sentTo struct{ *url.URL }

// RoundTrip sends one.
func (to sentTo) RoundTrip(r *http.Request) (*http.Response, error) {
	own := r.Clone(r.Context())
	own.URL.Scheme, own.URL.Host, own.Host = to.Scheme, to.Host, to.Host
	return http.DefaultTransport.RoundTrip(own)
}

// mailEvery is how often the mailbox is looked at, and numbers are registered: nobody should wait for a story.
const mailEvery = time.Second

// kinds are all kinds of system, some of them led to their stand-ins.
func (s *standIns) kinds() (all []*connect.Kind) {
	for _, k := range connect.Kinds() {
		own := *k
		if to := s.at[k.Name]; to != nil {
			own.Client = func(*recourse.Connection) *call.Client {
				return call.New(call.Options{Transport: sentTo{to}, Timeout: 20 * time.Second})
			}
		}
		if k.Name == "imap" {
			own.Poller = &intake.Poller{Every: mailEvery, Poll: k.Poller.Poll}
		}
		all = append(all, &own)
	}
	return all
}

// The secrets by which the stand-ins sign what has no secret of its own.
const stripeSecret = "whsec_lune"

// connect makes the connections of a merchant.
func (s *standIns) connect(ctx context.Context, h *hub.Hub, merchant string) error {
	mail := func(address string, more map[string]string) map[string]string {
		host, port, _ := net.SplitHostPort(address)
		more["host"], more["port"], more["security"], more["user"] = host, port, "none", s.mail.User
		return more
	}
	password := map[string]string{"password": s.mail.Password}
	for _, c := range []hub.Change{
		{ID: "stripe", Name: "Stripe", Secrets: map[string]string{"key": s.bank.Key, "secret": stripeSecret}},
		{ID: "shopify", Name: "Atelier Lune on Shopify", Settings: map[string]string{"shop": s.shop.Domain, "refunds": "stripe"}, Secrets: map[string]string{"token": s.shop.Token, "secret": s.shop.Secret}},
		{ID: "17track", Name: "17TRACK", Secrets: map[string]string{"key": "17key"}},
		{ID: "dsers", Name: "DSers", Settings: map[string]string{"email": agentAddress, "language": "en"}},
		{ID: "smtp", Name: "Letters out", Settings: mail(s.smtp, map[string]string{"from": "Atelier Lune <" + deskAddress + ">", "merchant_to": merchantAddress, "quiet": "off", "hourly": "60", "daily": "200"}), Secrets: password},
		{ID: "imap", Name: "Letters in", Settings: mail(s.imap, map[string]string{}), Secrets: password},
	} {
		c.Kind, c.By = c.ID, clerk
		if _, err := h.Add(ctx, merchant, c); err != nil {
			return err
		}
	}
	return nil
}
