package account

import (
	"context"
	"slices"
	"time"

	"recourse"
	"recourse/store"
)

// How long a session lasts: so long without a visit, and so long in all. Whoever says that the device is theirs alone is
// not asked every morning.
const (
	SessionFor  = 12 * time.Hour
	StayFor     = 14 * 24 * time.Hour
	SessionMost = 30 * 24 * time.Hour
)

// Visit is from where and with what somebody comes.
type Visit struct {
	Address string // of the network; never kept
	Agent   string // browser and system, for the list of sessions
	Stay    bool   // the device is theirs: the session waits for days
}

func errWrong() error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "signin_wrong", Message: "the email or the password is wrong"}
}

// SignIn makes a session for whoever knows a person's password. Errors, of kind [recourse.Forbidden]: signin_wrong,
// whether the email, the password or the merchant is unknown or the person may not come in any more, after the same work;
// signin_wait, a [*Wait], for who tries too often.
func (a *Accounts) SignIn(ctx context.Context, merchant, email, password string, v Visit) (session string, who Actor, err error) {
	person, address := "email "+merchant+" "+store.Folded(email), "address "+v.Address
	if a.familiar.has(person + " " + v.Address) {
		person += " " + v.Address // strangers who try this email elsewhere do not shut out who came from here before
	}
	if err := a.throttle.attempt(a.clock(), map[string]pace{person: byEmail, address: byAddress}); err != nil {
		return "", Actor{}, err
	}
	p, err := a.byEmail(ctx, merchant, email)
	if err != nil {
		return "", Actor{}, err
	}
	right, old, err := a.hasher.verify(ctx, p.Password, password)
	if err != nil {
		return "", Actor{}, err
	}
	if !right || !p.DisabledAt.IsZero() {
		return "", Actor{}, errWrong()
	}
	a.throttle.right(person, address)
	a.familiar.add("email " + merchant + " " + store.Folded(email) + " " + v.Address)
	fresh := ""
	if old {
		if fresh, err = a.hasher.hash(ctx, password); err != nil {
			return "", Actor{}, err
		}
	}
	return a.enter(ctx, p, fresh, v)
}

// byEmail is the person with an email; the zero Person, whose password nobody knows, where there is none.
func (a *Accounts) byEmail(ctx context.Context, merchant, email string) (p store.Person, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		p, err = tx.PersonByEmail(merchant, email)
		return err
	})
	if recourse.CodeOf(err) == "person_unknown" {
		return store.Person{}, nil
	}
	return p, err
}

// enter makes a session of a person who has shown who they are. A fresh hash, if there is one, takes the place of the
// person's. What has become of the person since is looked at again.
func (a *Accounts) enter(ctx context.Context, p store.Person, fresh string, v Visit) (session string, who Actor, err error) {
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(p.Merchant); err != nil {
			return err
		}
		is, err := tx.Person(p.Merchant, p.ID)
		if err != nil {
			return err
		}
		if !is.DisabledAt.IsZero() || is.Password != p.Password {
			return errWrong()
		}
		if fresh != "" {
			is.Password = fresh
		}
		is.SeenAt = now
		if err := tx.PutPerson(is); err != nil {
			return err
		}
		who = actorOf(is)
		session, err = putSession(tx, who, now, v)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	return session, who, nil
}

// putSession keeps a new session of a person.
func putSession(tx *store.Tx, who Actor, now time.Time, v Visit) (string, error) {
	secret := newSecret(store.TokenSession, who.Merchant)
	t := store.Token{Merchant: who.Merchant, Hash: hashOf(secret), Name: who.Name, Role: string(who.Role), Kind: store.TokenSession, CreatedAt: now, SeenAt: now, Person: who.Person,
		Agent: recourse.Shorten(v.Agent, 100), Idle: SessionFor}
	if v.Stay {
		t.Idle = StayFor
	}
	t.ExpiresAt = now.Add(t.Idle)
	return secret, tx.PutToken(t)
}

// actorOf is a person as they act.
func actorOf(p store.Person) Actor {
	return Actor{Merchant: p.Merchant, Name: p.Name, Role: Role(p.Role), Person: p.ID, Limit: p.Limit, Supplier: p.Supplier}
}

// seenEvery is how often it is noted that a session is in use.
const seenEvery = 5 * time.Minute

// see moves the end of a session on that is in use. That it cannot be noted now is no reason to turn anybody away.
func (a *Accounts) see(ctx context.Context, t *store.Token, now time.Time) {
	if t.Idle == 0 || now.Sub(t.SeenAt) < seenEvery {
		return
	}
	t.SeenAt, t.ExpiresAt = now, now.Add(t.Idle)
	if most := t.CreatedAt.Add(SessionMost); t.ExpiresAt.After(most) {
		t.ExpiresAt = most
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_ = a.store.Write(ctx, func(tx *store.Tx) error { return tx.SeeToken(*t) })
}

// Sessions are a person's open sessions, the one that was used last first.
func (a *Accounts) Sessions(ctx context.Context, who Actor) (all []store.Token, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.TokensOf(who.Merchant, who.Person)
		return err
	})
	now := a.clock()
	open := all[:0]
	for _, t := range all {
		if t.Kind == store.TokenSession && now.Before(t.ExpiresAt) {
			open = append(open, t)
		}
	}
	slices.SortStableFunc(open, func(a, b store.Token) int { return b.SeenAt.Compare(a.SeenAt) })
	return open, err
}

// HashOf is the hash by which a list names the session that a browser shows.
func HashOf(secret string) string { return hashOf(secret) }

// EndSession ends a session of the person's own: token_unknown, of kind [recourse.NotFound], if it is not theirs.
func (a *Accounts) EndSession(ctx context.Context, who Actor, hash string) error {
	defer a.seen.clear()
	return a.store.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Token(who.Merchant, hash)
		if err != nil {
			return err
		}
		if t.Person != who.Person || who.Person == "" || t.Kind != store.TokenSession {
			return &recourse.Error{Kind: recourse.NotFound, Code: "token_unknown", Message: "there is no such session"}
		}
		_, err = tx.DropToken(who.Merchant, hash)
		return err
	})
}

// EndSessions ends all sessions of a person but the one that is shown; with none shown, all of them.
func (a *Accounts) EndSessions(ctx context.Context, who Actor, but string) error {
	defer a.seen.clear()
	return a.store.Write(ctx, func(tx *store.Tx) error {
		if who.Person != "" {
			p, err := tx.Person(who.Merchant, who.Person)
			if err != nil {
				return err
			}
			if err := a.note(ctx, tx, store.AuditSignedOut, &p); err != nil {
				return err
			}
		}
		return tx.DropTokensOf(who.Merchant, who.Person, []store.TokenKind{store.TokenSession, store.TokenLink}, hashOf(but))
	})
}
