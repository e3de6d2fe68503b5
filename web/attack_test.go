package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/account"
)

// sink is a log that tests read while a server writes it.
type sink struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *sink) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimRight(s.b.String(), "\n"), "\n")
}

// TestLogInjection: no request writes a line of the log of its own, by its method, its address, its headers or its body.
func TestLogInjection(t *testing.T) {
	for _, handler := range []string{"text", "json"} {
		t.Run(handler, func(t *testing.T) {
			var log sink
			o := patient
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
			if handler == "json" {
				o.Log = slog.New(slog.NewJSONHandler(&log, nil))
			}
			s := open(t, filepath.Join(t.TempDir(), "log.db"), o)
			fake := `time=2026-03-02T10:00:00Z level=ERROR msg="paid twice"`
			raw := []string{
				"GET /%0d%0a" + strings.ReplaceAll(fake, " ", "%20") + " HTTP/1.1\r\nHost: x\r\n\r\n",
				"GET /orders/%0a" + strings.ReplaceAll(fake, " ", "%20") + " HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4\r\nUser-Agent: %0a" + fake + "\r\n\r\n",
				"G%0aET / HTTP/1.1\r\nHost: x\r\n\r\n",
				"FAKE! / HTTP/1.1\r\nHost: x\r\nReferer: " + fake + "\r\n\r\n",
				"POST /in/shop/%0a" + strings.ReplaceAll(fake, " ", "+") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
				"GET /api/v1/orders/%e2%80%a8" + strings.ReplaceAll(fake, " ", "%20") + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + s.tokens[account.Clerk] + "\r\n\r\n",
			}
			for _, r := range raw {
				c, err := net.Dial("tcp", s.http.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				c.SetDeadline(time.Now().Add(30 * time.Second))
				fmt.Fprint(c, r)
				res, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatalf("%q: %v", r, err)
				}
				res.Body.Close()
				c.Close()
			}
			for _, line := range log.lines() {
				if strings.Contains(line, "paid twice") || line != "" && !strings.HasPrefix(line, "time=") && !strings.HasPrefix(line, "{") {
					t.Errorf("a line of the log: %q", line)
				}
			}
			if n := len(log.lines()); n > len(raw) {
				t.Errorf("%d lines for %d requests", n, len(raw))
			}
		})
	}
}

// TestDeepJSON: nesting without end is refused before it is read, wherever JSON comes in.
func TestDeepJSON(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deep.db"), patient)
	for name, body := range map[string]string{
		"lists":           strings.Repeat("[", 200_000),
		"objects":         strings.Repeat(`{"a":`, 100_000),
		"closed":          strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		"in a true event": `{"specversion":"1.0","id":"a","source":"b","type":"problem.withdrawn","data":` + strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50) + "}",
		"behind a string": `{"a":"\"[[[[","b":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}",
	} {
		began := time.Now()
		scenario{name: name, method: "POST", path: "/api/v1/events", body: body, status: 413, contains: []string{"json_depth"}}.run(s)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
