package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/evidence"
	"recourse/store"
	"recourse/web"
)

// What is required of the pages that people open all day, of a shop with a hundred thousand open cases. The queue and the
// figures have benchmarks of their own, which go up to a million.
const (
	pagesCases   = 100_000
	pagesLate    = 50  // ms
	pagesEntries = 200 // of the history of the long case
	pagesBuyers  = 60  // whose pages are opened in turn: a link may not be opened as often as a benchmark would
	pagesPhotos  = 12  // handed in, each by another buyer
	pagesPixels  = 2600
)

// runPages looks at pages, each beside a bare server that sends as many bytes, and hands photos in.
func runPages(o options) ([]line, error) {
	ctx := context.Background()
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	path, err := dir.next()
	if err != nil {
		return nil, err
	}
	n := o.or(pagesCases)
	if _, err := fillQueue(ctx, path, n); err != nil {
		return nil, err
	}
	d, err := openDesk(ctx, path, func() time.Time { return queueNow })
	if err != nil {
		return nil, err
	}
	defer closeDesk(d)
	if err := tellPages(ctx, d); err != nil {
		return nil, err
	}
	p := &pagesBench{desk: d, note: fmt.Sprintf("%d open cases", n), place: filepath.Join(filepath.Dir(path), "evidence")}
	lines, err := p.desks(ctx, o)
	if err != nil {
		return nil, err
	}
	more, err := p.buyers(ctx, o)
	return append(lines, more...), err
}

// pagesBench is what all figures of the benchmark share.
type pagesBench struct {
	desk  *desk.Desk
	note  string
	place string // of the evidence
}

// tellPages makes a case with a long history, and buyers who are asked for photos.
func tellPages(ctx context.Context, d *desk.Desk) error {
	for i := range pagesBuyers + 1 {
		n := strconv.Itoa(7000 + i)
		tell := func(of recourse.EventType, data string) error {
			told, err := recourse.DecodeData(of, []byte(strings.ReplaceAll(data, "ORDER", n)))
			if err != nil {
				return fmt.Errorf("%s: %w", data, err)
			}
			_, err = d.Tell(ctx, shop, desk.Fact{By: "bench", Event: recourse.Event{Source: "bench", Type: of, Data: told}})
			return err
		}
		for _, f := range [][2]string{
			{string(recourse.OrderPlaced), `{"order":"ORDER","channel":"shopify","buyer":{"name":"Camille Roux","email":"camille@example.com","locale":"fr"},"ship_to":{"country":"FR","city":"Lyon","postcode":"69003","street":"12 rue Garibaldi","name":"Camille Roux"},"lines":[{"line":1,"sku":"KITE","title":"Red kite","quantity":2,"price":"29.90 EUR"}]}`},
			{string(recourse.PurchasePlacedEvent), `{"order":"ORDER","purchase":"T-ORDER","supplier":"Kites","cost":"80.00 CNY"}`},
			{string(recourse.ParcelShipped), `{"purchase":"T-ORDER","parcel":"P-ORDER","carrier":"YunExpress","tracking":"YTORDER","leg":"international"}`},
			{string(recourse.ProblemReported), `{"order":"ORDER","problem":"damaged_item"}`},
		} {
			if err := tell(recourse.EventType(f[0]), f[1]); err != nil {
				return err
			}
		}
		if i > 0 {
			continue
		}
		for k := range pagesEntries {
			f := longCase[k%len(longCase)]
			if err := tell(f.of, strings.ReplaceAll(f.data, "K", strconv.Itoa(k))); err != nil {
				return err
			}
		}
	}
	return nil
}

// longCase is what happens again and again to the long case.
var longCase = []struct {
	of   recourse.EventType
	data string
}{
	{recourse.CaseNoted, `{"case":"ORDER-1","order":"ORDER","text":"note K, of the usual length that people write"}`},
	{recourse.MessageReceived, `{"order":"ORDER","case":"ORDER-1","by":"buyer","text":"message K"}`},
	{recourse.CaseAssigned, `{"case":"ORDER-1","order":"ORDER","person":"Person K"}`},
	{recourse.ParcelScanned, `{"parcel":"P-ORDER","status":"in_transit","leg":"international","place":"Roissy K"}`},
}

// desks looks at pages that people of the shop see.
func (p *pagesBench) desks(ctx context.Context, o options) ([]line, error) {
	s, err := newSite(ctx, p.desk, shop)
	if err != nil {
		return nil, err
	}
	defer s.close()
	link, err := s.accounts.Issue(ctx, shop, "bench", account.Owner, store.TokenLink, time.Hour)
	if err != nil {
		return nil, err
	}
	session, _, err := s.accounts.Redeem(ctx, link, account.Visit{})
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, part := range []struct{ name, look string }{{".queue", "/"}, {".case", "/cases/7000-1"}, {".case-short", "/cases/7001-1"}, {".picture", "/cases/7000-1/picture.svg"},
		{".playbook", "/playbook"}, {".settings", "/playbook/settings"}, {".insights", "/insights"}} {
		more, err := p.beside(o, s, part.name, []string{part.look}, "Cookie: recourse_session="+session+"\r\n")
		if err != nil {
			return nil, err
		}
		lines = append(lines, more)
	}
	return lines, nil
}

// buyers looks at the pages of buyers, and lets some hand a photo in. They come through a proxy, from many addresses.
func (p *pagesBench) buyers(ctx context.Context, o options) ([]line, error) {
	room, err := evidence.Open(evidence.Options{Place: p.place, Tools: "none"})
	if err != nil {
		return nil, err
	}
	s, err := newSiteWith(ctx, shop, web.Options{Desk: p.desk, Evidence: room, Secure: true})
	if err != nil {
		return nil, err
	}
	defer s.close()
	var looks []string
	for i := range pagesBuyers {
		base, err := s.accounts.BuyerLink(ctx, shop, strconv.Itoa(7001+i), "bench")
		if err != nil {
			return nil, err
		}
		looks = append(looks, base)
	}
	l, err := p.beside(o, s, ".buyer", looks, "X-Forwarded-For: FROM\r\n")
	if err != nil {
		return nil, err
	}
	up, err := p.upload(s, looks)
	return []line{l, up}, err
}

// beside asks for pages and then for as many bytes of a server that does nothing else.
func (p *pagesBench) beside(o options, s *site, name string, looks []string, headers string) (line, error) {
	took, size, cpu, err := timedLooks(o, s.address, looks, headers)
	if err != nil {
		return line{}, err
	}
	bareAddress, closeBare, err := serveBytes(size)
	if err != nil {
		return line{}, err
	}
	defer closeBare()
	bareTook, _, bareCPU, err := timedLooks(o, bareAddress, looks[:1], headers)
	if err != nil {
		return line{}, err
	}
	l := latency(name+".p99", percentile(took, 99), pagesLate)
	l.Note = fmt.Sprintf("%s; %d answers of %.1f KiB, p50 %.1f ms, %.2f ms of the processors each; bare bytes p99 %.2f ms, %.2f ms of the processors",
		p.note, len(took), float64(size)/1024, percentile(took, 50), cpu, percentile(bareTook, 99), bareCPU)
	return l, nil
}

// serveBytes is a server that sends so many bytes to whoever asks.
func serveBytes(size int) (address string, closeIt func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	body := bytes.Repeat([]byte("<p>bare</p>\n"), size/12+1)[:size]
	h := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(body)
	})}
	go h.Serve(l)
	return l.Addr().String(), func() { h.Close() }, nil
}
