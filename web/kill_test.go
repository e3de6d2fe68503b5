package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/account"
	"recourse/calendar"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
	"recourse/web"
)

// killEnv names the database that a process of its own serves, to be killed.
const killEnv = "RECOURSE_TEST_SERVE"

// TestServeToBeKilled is that process: it serves until it dies.
func TestServeToBeKilled(t *testing.T) {
	address := os.Getenv(killEnv)
	if address == "" {
		t.Skip("a part of TestKill")
	}
	st, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(st, time.Now)
	s, err := web.New(web.Options{Desk: d, Accounts: account.New(st, time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go d.Run(t.Context())
	fmt.Printf("serving %s\n", l.Addr())
	t.Fatal(s.Serve(t.Context(), l))
}

// served starts the process and gives the address that it serves at.
func served(t *testing.T, database string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestServeToBeKilled$", "-test.v", "-test.timeout=5m")
	c.Env = append(os.Environ(), killEnv+"="+database)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			go io.Copy(io.Discard, out)
			return c, at
		}
	}
	t.Fatal("the server did not start")
	return nil, ""
}

// killed is what callers remember of a server that was killed under them.
type killed struct {
	t      *testing.T
	token  string
	client http.Client
	mu     sync.Mutex
	acked  map[string]string // event id → version, as acknowledged
	sent   map[string]string // event id → the event
}

// send tells an event and remembers what was said of it. It is false when there was no answer.
func (k *killed) send(at, id, body string) (status, version string, ok bool) {
	k.mu.Lock()
	k.sent[id] = body
	k.mu.Unlock()
	r, _ := http.NewRequest("POST", "http://"+at+"/api/v1/events", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+k.token)
	r.Header.Set("Content-Type", ceOne)
	resp, err := k.client.Do(r)
	if err != nil {
		return "", "", false
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", "", false
	}
	text := string(data)
	if resp.StatusCode != 200 {
		k.t.Errorf("%s: %d %s", id, resp.StatusCode, text)
		return "", "", false
	}
	find := func(name string) string {
		_, rest, _ := strings.Cut(text, `"`+name+`":`)
		end := strings.IndexAny(rest, ",}")
		return strings.Trim(rest[:max(0, end)], `"`)
	}
	status, version = find("status"), find("version")
	k.mu.Lock()
	defer k.mu.Unlock()
	if was, known := k.acked[id]; known && (was != version || status != "duplicate") {
		k.t.Errorf("%s was acknowledged as version %s, and is %s %s now", id, was, status, version)
	}
	k.acked[id] = version
	return status, version, true
}

// load tells events of new orders until the server is gone.
func (k *killed) load(at string, caller, round int) {
	for n := 0; ; n++ {
		order := fmt.Sprintf("%d-%d-%d", round, caller, n)
		for i, e := range [][2]string{
			{"order.placed", strings.Replace(order1001, `"1001"`, `"`+order+`"`, 1)},
			{"purchase.placed", `{"order":"` + order + `","purchase":"P` + order + `","lines":[1],"cost":"80.00 CNY","ship_by":"2030-03-05T00:00:00Z"}`},
			{"purchase.out_of_stock", `{"purchase":"P` + order + `"}`},
		} {
			id := fmt.Sprintf("%s/%d", order, i)
			if _, _, ok := k.send(at, id, event(id, e[0], e[1])); !ok {
				return
			}
		}
	}
}

// TestKill kills a server under load, again and again. What it acknowledged is there, once, under the number that it
// said; what it did not acknowledge can be told again; and every decision can be made again from the history.
func TestKill(t *testing.T) {
	test := func(t *testing.T, database string, rounds int) {
		st, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		d := desk.New(st, time.Now)
		book, err := playbook.Builtin("tmall-dsers")
		if err != nil {
			t.Fatal(err)
		}
		policy, err := book.With(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Put(t.Context(), "shop", "A shop", policy, calendar.Default(), "test"); err != nil {
			t.Fatal(err)
		}
		k := &killed{t: t, acked: map[string]string{}, sent: map[string]string{}, client: http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
		if k.token, err = account.New(st, time.Now).Issue(t.Context(), "shop", "kill", account.Clerk, store.TokenAPI, 0); err != nil {
			t.Fatal(err)
		}
		d.Close()
		st.Close()
		for round := range rounds {
			server, at := served(t, database)
			var wait sync.WaitGroup
			for caller := range 8 {
				wait.Go(func() { k.load(at, caller, round) })
			}
			time.Sleep(time.Duration(100+rand.IntN(900)) * time.Millisecond)
			server.Process.Kill()
			server.Wait()
			wait.Wait()
		}
		server, at := served(t, database)
		for id, body := range k.sent { // all of it again: what was acknowledged is a duplicate with the same number
			if strings.HasSuffix(id, "/0") {
				k.send(at, id, body)
			}
		}
		for id, body := range k.sent {
			if !strings.HasSuffix(id, "/0") {
				k.send(at, id, body)
			}
		}
		server.Process.Kill()
		server.Wait()
		if st, err = store.Open(t.Context(), database); err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		d = desk.New(st, time.Now)
		defer d.Close()
		done, err := d.Verify(context.WithoutCancel(t.Context()), "shop", func(f desk.Finding) { t.Errorf("verify: %+v", f) }, func(desk.Verified) {})
		if err != nil || done.Entries < len(k.sent) {
			t.Errorf("verified %+v of %d events: %v", done, len(k.sent), err)
		}
		t.Logf("%d events, %d orders", len(k.sent), done.Orders)
	}
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "kill.db"), 10) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.New(t), 10) })
}

// TestAway: while the database is away, whoever asks is told when to come back; then all goes on.
func TestAway(t *testing.T) {
	server := pgtest.NewServer(t, pgtest.Durable)
	s := open(t, server.Database(t), web.Options{Deadline: 5 * time.Second})
	s.outOfStock()
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	more := event("more", "offers.found", `{"order":"1001","offers":[]}`)
	for _, c := range []scenario{
		{name: "telling", method: "POST", path: "/api/v1/events", body: more, status: 503, header: [2]string{"Retry-After", "2"}},
		{name: "reading", method: "GET", path: "/api/v1/cases/1001-1", status: 503, contains: []string{"database_unavailable"}},
		{name: "acting", method: "POST", path: effectPath("1001-1/3", "approve"), headers: []string{"Idempotency-Key", "k"}, status: 503},
		{name: "ready", method: "GET", path: "/readyz", status: 503},
		{name: "up", method: "GET", path: "/healthz", status: 200},
	} {
		c.run(s)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if g := s.ask("GET", "/readyz", ""); g.StatusCode == 200 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, c := range []scenario{
		{name: "telling", method: "POST", path: "/api/v1/events", body: more, status: 200, contains: []string{`"taken"`}},
		{name: "acting", method: "POST", path: effectPath("1001-1/3", "approve"), headers: []string{"Idempotency-Key", "k"}, status: 200},
	} {
		c.run(s)
	}
}
