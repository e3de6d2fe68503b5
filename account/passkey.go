package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"recourse"
	"recourse/store"
)

// Passkeys: a key pair on somebody's device, which proves who they are without anything that could be told to a stranger
// or typed into the wrong page. The device keeps which person it is for, so that nobody has to type a name.
//
// Each ceremony begins with a challenge that is kept here and answered once, by the browser that was asked.

const (
	ceremonyFor = 5 * time.Minute
	maxPasskeys = 20
	maxResponse = 64 << 10 // bytes that a browser answers
)

// Site is where people reach the desk: a passkey is good there and nowhere else.
type Site struct {
	Host   string // without a port; browsers take names, and no numbers of the network
	Origin string // scheme, host and port
	Name   string // for people
}

func (s Site) open() (*webauthn.WebAuthn, error) {
	w, err := webauthn.New(&webauthn.Config{RPID: s.Host, RPDisplayName: s.Name, RPOrigins: []string{s.Origin}, AttestationPreference: protocol.PreferNoAttestation,
		Timeouts: webauthn.TimeoutsConfig{Login: webauthn.TimeoutConfig{Enforce: false, Timeout: ceremonyFor}, Registration: webauthn.TimeoutConfig{Enforce: false, Timeout: ceremonyFor}}})
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "passkey_site", Message: "passkeys are not possible at this address", Hint: "open the desk by a name, such as localhost, instead of a number", Err: err}
	}
	return w, nil
}

// holder is a person as the library asks for them. Their handle is the person's id.
type holder struct {
	store.Person
	keys []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h *holder) WebAuthnName() string                       { return h.Email }
func (h *holder) WebAuthnDisplayName() string                { return h.Name }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holderOf is a person with their keys.
func holderOf(tx *store.Tx, merchant, person string) (*holder, []store.Passkey, error) {
	p, err := tx.Person(merchant, person)
	if err != nil {
		return nil, nil, err
	}
	kept, err := tx.Passkeys(merchant, person)
	if err != nil {
		return nil, nil, err
	}
	h := &holder{Person: p, keys: make([]webauthn.Credential, len(kept))}
	for i, k := range kept {
		if err := json.Unmarshal(k.Body, &h.keys[i]); err != nil {
			return nil, nil, err
		}
	}
	return h, kept, nil
}

// began keeps what has been begun, and gives what the browser has to show at the end.
func began(tx *store.Tx, merchant string, what any, now time.Time) (ceremony string, err error) {
	body, err := json.Marshal(what)
	if err != nil {
		return "", err
	}
	ceremony = newSecret(ceremonyKind, merchant)
	return ceremony, tx.PutCeremony(merchant, hashOf(ceremony), body, now, now.Add(ceremonyFor))
}

// ceremonyKind marks the secret of a ceremony; it is no token and lets nobody in.
const ceremonyKind store.TokenKind = "ceremony"

// ended takes what was begun, once.
func (a *Accounts) ended(ctx context.Context, ceremony string, what any) (merchant string, err error) {
	if merchant = merchantOf(ceremony, ceremonyKind); merchant == "" {
		return "", &recourse.Error{Kind: recourse.Forbidden, Code: "ceremony_unknown", Message: "this took too long, or was begun with another browser", Hint: "begin again"}
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		body, err := tx.TakeCeremony(merchant, hashOf(ceremony), a.clock())
		if err == nil {
			err = json.Unmarshal(body, what)
		}
		return err
	})
	return merchant, err
}

func errPasskey(err error) error {
	if e, ours := errors.AsType[*recourse.Error](err); ours {
		return e
	}
	return &recourse.Error{Kind: recourse.Forbidden, Code: "passkey_wrong", Message: "this passkey could not be taken", Hint: "try again, or sign in another way", Err: err}
}

// BeginPasskey asks the browser of somebody who is signed in to make a passkey. options is what its script gets.
func (a *Accounts) BeginPasskey(ctx context.Context, who Actor, site Site) (options any, ceremony string, err error) {
	w, err := site.open()
	if err != nil {
		return nil, "", err
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		h, kept, err := holderOf(tx, who.Merchant, who.Person)
		if err != nil {
			return err
		}
		if len(kept) >= maxPasskeys {
			return &recourse.Error{Kind: recourse.TooLarge, Code: "passkey_count", Message: "there are too many passkeys", Hint: "remove one that is not used any more"}
		}
		asked, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()), webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationPreferred}))
		if err != nil {
			return err
		}
		options = asked
		ceremony, err = began(tx, who.Merchant, session, a.clock())
		return err
	})
	return options, ceremony, err
}

// FinishPasskey keeps the passkey that the browser made.
func (a *Accounts) FinishPasskey(ctx context.Context, who Actor, site Site, ceremony, name string, response []byte) error {
	var session webauthn.SessionData
	if _, err := a.ended(ctx, ceremony, &session); err != nil {
		return err
	}
	if string(session.UserID) != who.Person || merchantOf(ceremony, ceremonyKind) != who.Merchant {
		return errPasskey(errors.New("begun by another person"))
	}
	w, err := site.open()
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(response[:min(len(response), maxResponse)])
	if err != nil {
		return errPasskey(err)
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		h, _, err := holderOf(tx, who.Merchant, who.Person)
		if err != nil {
			return err
		}
		c, err := w.CreateCredential(h, session, answer)
		if err != nil {
			return errPasskey(err)
		}
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		return tx.PutPasskey(store.Passkey{Merchant: who.Merchant, ID: base64.RawURLEncoding.EncodeToString(c.ID), Person: who.Person, Name: passkeyName(name), Body: body, CreatedAt: a.clock()})
	})
}

// passkeyName is a name for a list that only its owner sees; "" is named by the page.
func passkeyName(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if utf8.RuneCountInString(name) > 60 || strings.ContainsFunc(name, hidden) {
		return recourse.Shorten(strings.Map(func(r rune) rune {
			if hidden(r) {
				return -1
			}
			return r
		}, name), 60)
	}
	return name
}

// BeginPasskeySignIn asks a browser for any passkey of the merchant's site.
func (a *Accounts) BeginPasskeySignIn(ctx context.Context, merchant string, site Site, v Visit) (options any, ceremony string, err error) {
	if err := a.throttle.attempt(a.clock(), map[string]pace{"passkey " + v.Address: byLink}); err != nil {
		return nil, "", err
	}
	w, err := site.open()
	if err != nil {
		return nil, "", err
	}
	asked, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, "", err
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Merchant(merchant); err != nil {
			return err
		}
		ceremony, err = began(tx, merchant, session, a.clock())
		return err
	})
	return asked, ceremony, err
}

// FinishPasskeySignIn makes a session of whoever answered the challenge with a passkey: passkey_wrong, of kind
// [recourse.Forbidden], for anybody else.
func (a *Accounts) FinishPasskeySignIn(ctx context.Context, site Site, ceremony string, response []byte, v Visit) (session string, who Actor, err error) {
	var begun webauthn.SessionData
	merchant, err := a.ended(ctx, ceremony, &begun)
	if err != nil {
		return "", Actor{}, err
	}
	w, err := site.open()
	if err != nil {
		return "", Actor{}, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes(response[:min(len(response), maxResponse)])
	if err != nil {
		return "", Actor{}, errPasskey(err)
	}
	p, err := a.byPasskey(ctx, w, merchant, begun, answer)
	if err != nil {
		return "", Actor{}, err
	}
	a.throttle.right("passkey " + v.Address)
	return a.enter(ctx, p, "", v)
}

// byPasskey is the person whose key has answered. The key's counter is kept, by which a copy of it is noticed.
func (a *Accounts) byPasskey(ctx context.Context, w *webauthn.WebAuthn, merchant string, begun webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (p store.Person, err error) {
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		var h *holder
		var kept []store.Passkey
		c, err := w.ValidateDiscoverableLogin(func(_, handle []byte) (_ webauthn.User, err error) {
			h, kept, err = holderOf(tx, merchant, string(handle))
			return h, err
		}, begun, answer)
		if err != nil || !h.DisabledAt.IsZero() || c.Authenticator.CloneWarning {
			return errPasskey(errors.Join(err, errors.New("not a key of anybody who may come in")))
		}
		id := base64.RawURLEncoding.EncodeToString(c.ID)
		for _, k := range kept {
			if k.ID != id {
				continue
			}
			k.UsedAt = a.clock()
			if k.Body, err = json.Marshal(c); err == nil {
				err = tx.PutPasskey(k)
			}
			p = h.Person
			return err
		}
		return errPasskey(errors.New("the key was removed"))
	})
	return p, err
}

// Passkeys are a person's own, the oldest first.
func (a *Accounts) Passkeys(ctx context.Context, who Actor) (all []store.Passkey, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.Passkeys(who.Merchant, who.Person)
		return err
	})
	return all, err
}

// NamePasskey names a passkey of the person's own.
func (a *Accounts) NamePasskey(ctx context.Context, who Actor, id, name string) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Passkeys(who.Merchant, who.Person)
		if err != nil {
			return err
		}
		for _, k := range all {
			if k.ID == id {
				k.Name = passkeyName(name)
				return tx.PutPasskey(k)
			}
		}
		return errNoPasskey()
	})
}

// RemovePasskey removes a passkey of the person's own; sessions that it made last.
func (a *Accounts) RemovePasskey(ctx context.Context, who Actor, id string) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		there, err := tx.DropPasskey(who.Merchant, who.Person, id)
		if err == nil && !there {
			err = errNoPasskey()
		}
		return err
	})
}

func errNoPasskey() error {
	return &recourse.Error{Kind: recourse.NotFound, Code: "passkey_unknown", Message: "there is no such passkey"}
}
