package web_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/account"
	"recourse/web"
)

func TestNoRoute(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "a.db"), web.Options{})
	for _, c := range []scenario{
		{name: "nothing", method: "GET", path: "/api/v1/nothing", status: 404, contains: []string{`"not_found"`}},
		{name: "nothing at all", method: "GET", path: "/nothing.php", status: 404},
		{name: "for nobody either", method: "GET", path: "/api/v1/nothing", headers: []string{"Authorization", ""}, status: 404},
		{name: "another method", method: "DELETE", path: "/api/v1/cases", status: 405, contains: []string{"method_not_allowed"}, header: [2]string{"Allow", "GET, HEAD"}},
		{name: "another method", method: "GET", path: "/api/v1/events", status: 405, header: [2]string{"Allow", "POST"}},
		{name: "no method", method: "EAT", path: "/api/v1/events", status: 405},
		{name: "options", method: "OPTIONS", path: "/api/v1/events", status: 405},
		{name: "a long address", method: "GET", path: "/api/v1/orders/" + strings.Repeat("x", 4000), status: 400},
	} {
		c.run(s)
	}
	if g := s.ask("GET", "/nothing", "", "Accept", "text/html"); g.StatusCode != 404 || !strings.Contains(g.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a person gets a page: %d %s", g.StatusCode, g.body)
	}
}

// serving runs a server as the program does, and gives its address.
func serving(t testing.TB, o web.Options) (*shop, string, func()) {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "serve.db"), o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := s.server.Serve(ctx, l); err != nil {
			t.Error(err)
		}
	})
	stop := func() { cancel(); wait.Wait() }
	t.Cleanup(stop)
	return s, l.Addr().String(), stop
}

// begin sends the head of a request and a part of its body, and gives the answer when there is one.
func begin(t *testing.T, s *shop, address, part string, length int) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", s.as(account.Owner), ceOne, length, part)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSlowBody(t *testing.T) {
	s, address, _ := serving(t, web.Options{BodyTime: 300 * time.Millisecond})
	r := begin(t, s, address, `{"spec`, 500)
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "body_slow") || !r.Close {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	r = begin(t, s, address, `{`, 2<<20)
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("one that says that it is too large is refused before it comes: %d", r.StatusCode)
	}
}

// occupy begins a request whose body is still to come, and returns once the handler reads it: from then on it holds a place.
func occupy(t *testing.T, s *shop, address string, length int) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", s.as(account.Owner), ceOne, length)
	answers := bufio.NewReader(conn)
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
		if line, err := answers.ReadString('\n'); err != nil || line != want {
			t.Fatalf("%q %v", line, err)
		}
	}
	return conn, answers
}

// TestCrowd: beyond so many requests at once, the others are told to come back.
func TestCrowd(t *testing.T) {
	s, address, _ := serving(t, web.Options{MostRequests: 1, BodyTime: 5 * time.Second})
	occupy(t, s, address, 100)
	r, err := http.Get("http://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("nobody is sent away: %s", r.Status)
	}
}

// TestStop: what is in hand is answered, nothing new is taken.
func TestStop(t *testing.T) {
	s, address, stop := serving(t, web.Options{})
	body := event("a", "order.placed", order1001)
	conn, answers := occupy(t, s, address, len(body))
	io.WriteString(conn, body[:20])
	var wait sync.WaitGroup
	wait.Go(stop)
	for n := 0; ; n++ {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			break
		}
		c.Close()
		if n > 1000 {
			t.Fatal("a stopping server takes new connections")
		}
		time.Sleep(5 * time.Millisecond)
	}
	io.WriteString(conn, body[20:])
	r, err := http.ReadResponse(answers, nil)
	if err != nil || r.StatusCode != 200 {
		t.Errorf("%v %v", r, err)
	}
	wait.Wait()
}

// TestLog: what is logged names nobody and nothing that was asked for.
func TestLog(t *testing.T) {
	var b bytes.Buffer
	s := open(t, filepath.Join(t.TempDir(), "a.db"), web.Options{Log: slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	s.outOfStock()
	s.ask("GET", "/api/v1/orders/1001", "")
	s.ask("GET", "/api/v1/cases?supplier=Lamps", "")
	s.ask("GET", "/api/v1/cases?name=Ada", "")
	s.ask("GET", "/signin/rc_l_shop_secret", "")
	s.ask("GET", "/nothing/ada@example.org", "")
	s.ask("GET", "/api/v1/orders/a%00", "")
	s.http.Close() // waits for the last lines
	for _, no := range []string{"1001", "Ada", "ada@", "Lamps", "rc_", "Paris"} {
		if strings.Contains(b.String(), no) {
			t.Errorf("the log has %q: %s", no, b.String())
		}
	}
	if !strings.Contains(b.String(), `route="GET /api/v1/orders/{order}"`) || !strings.Contains(b.String(), "status=200") {
		t.Errorf("the log says too little: %s", b.String())
	}
}

// TestDatabaseAway: 503, and when to come back; nothing of the cause is told.
func TestDatabaseAway(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "a.db"), web.Options{})
	s.outOfStock()
	s.desk.Close()
	scenario{name: "stopping", method: "POST", path: "/api/v1/events", body: event("z", "problem.withdrawn", `{"order":"1001"}`), status: 503, contains: []string{"closing"}, header: [2]string{"Retry-After", "2"}}.run(s)
	s.store.Close()
	scenario{name: "closed", method: "GET", path: "/api/v1/cases", status: 500, excludes: []string{"sql", "closed"}, contains: []string{"urn:recourse:fault:"}}.run(s)
}
