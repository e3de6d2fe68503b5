package web_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"recourse/account"
	"recourse/web"
)

// TestQuota: a token has a pace of its own, which is told in every answer; beyond it the answer is 429 and how long to wait,
// and no other token waits with it.
func TestQuota(t *testing.T) {
	o := patient
	o.Quota = web.Quota{Each: 2, Burst: 3}
	s := open(t, filepath.Join(t.TempDir(), "quota.db"), o)
	ask := func(role account.Role) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.http.URL+"/api/v1/chores", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.tokens[role])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	check := func(res *http.Response, status int, left, retry string) {
		t.Helper()
		if res.StatusCode != status || res.Header.Get("RateLimit") != left || res.Header.Get("RateLimit-Policy") != `"token";q=3;w=2` || res.Header.Get("Retry-After") != retry {
			t.Errorf("%d, %v", res.StatusCode, res.Header)
		}
	}
	check(ask(account.Clerk), 200, `"token";r=2;t=1`, "")
	check(ask(account.Clerk), 200, `"token";r=1;t=1`, "")
	check(ask(account.Clerk), 200, `"token";r=0;t=2`, "")
	res := ask(account.Clerk)
	check(res, 429, `"token";r=0;t=2`, "1")
	if res.Header.Get("Content-Type") != "application/problem+json" {
		t.Error(res.Header)
	}
	check(ask(account.Viewer), 200, `"token";r=2;t=1`, "")
	s.wait(time.Second)
	check(ask(account.Clerk), 200, `"token";r=1;t=1`, "")
	s.wait(time.Hour)
	check(ask(account.Clerk), 200, `"token";r=2;t=1`, "")
}
