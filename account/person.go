package account

import (
	"context"
	"crypto/rand"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse"
	"recourse/store"
)

// InviteFor is how long an invitation waits, SetupFor the link that makes the first owner.
const (
	InviteFor = 7 * 24 * time.Hour
	SetupFor  = 7 * 24 * time.Hour
)

// People are all people of a merchant in the order of their names, those who may not come in any more among them:
// DisabledAt says so. The list is short; nobody has thousands of colleagues.
func (a *Accounts) People(ctx context.Context, merchant string) (all []store.Person, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.People(merchant)
		return err
	})
	return all, err
}

// Person is one of them: person_unknown, of kind [recourse.NotFound], when there is none of that id.
func (a *Accounts) Person(ctx context.Context, merchant, id string) (p store.Person, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		p, err = tx.Person(merchant, id)
		return err
	})
	return p, err
}

// maxName bounds names, in letters.
const maxName = 100

func invalid(code, field, message, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: field, Message: message, Hint: hint}
}

// sound makes a person's fields one way of writing, and refuses what none could have. The errors are of kind
// [recourse.Invalid] and name the field.
func sound(p *store.Person) error {
	p.Name, p.Email, p.Supplier = strings.Join(strings.Fields(p.Name), " "), strings.TrimSpace(p.Email), strings.TrimSpace(p.Supplier)
	if p.Name == "" || utf8.RuneCountInString(p.Name) > maxName || strings.ContainsFunc(p.Name, hidden) || !utf8.ValidString(p.Name) {
		return invalid("person_name", "name", "a person needs a name, of 100 letters at most, as it is to stand in the history", "")
	}
	if e, err := mail.ParseAddress(p.Email); err != nil || e.Address != p.Email || len(p.Email) > 254 || strings.ContainsFunc(p.Email, hidden) {
		return invalid("person_email", "email", `"`+recourse.Shorten(p.Email, 60)+`" is not an email address`, "write it as in ada@example.org")
	}
	role, err := ParseRole(p.Role)
	switch {
	case err != nil:
		return err
	case role == Supplier && (p.Supplier == "" || len(p.Supplier) > 500 || strings.ContainsFunc(p.Supplier, hidden)):
		return invalid("person_supplier", "supplier", "whoever answers for a supplier needs the supplier's name", "write it as the purchases have it")
	case role != Supplier:
		p.Supplier = ""
	}
	if role != Approver && role != Clerk {
		p.Limit = recourse.Money{}
	}
	if p.Limit.Minor < 0 || p.Limit.Currency == "" && p.Limit.Minor != 0 {
		return invalid("person_limit", "limit", "a limit is an amount of money, such as 50.00 EUR", "")
	}
	return nil
}

// hidden are signs that are not seen, or that change how others are: a name must look like what it is.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}

// newID names a person. It is also the handle that their devices keep for a passkey, and says nothing of them.
func newID() string { return strings.ToLower(rand.Text()[:20]) }

// Add keeps a new person who comes in by another way than a password, until they have one.
func (a *Accounts) Add(ctx context.Context, p store.Person) (store.Person, error) {
	if err := sound(&p); err != nil {
		return p, err
	}
	p.ID, p.CreatedAt, p.Password = newID(), a.clock(), ""
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(p.Merchant); err != nil {
			return err
		}
		if err := tx.PutPerson(p); err != nil {
			return err
		}
		return a.note(ctx, tx, store.AuditInvited, &p, changes(&store.Person{Name: p.Name}, &p)...)
	})
	return p, err
}

// Invite adds a person and makes the link that lets them choose a password, once, within a week.
func (a *Accounts) Invite(ctx context.Context, p store.Person) (store.Person, string, error) {
	p, err := a.Add(ctx, p)
	if err != nil {
		return p, "", err
	}
	secret, err := a.inviting(ctx, p.Merchant, p.ID, false)
	return p, secret, err
}

// InviteAgain makes another link for a person, who may have forgotten the password; the links before are void.
func (a *Accounts) InviteAgain(ctx context.Context, merchant, id string) (secret string, err error) {
	return a.inviting(ctx, merchant, id, true)
}

func (a *Accounts) inviting(ctx context.Context, merchant, id string, again bool) (secret string, err error) {
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Person(merchant, id)
		if err != nil {
			return err
		}
		if !p.DisabledAt.IsZero() {
			return &recourse.Error{Kind: recourse.Conflict, Code: "person_disabled", Message: p.Name + " may not come in any more", Hint: "let them in again first"}
		}
		if err := tx.DropTokensOf(merchant, id, []store.TokenKind{store.TokenInvite}); err != nil {
			return err
		}
		if again {
			if err := a.note(ctx, tx, store.AuditRelinked, &p); err != nil {
				return err
			}
		}
		secret = newSecret(store.TokenInvite, merchant)
		return tx.PutToken(store.Token{Merchant: merchant, Hash: hashOf(secret), Name: p.Name, Role: p.Role, Kind: store.TokenInvite, CreatedAt: now, ExpiresAt: now.Add(InviteFor), Person: id})
	})
	return secret, err
}

// Link makes a link that signs a person in once.
func (a *Accounts) Link(ctx context.Context, merchant, id string, lasts time.Duration) (secret string, err error) {
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Person(merchant, id)
		if err != nil {
			return err
		}
		secret = newSecret(store.TokenLink, merchant)
		return tx.PutToken(store.Token{Merchant: merchant, Hash: hashOf(secret), Name: p.Name, Role: p.Role, Kind: store.TokenLink, CreatedAt: now, ExpiresAt: now.Add(lasts), Person: id})
	})
	return secret, err
}

// link reads a link of a kind that is still good: token_unknown, token_used or token_expired.
func (a *Accounts) link(ctx context.Context, secret string, kind store.TokenKind) (t store.Token, err error) {
	merchant := merchantOf(secret, kind)
	if merchant == "" {
		return t, errUnknown()
	}
	if t, err = a.read(ctx, merchant, hashOf(secret)); err != nil {
		return t, err
	}
	switch {
	case t.Kind != kind:
		return t, errUnknown()
	case !t.UsedAt.IsZero():
		return t, errUsed()
	case !a.clock().Before(t.ExpiresAt):
		return t, errExpired()
	}
	return t, nil
}

// Invited is whom an invitation is for, as long as it is good. Looking does not use it up.
func (a *Accounts) Invited(ctx context.Context, secret string) (p store.Person, err error) {
	t, err := a.link(ctx, secret, store.TokenInvite)
	if err != nil {
		return p, err
	}
	return a.Person(ctx, t.Merchant, t.Person)
}

// Join uses an invitation up: the person has the password from now on, and a session; sessions that they had are over.
func (a *Accounts) Join(ctx context.Context, secret, password, language string, v Visit) (session string, who Actor, err error) {
	p, err := a.Invited(ctx, secret)
	if err != nil {
		return "", Actor{}, err
	}
	if err := CheckPassword(password, p.Email, p.Name); err != nil {
		return "", Actor{}, err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return "", Actor{}, err
	}
	defer a.seen.clear()
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(p.Merchant); err != nil {
			return err
		}
		first, err := tx.UseToken(p.Merchant, hashOf(secret), now)
		if err != nil {
			return err
		}
		if p, err = tx.Person(p.Merchant, p.ID); err != nil {
			return err
		}
		if !first || !p.DisabledAt.IsZero() {
			return errUsed()
		}
		p.Password, p.Language, p.SeenAt = hash, language, now
		if err := tx.PutPerson(p); err != nil {
			return err
		}
		if err := tx.DropTokensOf(p.Merchant, p.ID, []store.TokenKind{store.TokenSession, store.TokenLink}); err != nil {
			return err
		}
		if err := a.note(By(ctx, p.Name), tx, store.AuditJoined, &p); err != nil {
			return err
		}
		who = actorOf(p)
		session, err = putSession(tx, who, now, v)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	return session, who, nil
}

// SetupLink makes the link that makes the first owner; the one before is void. The error people_there, of kind
// [recourse.Conflict], says that there are people already.
func (a *Accounts) SetupLink(ctx context.Context, merchant string) (secret string, err error) {
	now := a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := noPeople(tx, merchant); err != nil {
			return err
		}
		all, err := tx.Tokens(merchant)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.Kind == store.TokenSetup {
				if _, err := tx.DropToken(merchant, t.Hash); err != nil {
					return err
				}
			}
		}
		secret = newSecret(store.TokenSetup, merchant)
		return tx.PutToken(store.Token{Merchant: merchant, Hash: hashOf(secret), Name: "setup", Role: string(Owner), Kind: store.TokenSetup, CreatedAt: now, ExpiresAt: now.Add(SetupFor)})
	})
	return secret, err
}

// noPeople holds the merchant and refuses with people_there when it has people: of two who come at the same time, one
// waits for the other and finds them.
func noPeople(tx *store.Tx, merchant string) error {
	if err := tx.HoldMerchant(merchant); err != nil {
		return err
	}
	all, err := tx.People(merchant)
	if err == nil && len(all) > 0 {
		err = &recourse.Error{Kind: recourse.Conflict, Code: "people_there", Message: "this shop has been set up already", Hint: "sign in, or ask an owner for an invitation"}
	}
	return err
}

// SettingUp is the merchant that a setup link is for, as long as it is good.
func (a *Accounts) SettingUp(ctx context.Context, secret string) (m store.Merchant, err error) {
	t, err := a.link(ctx, secret, store.TokenSetup)
	if err != nil {
		return m, err
	}
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Merchant(t.Merchant)
		return err
	})
	return m, err
}

// Setup uses a setup link up: it names the shop and makes its owner, who has a session then. It can be done once, however
// many try at the same time.
func (a *Accounts) Setup(ctx context.Context, secret, shop string, p store.Person, password string, v Visit) (session string, who Actor, err error) {
	m, err := a.SettingUp(ctx, secret)
	if err != nil {
		return "", Actor{}, err
	}
	p.Merchant, p.Role = m.ID, string(Owner)
	if err := sound(&p); err != nil {
		return "", Actor{}, err
	}
	shop = strings.Join(strings.Fields(shop), " ")
	if shop == "" || utf8.RuneCountInString(shop) > maxName || strings.ContainsFunc(shop, hidden) {
		return "", Actor{}, invalid("shop_name", "shop", "the shop needs a name, of 100 letters at most", "")
	}
	if err := CheckPassword(password, p.Email, p.Name, shop); err != nil {
		return "", Actor{}, err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return "", Actor{}, err
	}
	now := a.clock()
	p.ID, p.Password, p.CreatedAt, p.SeenAt = newID(), hash, now, now
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := noPeople(tx, m.ID); err != nil {
			return err
		}
		first, err := tx.UseToken(m.ID, hashOf(secret), now)
		if err != nil {
			return err
		}
		if !first {
			return errUsed()
		}
		if m, err = tx.Merchant(m.ID); err != nil {
			return err
		}
		m.Name = shop
		if err := tx.PutMerchant(m); err != nil {
			return err
		}
		if err := tx.PutPerson(p); err != nil {
			return err
		}
		if err := a.note(By(ctx, p.Name), tx, store.AuditSetUp, &p); err != nil {
			return err
		}
		who = actorOf(p)
		session, err = putSession(tx, who, now, v)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	return session, who, nil
}

// Change changes what an owner may change of a person: name, email, role, limit and supplier. The last owner stays one:
// owner_last, of kind [recourse.Conflict].
func (a *Accounts) Change(ctx context.Context, p store.Person) error {
	if err := sound(&p); err != nil {
		return err
	}
	return a.update(ctx, p.Merchant, p.ID, func(tx *store.Tx, is *store.Person) error {
		is.Name, is.Email, is.Role, is.Limit, is.Supplier = p.Name, p.Email, p.Role, p.Limit, p.Supplier
		return nil
	})
}

// Disable lets a person in no more, and ends what they have open. The name stays, as it does in the history.
func (a *Accounts) Disable(ctx context.Context, merchant, id string) error {
	return a.update(ctx, merchant, id, func(tx *store.Tx, p *store.Person) error {
		if p.DisabledAt.IsZero() {
			p.DisabledAt = a.clock()
		}
		return tx.DropTokensOf(merchant, id, []store.TokenKind{store.TokenSession, store.TokenLink, store.TokenInvite})
	})
}

// Enable lets a person in again.
func (a *Accounts) Enable(ctx context.Context, merchant, id string) error {
	return a.update(ctx, merchant, id, func(tx *store.Tx, p *store.Person) error {
		p.DisabledAt = time.Time{}
		return nil
	})
}

// update changes a person while nobody else changes any, and keeps an owner.
func (a *Accounts) update(ctx context.Context, merchant, id string, change func(*store.Tx, *store.Person) error) error {
	defer a.seen.clear()
	return a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		p, err := tx.Person(merchant, id)
		if err != nil {
			return err
		}
		before, was := p, owns(p)
		if err := change(tx, &p); err != nil {
			return err
		}
		if err := tx.PutPerson(p); err != nil {
			return err
		}
		if err := a.noteChange(ctx, tx, &before, &p); err != nil {
			return err
		}
		if !was || owns(p) {
			return nil
		}
		all, err := tx.People(merchant)
		if err == nil && !slices.ContainsFunc(all, owns) {
			err = &recourse.Error{Kind: recourse.Conflict, Code: "owner_last", Message: "this is the last owner", Hint: "make somebody else an owner first, who has signed in"}
		}
		return err
	})
}

// owns says that a person is an owner who can come in: one who was invited and never came is none to rely on.
func owns(p store.Person) bool {
	return Role(p.Role) == Owner && p.DisabledAt.IsZero() && !p.SeenAt.IsZero()
}

// SetSelf changes what a person may change of themselves: the name and the language of the desk.
func (a *Accounts) SetSelf(ctx context.Context, who Actor, name, language string) error {
	return a.update(ctx, who.Merchant, who.Person, func(tx *store.Tx, p *store.Person) error {
		p.Name, p.Language = name, language
		return sound(p)
	})
}

// SetPassword changes the person's own password and ends their other sessions. Who has one must know it: signin_wrong,
// and signin_wait for who tries too often.
func (a *Accounts) SetPassword(ctx context.Context, who Actor, old, password, session string) error {
	p, err := a.Person(ctx, who.Merchant, who.Person)
	if err != nil {
		return err
	}
	if p.Password != "" {
		key := "own " + who.Merchant + " " + who.Person
		if err := a.throttle.attempt(a.clock(), map[string]pace{key: byEmail}); err != nil {
			return err
		}
		right, _, err := a.hasher.verify(ctx, p.Password, old)
		if err != nil {
			return err
		}
		if !right {
			return errWrong()
		}
		a.throttle.right(key)
	}
	if err := CheckPassword(password, p.Email, p.Name); err != nil {
		return err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return a.update(ctx, who.Merchant, who.Person, func(tx *store.Tx, is *store.Person) error {
		if is.Password != p.Password {
			return errWrong() // it was changed meanwhile
		}
		is.Password = hash
		return tx.DropTokensOf(who.Merchant, who.Person, []store.TokenKind{store.TokenSession, store.TokenLink, store.TokenInvite}, hashOf(session))
	})
}
