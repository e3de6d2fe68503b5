package account_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

const good = "trois lampes bleues"

func join(t *testing.T, a *account.Accounts, p store.Person) (store.Person, string) {
	t.Helper()
	p, secret, err := a.Invite(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := a.Join(t.Context(), secret, good, "en", account.Visit{Address: "192.0.2.1", Agent: "Firefox · Linux"})
	if err != nil {
		t.Fatal(err)
	}
	return p, session
}

// TestSessions: a session waits twelve hours for the next visit and lasts a month at most; changing the password and
// being blocked end it; a right that changes holds at once.
func TestSessions(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		ada, first := join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "owner"})
		mei, _ := join(t, a, store.Person{Merchant: "shop", Name: "Mei", Email: "mei@example.org", Role: "clerk", Limit: recourse.Money{Minor: 50_00, Currency: "EUR"}})
		came := account.Visit{Address: "192.0.2.1", Agent: "Firefox · Linux"}
		session, who, err := a.SignIn(ctx, "shop", " Mei@Example.ORG ", good, came)
		if err != nil {
			t.Fatal(err)
		}
		if want := (account.Actor{Merchant: "shop", Name: "Mei", Role: account.Clerk, Person: mei.ID, Limit: recourse.Money{Minor: 50_00, Currency: "EUR"}}); who != want {
			t.Errorf("who signed in is %+v", who)
		}
		stay, _, err := a.SignIn(ctx, "shop", "mei@example.org", good, account.Visit{Address: "192.0.2.1", Stay: true})
		if err != nil {
			t.Fatal(err)
		}
		open, err := a.Sessions(ctx, who)
		if err != nil || len(open) != 3 || open[0].Agent == "" && open[1].Agent == "" {
			t.Errorf("the sessions are %+v, %v", open, err)
		}
		in := func(name, secret string, want string) {
			t.Helper()
			again := account.New(s, func() time.Time { return time.Unix(clock.Load(), 0) }) // remembers nothing
			_, err := again.Who(ctx, secret, store.TokenSession)
			if recourse.CodeOf(err) != want {
				t.Errorf("%s: %v, %q is wanted", name, err, want)
			}
		}
		for range 4 { // used again and again it goes on
			clock.Add(11 * 3600)
			in("in use", session, "")
		}
		in("not used", first, "token_expired")
		in("at home", stay, "")
		clock.Add(12 * 3600)
		in("idle", session, "token_expired")
		in("the device is theirs", stay, "")
		for range 40 {
			clock.Add(20 * 3600)
			in("of a month", stay, map[bool]string{true: "", false: "token_expired"}[clock.Load() < 1_770_000_000+30*86400])
		}

		session, who, err = a.SignIn(ctx, "shop", "mei@example.org", good, came)
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := a.SignIn(ctx, "shop", "mei@example.org", good, came)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Who(ctx, other, store.TokenSession); err != nil {
			t.Fatal(err)
		}
		code(t, a.SetPassword(ctx, who, "not this one", "quatre chaises vertes", session), "signin_wrong")
		if err := a.SetPassword(ctx, who, good, "quatre chaises vertes", session); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Who(ctx, session, store.TokenSession); err != nil {
			t.Error(err)
		}
		_, err = a.Who(ctx, other, store.TokenSession) // though it was remembered
		code(t, err, "token_unknown")
		mei.Role, mei.Limit = "viewer", recourse.Money{}
		if err := a.Change(ctx, mei); err != nil {
			t.Fatal(err)
		}
		if who, err = a.Who(ctx, session, store.TokenSession); err != nil || who.Role != account.Viewer || who.Limit.Currency != "" {
			t.Errorf("a change holds from the next click on: %+v, %v", who, err)
		}
		if err := a.Disable(ctx, "shop", mei.ID); err != nil {
			t.Fatal(err)
		}
		_, err = a.Who(ctx, session, store.TokenSession)
		code(t, err, "token_unknown")
		_, _, err = a.SignIn(ctx, "shop", "mei@example.org", "quatre chaises vertes", came)
		code(t, err, "signin_wrong")
		_, err = a.InviteAgain(ctx, "shop", mei.ID)
		code(t, err, "person_disabled")
		code(t, a.Disable(ctx, "other", ada.ID), "person_unknown")
		code(t, a.Disable(ctx, "shop", ada.ID), "owner_last")
		_, _, err = a.SignIn(ctx, "other", "ada@example.org", good, came)
		code(t, err, "signin_wrong")
		_, _, err = a.SignIn(ctx, "nobody", "ada@example.org", good, came)
		code(t, err, "signin_wrong")
	})
}

// TestGuessing: wrong guesses wait longer and longer, of one email and from one address; somebody who came from here
// before is not shut out by strangers elsewhere.
func TestGuessing(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "owner"})
		home := account.Visit{Address: "192.0.2.1"}
		if _, _, err := a.SignIn(ctx, "shop", "ada@example.org", good, home); err != nil {
			t.Fatal(err)
		}
		var slowed atomic.Int32
		var wait sync.WaitGroup
		for range 12 { // all at once
			wait.Go(func() {
				_, _, err := a.SignIn(ctx, "shop", "ada@example.org", "wrong", account.Visit{Address: "198.51.100.7"})
				if w, slow := errors.AsType[*account.Wait](err); slow && w.For > 0 {
					slowed.Add(1)
				} else if recourse.CodeOf(err) != "signin_wrong" {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := slowed.Load(); n != 7 {
			t.Errorf("%d of 12 guesses at once were slowed down, 7 are wanted", n)
		}
		_, _, err := a.SignIn(ctx, "shop", "ada@example.org", good, account.Visit{Address: "198.51.100.8"})
		code(t, err, "signin_wait") // the right one does not tell itself
		if _, _, err := a.SignIn(ctx, "shop", "ada@example.org", good, home); err != nil {
			t.Errorf("whose browser is known is shut out: %v", err)
		}
		clock.Add(60)
		if _, _, err := a.SignIn(ctx, "shop", "ada@example.org", good, account.Visit{Address: "198.51.100.8"}); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// TestOwners: two owners who block each other at the same time cannot leave the shop without one.
func TestOwners(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		ada, _ := join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "owner"})
		bea, _ := join(t, a, store.Person{Merchant: "shop", Name: "Bea", Email: "bea@example.org", Role: "owner"})
		if _, err := a.Add(ctx, store.Person{Merchant: "shop", Name: "Never came", Email: "never@example.org", Role: "owner"}); err != nil {
			t.Fatal(err)
		}
		var refused atomic.Int32
		var wait sync.WaitGroup
		for _, id := range []string{ada.ID, bea.ID} {
			wait.Go(func() {
				if err := a.Disable(ctx, "shop", id); err != nil {
					code(t, err, "owner_last")
					refused.Add(1)
				}
			})
		}
		wait.Wait()
		if refused.Load() != 1 {
			t.Errorf("%d of two owners were kept", refused.Load())
		}
	})
}

// TestPersonRefuses: names and emails are one person's each, however they are written, and look like what they are.
func TestPersonRefuses(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		join(t, a, store.Person{Merchant: "shop", Name: "Ada Lovelace", Email: "ada@example.org", Role: "owner"})
		for _, c := range []struct {
			name, email, role, supplier, code string
			limit                             recourse.Money
		}{
			{name: "ada  LOVELACE ", email: "b@example.org", role: "clerk", code: "name_taken"},
			{name: "Ａda Lovelace", email: "b@example.org", role: "clerk", code: "name_taken"}, // a wide A
			{name: "Bea", email: "ADA@example.ORG", role: "clerk", code: "email_taken"},
			{name: " ", email: "b@example.org", role: "clerk", code: "person_name"},
			{name: "Ada\u202ecaleL", email: "b@example.org", role: "clerk", code: "person_name"},
			{name: "Bea\u200b", email: "b@example.org", role: "clerk", code: "person_name"},
			{name: strings.Repeat("a", 101), email: "b@example.org", role: "clerk", code: "person_name"},
			{name: "Bea", email: "b", role: "clerk", code: "person_email"},
			{name: "Bea", email: "Bea <b@example.org>", role: "clerk", code: "person_email"},
			{name: "Bea", email: "b@example.org\r\nBcc: x@example.org", role: "clerk", code: "person_email"},
			{name: "Bea", email: "b@example.org", role: "king", code: "role_unknown"},
			{name: "Bea", email: "b@example.org", role: "supplier", code: "person_supplier"},
			{name: "Bea", email: "b@example.org", role: "clerk", limit: recourse.Money{Minor: -1, Currency: "EUR"}, code: "person_limit"},
		} {
			_, _, err := a.Invite(t.Context(), store.Person{Merchant: "shop", Name: c.name, Email: c.email, Role: c.role, Supplier: c.supplier, Limit: c.limit})
			if recourse.CodeOf(err) != c.code {
				t.Errorf("%q %q %s: %v, %s is wanted", c.name, c.email, c.role, err, c.code)
			}
		}
		if _, _, err := a.Invite(t.Context(), store.Person{Merchant: "other", Name: "Ada Lovelace", Email: "ada@example.org", Role: "owner"}); err != nil {
			t.Errorf("another merchant's: %v", err)
		}
	})
}

// TestLimit: up to a limit and not above it, in its own currency.
func TestLimit(t *testing.T) {
	eur := func(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }
	for _, c := range []struct {
		role          account.Role
		limit, amount recourse.Money
		want          string
	}{
		{account.Owner, recourse.Money{}, eur(1 << 40), ""},
		{account.Owner, eur(1), eur(1 << 40), ""},
		{account.Owner, recourse.Money{}, recourse.Money{}, ""},
		{account.Approver, recourse.Money{}, eur(1 << 40), ""},
		{account.Approver, recourse.Money{}, recourse.Money{}, ""},
		{account.Approver, eur(5000), eur(4999), ""},
		{account.Approver, eur(5000), eur(5000), ""},
		{account.Approver, eur(5000), eur(5001), "limit"},
		{account.Approver, eur(5000), recourse.Money{Minor: 1, Currency: "USD"}, "limit"},
		{account.Approver, eur(5000), recourse.Money{}, "limit"},
		{account.Approver, eur(5000), eur(-1), "limit"},
		{account.Approver, eur(5000), eur(0), "limit"},
		{account.Approver, eur(0), eur(1), "limit"},
		{account.Clerk, recourse.Money{}, eur(1), "forbidden"},
		{account.Clerk, eur(5000), eur(5000), ""},
		{account.Clerk, eur(5000), eur(5001), "limit"},
		{account.Viewer, eur(5000), eur(1), "forbidden"},
		{account.Supplier, eur(5000), eur(1), "forbidden"},
		{"nobody", eur(5000), eur(1), "forbidden"},
	} {
		err := account.Actor{Role: c.role, Limit: c.limit}.AllowMoney(c.amount)
		if recourse.CodeOf(err) != c.want {
			t.Errorf("%s with %q, %q: %v, %q is wanted", c.role, c.limit, c.amount, err, c.want)
		}
	}
	clerk, bounded := account.Actor{Role: account.Clerk}, account.Actor{Role: account.Approver, Limit: eur(5000)}
	if clerk.AllowAct(&recourse.Effect{Kind: recourse.EffectMessage}) != nil || clerk.AllowAct(&recourse.Effect{Kind: recourse.EffectReorder}) == nil {
		t.Error("a clerk sends what was drafted, and buys nothing")
	}
	if bounded.Allow(account.Approve) == nil || bounded.AllowAct(&recourse.Effect{Kind: recourse.EffectRefund, Amount: eur(5000)}) != nil {
		t.Error("whoever has a limit may not approve whatever the amount")
	}
}

// TestRehash: who signs in with a password that was kept at another cost has it kept at today's.
func TestRehash(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		p, _ := join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "owner"})
		today := account.New(s, func() time.Time { return time.Unix(clock.Load(), 0) })
		for range 2 {
			if _, _, err := today.SignIn(t.Context(), "shop", "ada@example.org", good, account.Visit{Address: "192.0.2.1"}); err != nil {
				t.Fatal(err)
			}
			is, err := today.Person(t.Context(), "shop", p.ID)
			if err != nil || !strings.HasPrefix(is.Password, "$argon2id$v=19$m=65536,t=2,p=1$") {
				t.Errorf("the password is kept as %.40s, %v", is.Password, err)
			}
		}
	})
}

// TestAudit: who changed what of people and links is kept, in whose name and with what was and is.
func TestAudit(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := account.By(t.Context(), "Ada")
		step := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			clock.Add(1)
		}
		ada, _ := join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "owner"})
		clock.Add(1)
		p, secret, err := a.Invite(ctx, store.Person{Merchant: "shop", Name: "Mei", Email: "mei@example.org", Role: "clerk"})
		step(err)
		_, _, err = a.Join(t.Context(), secret, good, "en", account.Visit{})
		step(err)
		p.Role, p.Limit = "approver", recourse.Money{Minor: 50_00, Currency: "EUR"}
		step(a.Change(ctx, p))
		step(a.Change(ctx, p)) // changes nothing
		step(a.Disable(ctx, "shop", p.ID))
		step(a.Enable(t.Context(), "shop", p.ID))
		if a.Disable(ctx, "shop", ada.ID) == nil {
			t.Error("the last owner is blocked")
		}
		var log, others []store.Audit
		err = s.Read(ctx, func(tx *store.Tx) (err error) {
			if log, err = tx.Audits("shop", 200); err == nil {
				others, err = tx.Audits("other", 200)
			}
			return err
		})
		step(err)
		var got []string
		for _, l := range log[:len(log)-2] { // without Ada's own beginning
			got = append(got, l.By+" "+l.What+" "+l.About)
		}
		want := []string{" admitted Mei", "Ada blocked Mei", "Ada changed Mei", "Mei joined Mei", "Ada invited Mei"}
		if strings.Join(got, "; ") != strings.Join(want, "; ") || len(others) != 0 {
			t.Errorf("kept: %q; of the other shop: %v", got, others)
		}
		if c := log[2].Changes; len(c) != 2 || c[0] != (store.FieldChange{Field: "role", Was: "clerk", Is: "approver"}) || c[1] != (store.FieldChange{Field: "limit", Is: "50.00 EUR"}) {
			t.Errorf("changed: %+v", c)
		}
	})
}
