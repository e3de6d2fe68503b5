package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/web"
)

// site is a desk with its web server, on loopback.
type site struct {
	desk     *desk.Desk
	accounts *account.Accounts
	address  string
	token    string // of a program that may do all
	close    func()
}

// newSite serves a desk, for a merchant.
func newSite(ctx context.Context, d *desk.Desk, merchant string) (*site, error) {
	return newSiteWith(ctx, merchant, web.Options{Desk: d})
}

// newSiteWith serves a desk with other options than the usual ones.
func newSiteWith(ctx context.Context, merchant string, o web.Options) (*site, error) {
	s := &site{desk: o.Desk, accounts: account.New(o.Desk.Store(), o.Desk.Now)}
	o.Accounts, o.Version = s.accounts, "bench"
	server, err := web.New(o)
	if err != nil {
		return nil, err
	}
	if s.token, err = s.accounts.Issue(ctx, merchant, "bench", account.Owner, store.TokenAPI, 0); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.address = l.Addr().String()
	serving, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(serving, l) }) // it ends when it is stopped, and a caller's error tells if it does before
	s.close = func() { stop(); running.Wait() }
	return s, nil
}

// wire is a connection that stays open: requests go out and answers come in, one after the other. It is HTTP/1.1 and no
// more of it than this server speaks, since caller and server share the processors.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
	body []byte
}

func dial(address string) (*wire, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &wire{conn: c, in: bufio.NewReaderSize(c, 16<<10)}, nil
}

// ask sends a request and reads its answer, whose body is in w.body until the next one.
func (w *wire) ask(method, path, headers string, body []byte) (status int, err error) {
	w.out.Reset()
	w.out.WriteString(method + " " + path + " HTTP/1.1\r\nHost: bench\r\n" + headers)
	if body != nil {
		w.out.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	w.out.WriteString("\r\n")
	w.out.Write(body)
	if _, err := w.conn.Write(w.out.Bytes()); err != nil {
		return 0, err
	}
	return w.answer()
}

func (w *wire) answer() (status int, err error) {
	first, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(first) < 12 {
		return 0, fmt.Errorf("%q is no status line", first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, err
	}
	length, chunked, err := w.headers()
	if err != nil {
		return status, err
	}
	if chunked {
		w.body, err = w.chunks()
		return status, err
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return status, err
}

// headers reads to the empty line and finds out how the body ends.
func (w *wire) headers() (length int, chunked bool, err error) {
	for {
		h, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		if len(h) <= 2 {
			return length, chunked, nil
		}
		name, value, _ := bytes.Cut(h, []byte(": "))
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, false, err
			}
		case "Transfer-Encoding":
			chunked = true
		}
	}
}

// chunks reads a body that comes in pieces.
func (w *wire) chunks() ([]byte, error) {
	body := w.body[:0]
	for {
		size, err := w.in.ReadSlice('\n')
		if err != nil {
			return body, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 32)
		if err != nil {
			return body, err
		}
		at := len(body)
		body = append(body, make([]byte, n+2)...)
		if _, err := io.ReadFull(w.in, body[at:]); err != nil {
			return body, err
		}
		if body = body[:at+int(n)]; n == 0 {
			return body, nil
		}
	}
}

// cloudEvent writes an event as a program tells it.
func cloudEvent(ev *recourse.Event) ([]byte, error) {
	data, err := json.Marshal(&ev.Data)
	if err != nil {
		return nil, err
	}
	if ev.Type == recourse.OrderPlaced {
		data = bytes.Replace(data, []byte(`"items":`), []byte(`"lines":`), 1)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"specversion":"1.0","source":%q,"id":%q,"type":%q,`, ev.Source, ev.ID, ev.Type)
	if !ev.Time.IsZero() {
		fmt.Fprintf(&b, `"time":%q,`, ev.Time.Format(time.RFC3339Nano))
	}
	b.WriteString(`"data":`)
	b.Write(data)
	b.WriteByte('}')
	return b.Bytes(), nil
}

// eventHeaders go with an event.
func (s *site) eventHeaders() string {
	return "Authorization: Bearer " + s.token + "\r\nContent-Type: application/cloudevents+json\r\n"
}

// runHTTP measures single events from 64 callers, each on a connection of its own, to a server on loopback.
func runHTTP(o options) ([]line, error) {
	c, err := newCalling(o)
	if c != nil {
		defer c.close()
	}
	if err != nil {
		return nil, err
	}
	s, err := newSite(context.Background(), c.desk, shop)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var wires [callers]*wire
	for i := range wires {
		if wires[i], err = dial(s.address); err != nil {
			return nil, err
		}
		defer wires[i].conn.Close()
	}
	headers := s.eventHeaders()
	return c.rounds(o, func(caller int, m moment) error {
		fact := m.event()
		return wires[caller].event(headers, &fact.Event)
	})
}

// event tells an event. An answer that does not say that it was taken in is an error.
func (w *wire) event(headers string, ev *recourse.Event) error {
	body, err := cloudEvent(ev)
	if err != nil {
		return err
	}
	status, err := w.ask("POST", "/api/v1/events", headers, body)
	if err == nil && (status != 200 || !bytes.Contains(w.body, []byte(`"taken"`)) && !bytes.Contains(w.body, []byte(`"held"`))) {
		err = fmt.Errorf("%d: %s of %s", status, w.body, body)
	}
	return err
}
