package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"recourse"
	"recourse/store"
)

// Provider is an OpenID Connect provider by which people may sign in: their company's own, say. It proves an email, and
// nothing more: who may come in, and do what, stays with the merchant. Nobody becomes a person by it.
//
// What it is able to do is asked when it is first needed, so that the desk starts and people with passwords come in
// while it is away.
type Provider struct {
	Issuer   string // https://…, as its discovery document has it
	ClientID string
	Secret   string
	Redirect string // this desk's address for the way back
	Name     string // for the button; "": the issuer's host

	mu    sync.Mutex
	known *oidc.Provider
}

// askFor bounds how long a provider is waited for.
const askFor = 10 * time.Second

// Label is what the provider is called on the button.
func (p *Provider) Label() string {
	if p.Name != "" {
		return p.Name
	}
	if u, err := url.Parse(p.Issuer); err == nil && u.Host != "" {
		return u.Host
	}
	return p.Issuer
}

func (p *Provider) client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: askFor})
}

// discover reads what the provider says of itself, once it has answered.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		// The keys are fetched in the provider's own time, not in that of the first request.
		known, err := oidc.NewProvider(p.client(context.WithoutCancel(ctx)), p.Issuer)
		if err != nil {
			return nil, nil, &recourse.Error{Kind: recourse.Unavailable, Code: "provider_away", Message: p.Label() + " does not answer", Hint: "try again, or sign in with a password", Err: err}
		}
		p.known = known
	}
	return p.known, &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: p.known.Endpoint(), RedirectURL: p.Redirect, Scopes: []string{oidc.ScopeOpenID, "email"}}, nil
}

// journey is what is kept of somebody who was sent to a provider, until they are back.
type journey struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE: who brings the code proves by it that it was meant for them
	Back     string `json:"back"`
}

// BeginProvider is where to send a browser that is to sign in by a provider. back is the page that was wanted.
func (a *Accounts) BeginProvider(ctx context.Context, p *Provider, merchant, back string, v Visit) (address, ceremony string, err error) {
	if err := a.throttle.attempt(a.clock(), map[string]pace{"provider " + v.Address: byLink}); err != nil {
		return "", "", err
	}
	_, c, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	j := journey{State: newID() + newID(), Nonce: newID() + newID(), Verifier: oauth2.GenerateVerifier(), Back: back}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Merchant(merchant); err != nil {
			return err
		}
		ceremony, err = began(tx, merchant, j, a.clock())
		return err
	})
	return c.AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), ceremony, err
}

// FinishProvider makes a session of whoever comes back from a provider with a code, if the provider vouches for the email
// of a person there is: provider_refused, of kind [recourse.Forbidden], when it does not vouch, person_unknown when
// nobody may come in with that email.
func (a *Accounts) FinishProvider(ctx context.Context, p *Provider, ceremony, state, code string, v Visit) (session string, who Actor, back string, err error) {
	var j journey
	merchant, err := a.ended(ctx, ceremony, &j)
	if err != nil {
		return "", Actor{}, "", err
	}
	if subtle.ConstantTimeCompare([]byte(state), []byte(j.State)) != 1 {
		return "", Actor{}, "", refusedBy(p, errors.New("the state is another one"))
	}
	email, err := p.email(ctx, j, code)
	if err != nil {
		return "", Actor{}, "", err
	}
	person, err := a.byEmail(ctx, merchant, email)
	if err != nil {
		return "", Actor{}, "", err
	}
	if person.ID == "" || !person.DisabledAt.IsZero() {
		return "", Actor{}, "", &recourse.Error{Kind: recourse.Forbidden, Code: "person_unknown", Message: "nobody may come in with this email", Hint: "ask an owner to invite you"}
	}
	session, who, err = a.enter(ctx, person, "", v)
	return session, who, j.Back, err
}

func refusedBy(p *Provider, err error) error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "provider_refused", Message: p.Label() + " did not say who you are", Hint: "try again, or sign in another way", Err: err}
}

// email is the one that the provider vouches for: signed by it, meant for us, for this very journey, and verified.
func (p *Provider) email(ctx context.Context, j journey, code string) (string, error) {
	known, c, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	got, err := c.Exchange(p.client(ctx), code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return "", refusedBy(p, err)
	}
	raw, _ := got.Extra("id_token").(string)
	token, err := known.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(p.client(ctx), raw)
	if err != nil {
		return "", refusedBy(p, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(j.Nonce)) != 1 {
		return "", refusedBy(p, errors.New("the nonce is another one"))
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil {
		return "", refusedBy(p, err)
	}
	if claims.Email == "" || !claims.Verified {
		return "", &recourse.Error{Kind: recourse.Forbidden, Code: "provider_unverified", Message: p.Label() + " has not verified your email", Hint: "verify it there, or sign in another way"}
	}
	return claims.Email, nil
}
