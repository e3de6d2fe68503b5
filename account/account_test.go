package account_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/store/pgtest"
)

func databases(t *testing.T, test func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64)) {
	run := func(t *testing.T, address string) {
		s, err := store.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		for _, id := range []string{"shop", "other"} {
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.PutMerchant(store.Merchant{ID: id, Name: id, CreatedAt: time.Unix(0, 0)})
			}); err != nil {
				t.Fatal(err)
			}
		}
		var clock atomic.Int64
		clock.Store(1_770_000_000)
		test(t, account.New(s, func() time.Time { return time.Unix(clock.Load(), 0) }).Cheap(), s, &clock)
	}
	t.Run("sqlite", func(t *testing.T) { run(t, filepath.Join(t.TempDir(), "a.db")) })
	t.Run("postgres", func(t *testing.T) { run(t, pgtest.New(t)) })
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if recourse.CodeOf(err) != want {
		t.Errorf("the error is %v (%s), %q is wanted", err, recourse.CodeOf(err), want)
	}
}

func TestIssue(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		secret, err := a.Issue(ctx, "shop", "import", account.Clerk, store.TokenAPI, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "rc_a_shop_") || len(secret) != len("rc_a_shop_")+32 {
			t.Errorf("the secret is %q", secret)
		}
		who, err := a.Who(ctx, secret, store.TokenAPI)
		if want := (account.Actor{Merchant: "shop", Name: "import", Role: account.Clerk}); err != nil || who != want {
			t.Errorf("who is %+v, %v", who, err)
		}
		for _, wrong := range []string{"", "x", secret[:len(secret)-1], secret[:len(secret)-1] + "!", strings.Replace(secret, "shop", "other", 1), strings.Replace(secret, "_a_", "_s_", 1), "rc_a_sh'op_" + strings.Repeat("a", 32), strings.Repeat("a", 1<<20)} {
			_, err := a.Who(ctx, wrong, store.TokenAPI)
			code(t, err, "token_unknown")
		}
		_, err = a.Who(ctx, secret, store.TokenSession)
		code(t, err, "token_unknown")

		all, err := a.List(ctx, "shop")
		if err != nil || len(all) != 1 || strings.Contains(all[0].Hash, secret[10:]) || len(all[0].Hash) != 64 {
			t.Errorf("the list is %+v, %v", all, err)
		}
		clock.Add(3599)
		if _, err = a.Who(ctx, secret, store.TokenAPI); err != nil {
			t.Error(err)
		}
		clock.Add(1) // though it is remembered
		_, err = a.Who(ctx, secret, store.TokenAPI)
		code(t, err, "token_expired")
	})
}

func TestRevoke(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		secret, err := a.Issue(ctx, "shop", "x", account.Owner, store.TokenAPI, 0)
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(1 << 31) // without an end
		if _, err := a.Who(ctx, secret, store.TokenAPI); err != nil {
			t.Fatal(err)
		}
		all, _ := a.List(ctx, "shop")
		code(t, a.Revoke(ctx, "other", all[0].Hash), "token_unknown")
		code(t, a.Revoke(ctx, "shop", ""), "token_unknown")
		if err := a.Revoke(ctx, "shop", all[0].Hash[:12]); err != nil {
			t.Fatal(err)
		}
		_, err = a.Who(ctx, secret, store.TokenAPI)
		code(t, err, "token_unknown")
	})
}

func TestIssueRefuses(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		for _, c := range []struct {
			merchant, name string
			role           account.Role
			kind           store.TokenKind
			lasts          time.Duration
			code           string
		}{
			{"nobody", "x", account.Owner, store.TokenAPI, 0, "merchant_unknown"},
			{"shop", "x", "king", store.TokenAPI, 0, "role_unknown"},
			{"shop", "", account.Owner, store.TokenAPI, 0, "token_name"},
			{"shop", "a\nb", account.Owner, store.TokenAPI, 0, "token_name"},
			{"shop", "x", account.Owner, "key", time.Hour, "token_kind"},
			{"shop", "x", account.Owner, store.TokenLink, 0, "token_kind"},
			{"shop", "x", account.Owner, store.TokenAPI, -time.Hour, "token_kind"},
		} {
			_, err := a.Issue(t.Context(), c.merchant, c.name, c.role, c.kind, c.lasts)
			code(t, err, c.code)
		}
	})
}

// TestRedeem lets many come with one link at once: one gets a session.
func TestRedeem(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		link, err := a.Issue(ctx, "shop", "Ada", account.Approver, store.TokenLink, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Who(ctx, link, store.TokenLink)
		if err != nil {
			t.Error(err)
		}
		var wait sync.WaitGroup
		var mu sync.Mutex
		var sessions []string
		for range 32 {
			wait.Go(func() {
				session, who, err := a.Redeem(context.WithoutCancel(ctx), link, account.Visit{})
				if err != nil {
					code(t, err, "token_used")
					return
				}
				if who.Name != "Ada" || who.Role != account.Approver {
					t.Errorf("the session is %+v's", who)
				}
				mu.Lock()
				defer mu.Unlock()
				sessions = append(sessions, session)
			})
		}
		wait.Wait()
		if len(sessions) != 1 {
			t.Fatalf("%d sessions, 1 is wanted", len(sessions))
		}
		if _, err := a.Who(ctx, sessions[0], store.TokenSession); err != nil {
			t.Error(err)
		}
		if err := a.SignOut(ctx, sessions[0]); err != nil {
			t.Error(err)
		}
		_, err = a.Who(ctx, sessions[0], store.TokenSession)
		code(t, err, "token_unknown")

		late, err := a.Issue(ctx, "shop", "Ada", account.Approver, store.TokenLink, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(60)
		_, _, err = a.Redeem(ctx, late, account.Visit{})
		code(t, err, "token_expired")
		_, _, err = a.Redeem(ctx, "rc_l_shop_"+strings.Repeat("a", 32), account.Visit{})
		code(t, err, "token_unknown")
	})
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		role account.Role
		may  string
	}{{account.Owner, "read work approve manage answer"}, {account.Approver, "read work approve answer"}, {account.Clerk, "read work answer"}, {account.Viewer, "read"}, {account.Supplier, "answer"}, {"nobody", ""}} {
		for _, p := range account.Permissions {
			if got, want := c.role.May(p), strings.Contains(c.may, string(p)); got != want {
				t.Errorf("%s may %s: %v", c.role, p, got)
			}
			if err := (account.Actor{Role: c.role}).Allow(p); (err == nil) != c.role.May(p) {
				t.Errorf("%s is allowed to %s: %v", c.role, p, err)
			}
		}
	}
	confirmed := recourse.Event{Type: recourse.RemedyChosen, Data: recourse.Data{Confirmed: true}}
	if account.Needs(&confirmed) != account.Approve || account.Needs(&recourse.Event{Type: recourse.RemedyChosen}) != account.Work || account.Needs(&recourse.Event{Type: recourse.EffectApproved}) != account.Approve {
		t.Error("approvals and confirmations take the permission to approve")
	}
}
