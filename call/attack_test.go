package call_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/call"
)

// encoded are ways to write addresses that lead into the house, some of which resolvers take for numbers.
var encoded = []string{
	"2130706433", "0x7f000001", "0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0", "0x0", "00000000", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "10.1", "0xa.1", "３１", "①②⑦.⓪.⓪.①",
	"[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "localhost", "LOCALHOST.", "localhost.localdomain", "ip6-localhost", "a.localhost",
}

// TestEncoded: no way to write this machine's address gets there, whatever the resolver makes of it.
func TestEncoded(t *testing.T) {
	var arrived atomic.Int32
	here := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer here.Close()
	port := here.Listener.Addr().String()[len("127.0.0.1"):]
	client := &http.Client{Transport: call.Public(false, nil), Timeout: 5 * time.Second}
	for _, host := range encoded {
		for _, scheme := range []string{"http://", "https://"} {
			res, err := client.Get(scheme + host + port + "/")
			if err == nil {
				res.Body.Close()
				t.Errorf("%s answered", host)
			}
		}
	}
	if n := arrived.Load(); n > 0 {
		t.Errorf("%d requests arrived here", n)
	}
}

// TestRedirected: an answer that leads elsewhere is an answer, and is not followed: not to this machine, not anywhere.
func TestRedirected(t *testing.T) {
	var arrived atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer inside.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, status) }))
		c := call.New(call.Options{Timeout: 5 * time.Second})
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a, err := c.Do(t.Context(), method, outside.URL, http.Header{"Authorization": {"Bearer secret"}}, []byte("x"))
			if err != nil || a.Status != status {
				t.Errorf("%d %s: %v %v", status, method, a, err)
			}
		}
		outside.Close()
	}
	if n := arrived.Load(); n > 0 {
		t.Errorf("%d were followed", n)
	}
	// Whoever follows one by hand meets the same refusal.
	c := call.New(call.Options{Transport: call.Public(false, nil)})
	if _, err := c.Do(t.Context(), http.MethodGet, inside.URL, nil, nil); recourse.CodeOf(err) != "address_private" {
		t.Errorf("followed by hand: %v", err)
	}
}
