package account_test

import (
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// TestDex goes the whole way through a real Dex, which is built from its Go module: that takes a minute when it is first
// done, and the network. RECOURSE_NO_DEX=1 leaves it out, and so does -short.
func TestDex(t *testing.T) {
	if testing.Short() || os.Getenv("RECOURSE_NO_DEX") != "" {
		t.Skip("without Dex")
	}
	const redirect = "http://desk.example/signin/oidc/back"
	p := &account.Provider{Issuer: "http://" + startDex(t, redirect), ClientID: "desk", Secret: "the-secret", Redirect: redirect}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "dex.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutMerchant(store.Merchant{ID: "shop", Name: "Shop", CreatedAt: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	var clock atomic.Int64
	clock.Store(time.Now().Unix())
	a := account.New(s, func() time.Time { return time.Unix(clock.Load(), 0) }).Cheap()
	come := func() (account.Actor, error) {
		address, ceremony, err := a.BeginProvider(t.Context(), p, "shop", "/people", account.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		back := throughDex(t, address)
		q := back.Query()
		_, who, to, err := a.FinishProvider(t.Context(), p, ceremony, q.Get("state"), q.Get("code"), account.Visit{})
		if err == nil && to != "/people" {
			t.Errorf("it goes on to %s", to)
		}
		return who, err
	}
	_, err = come()
	code(t, err, "provider_stranger")
	kilgore, err := a.Add(t.Context(), store.Person{Merchant: "shop", Name: "Kilgore", Email: "Kilgore@Kilgore.trout", Role: "clerk"})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := come(); err != nil || who.Person != kilgore.ID || who.Role != account.Clerk {
		t.Errorf("by Dex comes %+v, %v (%v)", who, err, recourse.CodeOf(err))
	}
}

// startDex builds Dex, starts it, and gives its address.
func startDex(t *testing.T, redirect string) string {
	t.Helper()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = "testdata/dex"
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("Dex cannot be built (RECOURSE_NO_DEX=1 leaves it out): %v\n%s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	binary := filepath.Join(t.TempDir(), "dex")
	run("build", "-o", binary, ".")
	web := filepath.Join(run("list", "-m", "-f", "{{.Dir}}", "github.com/dexidp/dex"), "web")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.Command(binary, address, web, redirect)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	for range 200 {
		if resp, err := http.Get("http://" + address + "/.well-known/openid-configuration"); err == nil {
			resp.Body.Close()
			return address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("Dex does not answer")
	return ""
}

// throughDex follows Dex's redirects until it sends back to the desk.
func throughDex(t *testing.T, address string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back *url.URL
	client := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "desk.example" {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if back == nil {
		t.Fatalf("Dex does not send back: %s at %s", resp.Status, resp.Request.URL)
	}
	return back
}
