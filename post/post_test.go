package post_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/effect"
	effectmail "recourse/effect/mail"
	"recourse/intake"
	intakemail "recourse/intake/mail"
	"recourse/peer"
	"recourse/playbook"
	"recourse/post"
	"recourse/store"
	"recourse/text"
	"recourse/vault"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a desk with an order in trouble, a mail server, and both offices.
type world struct {
	*testing.T
	desk   *desk.Desk
	post   *post.Office
	mail   *peer.Mail
	sender *effectmail.Sender
	box    *recourse.Connection
	mark   string // how far the mailbox was read
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "recourse.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, desk: desk.New(s, func() time.Time { return noon }), post: &post.Office{Store: s}}
	t.Cleanup(func() { w.desk.Close(); s.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Put(t.Context(), "shop", "Vases & Co", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	key, _ := vault.Parse(vault.NewKey())
	if w.mail, err = peer.NewMail("desk@shop.example", "secret", nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.mail.Close)
	out, in, err := w.mail.Start()
	if err != nil {
		t.Fatal(err)
	}
	post := w.connect(s, "post", "smtp", out, map[string]string{"from": "Vases & Co <desk@shop.example>", "quiet": "off"})
	w.box = w.connect(s, "box", "imap", in, nil)
	w.connect(s, "dsers", "dsers", "", map[string]string{"email": "support@agent.example"})
	w.sender = &effectmail.Sender{Connection: post, Timeout: 5 * time.Second, Office: &effectmail.Office{Store: s, Vault: key,
		Words: func(context.Context, string, *recourse.OrderFile) (*text.Catalog, *time.Location, error) {
			return text.Builtin(), time.UTC, nil
		},
		Link: func(context.Context, string, string, string) (string, error) {
			return "https://desk.example/b/x", nil
		}}}
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutPerson(store.Person{Merchant: "shop", ID: "p1", Name: "Li Wei", Email: "li@kiln.example", Role: "supplier", Supplier: "Green Kiln", CreatedAt: noon})
	}); err != nil {
		t.Fatal(err)
	}
	line := recourse.Line{Line: 1, Title: "Vase", Quantity: 1, Price: recourse.Money{Minor: 4200, Currency: "EUR"}}
	for _, e := range []recourse.Event{
		{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001", Items: []recourse.Line{line}, Buyer: &recourse.Buyer{Name: "Zoé", Email: "Zoe@buyer.example", Locale: "fr"}, ShipTo: &recourse.Address{Country: "FR", City: "Paris", Street: "Rue 1", Postcode: "75001"}}},
		{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "1001", Purchase: "T9001", Supplier: "Green Kiln", Lines: []recourse.Pieces{{Line: 1, Quantity: 1}}}},
		{Type: recourse.ProblemReported, Data: recourse.Data{Order: "1001", Problem: "damaged_item", Text: "broken"}},
	} {
		if r, err := w.desk.Tell(t.Context(), "shop", desk.Fact{Event: e, By: "test"}); err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
	}
	w.poll() // the first look only says where news begins
	return w
}

func (w *world) connect(s *store.Store, id, kind, at string, settings map[string]string) *recourse.Connection {
	w.Helper()
	c := &recourse.Connection{Merchant: "shop", ID: id, Kind: kind, Name: id, Status: recourse.ConnectionActive, Settings: map[string]string{"user": "desk@shop.example", "security": "none"}, Secrets: map[string]string{"password": "secret"}, CreatedAt: noon}
	c.Settings["host"], c.Settings["port"], _ = net.SplitHostPort(at)
	for k, v := range settings {
		c.Settings[k] = v
	}
	if kind == "dsers" {
		delete(c.Settings, "user")
	}
	if err := s.Write(w.Context(), func(tx *store.Tx) error { return tx.PutConnection(&store.Connection{Connection: *c}) }); err != nil {
		w.Fatal(err)
	}
	return c
}

// send sends a message about the case, and gives it as the server got it.
func (w *world) send(n int, to recourse.Party) peer.Mailed {
	w.Helper()
	v, err := w.desk.Case(w.Context(), "shop", "1001-1")
	if err != nil {
		w.Fatal(err)
	}
	id := fmt.Sprintf("1001-1/9%d", n)
	task := &effect.Task{Merchant: "shop", Shop: "Vases & Co", Key: effect.Key("shop", id), File: v.File, Connection: w.sender.Connection, Attempt: 1, Now: noon, FirstAt: noon,
		Effect: recourse.Effect{ID: id, Kind: recourse.EffectMessage, Case: "1001-1", To: to, Purchase: "T9001", Template: "expedite", At: noon}}
	if to == recourse.PartyBuyer {
		task.Template = "claim_filed"
	}
	if got := w.sender.Send(w.Context(), task); got.Result != effect.Done {
		w.Fatalf("%+v", got)
	}
	all := w.mail.Got()
	return all[len(all)-1]
}

// header is a header of a letter, on one line.
func header(m peer.Mailed, name string) string {
	for row := range strings.SplitSeq(strings.ReplaceAll(string(m.Data), "\r\n ", " "), "\r\n") {
		if v, ok := strings.CutPrefix(row, name+": "); ok {
			return v
		}
	}
	return ""
}

// poll reads what is new in the mailbox, and gives what each letter means.
func (w *world) poll() (out []intake.Meaning) {
	w.Helper()
	var err error
	w.mark, err = intakemail.Poll(w.Context(), w.box, nil, w.mark, func(ctx context.Context, all []intake.Delivery) error {
		for i := range all {
			out = append(out, w.read(&all[i]))
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func (w *world) read(d *intake.Delivery) intake.Meaning {
	w.Helper()
	m, err := intakemail.Reader.Read(w.box, d)
	if err == nil {
		m, err = w.post.Resolve(w.Context(), w.box, m, noon)
	}
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// came is what a letter means that came in by itself.
func (w *world) came(raw string) intake.Meaning {
	d := &intake.Delivery{At: noon, Body: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))}
	intakemail.Name(d)
	return w.read(d)
}

func types(m intake.Meaning) string {
	var out []string
	for i := range m.Events {
		out = append(out, string(m.Events[i].Type))
	}
	return strings.Join(out, " ")
}

// TestAround: a letter leaves, its own copy proves it, the answer comes back over IMAP with a photo, and the desk takes it.
func TestAround(t *testing.T) {
	w := newWorld(t)
	sent := w.send(1, recourse.PartyBuyer)
	own := w.poll()
	if len(own) != 1 || own[0].Note != post.NoteOwn || own[0].Order != "1001" || len(own[0].Events) != 0 {
		t.Fatalf("the copy: %+v", own)
	}
	if again := w.poll(); len(again) != 0 {
		t.Errorf("read twice: %v", again)
	}
	answer := fmt.Sprintf("From: Zoe <zoe@BUYER.example>\nTo: %s\nSubject: Re: x\nMessage-ID: <a1@buyer.example>\nIn-Reply-To: %s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nVoilà la photo.\n\nLe 2 mars 2026 à 12:00, Vases a écrit :\n> Bonjour\n--b\nContent-Type: image/jpeg; name=v.jpg\nContent-Disposition: attachment; filename=v.jpg\nContent-Transfer-Encoding: base64\n\n%s\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=v.pdf\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
		header(sent, "Reply-To"), header(sent, "Message-ID"), base64.StdEncoding.EncodeToString([]byte("JPEG")), base64.StdEncoding.EncodeToString([]byte("PDF")))
	if err := w.mail.Put([]byte(strings.ReplaceAll(answer, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	got := w.poll()
	if len(got) != 1 || types(got[0]) != "message.received" || got[0].Order != "1001" || got[0].Note != post.NoteFiles {
		t.Fatalf("the answer: %+v", got)
	}
	e := got[0].Events[0]
	if e.Case != "1001-1" || e.By != recourse.PartyBuyer || e.Text != "Voilà la photo." || e.Source != "box" || e.ID == "" {
		t.Errorf("%+v", e)
	}
	if f := got[0].Files; len(f) != 1 || f[0].Case != "1001-1" || f[0].Order != "1001" || f[0].By != recourse.PartyBuyer || string(f[0].Content) != "JPEG" {
		t.Errorf("files %+v", f)
	}
	for i, want := range []desk.Status{desk.Taken, desk.Duplicate} {
		if r, err := w.desk.Tell(t.Context(), "shop", desk.Fact{Event: e, By: "box"}); err != nil || r.Err != nil || r.Status != want {
			t.Errorf("told %d: %v %v %v", i, r.Status, r.Err, err)
		}
	}
	v, _ := w.desk.Case(t.Context(), "shop", "1001-1")
	if n := v.File.Case("1001-1").Unread; n != 1 {
		t.Errorf("%d unread", n)
	}
	if err := w.mail.Renew(); err != nil {
		t.Fatal(err)
	}
	w.mail.Put([]byte(strings.ReplaceAll(answer, "\n", "\r\n")))
	if again := w.poll(); len(again) != 1 || again[0].Events[0].ID != e.ID {
		t.Errorf("from a mailbox made anew: %+v", again)
	}
}

// TestSenders: letters from addresses that the merchant listed are read by the agent's patterns, if they are genuine.
func TestSenders(t *testing.T) {
	w := newWorld(t)
	if err := w.desk.Store().Write(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Connection("shop", "dsers")
		if err != nil {
			return err
		}
		c.Settings = map[string]string{"email": "support@agent.example", "senders": "help@desk.example, @tickets.example"}
		return tx.PutConnection(&c)
	}); err != nil {
		t.Fatal(err)
	}
	told := "\nSubject: Refund for Tmall order 2839471650012345678\n\nThe refund for Tmall order 2839471650012345678 has been issued"
	for name, c := range map[string]struct{ raw, events, note string }{
		"listed":                       {"From: help@desk.example" + told, "recovery.received", ""},
		"of a listed domain":           {"From: x9@tickets.example" + told, "recovery.received", ""},
		"another of that domain":       {"From: other@desk.example" + told, "", post.NoteNoOrder},
		"below a listed domain":        {"From: x@evil.tickets.example" + told, "", post.NoteNoOrder},
		"a longer domain":              {"From: x@tickets.example.evil.example" + told, "", post.NoteNoOrder},
		"proved by DMARC":              {"Authentication-Results: mx; dmarc=pass\nFrom: help@desk.example" + told, "recovery.received", ""},
		"signed by its domain":         {"Authentication-Results: mx; dkim=pass header.d=desk.example; spf=fail smtp.mailfrom=x\nFrom: help@desk.example" + told, "recovery.received", ""},
		"sent as its domain allows":    {"Authentication-Results: mx; spf=pass smtp.mailfrom=bounce@mail.desk.example; dkim=none\nFrom: help@desk.example" + told, "recovery.received", ""},
		"forged":                       {"Authentication-Results: mx; dmarc=fail\nFrom: help@desk.example" + told, "", post.NoteForged},
		"signed by another":            {"Authentication-Results: mx; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=a@evil.example\nFrom: help@desk.example" + told, "", post.NoteForged},
		"signed by one that ends so":   {"Authentication-Results: mx; dkim=pass header.d=evildesk.example\nFrom: help@desk.example" + told, "", post.NoteForged},
		"looked at and nothing proved": {"Authentication-Results: mx; spf=neutral; dkim=none\nFrom: help@desk.example" + told, "", post.NoteForged},
		"proved by the sender itself":  {"Authentication-Results: mx; spf=softfail\nAuthentication-Results: evil; dmarc=pass\nFrom: help@desk.example" + told, "", post.NoteForged},
	} {
		if m := w.came(c.raw); types(m) != c.events || m.Note != c.note {
			t.Errorf("%s: %q %q, %q %q is wanted", name, types(m), m.Note, c.events, c.note)
		}
	}
}

// TestWhose: which letters belong to a case, and whose words they are.
func TestWhose(t *testing.T) {
	w := newWorld(t)
	buyer, supplier := w.send(1, recourse.PartyBuyer), w.send(2, recourse.PartySupplier)
	tag := func(m peer.Mailed) string { return header(m, "Reply-To") }
	ref := func(m peer.Mailed) string { return "In-Reply-To: " + header(m, "Message-ID") }
	for name, c := range map[string]struct{ raw, events, note string }{
		"by tag":            {"From: zoe@buyer.example\nTo: " + tag(buyer) + "\n\nHello", "message.received", ""},
		"by thread":         {"From: zoe@buyer.example\nTo: desk@shop.example\n" + ref(buyer) + "\n\nHello", "message.received", ""},
		"another address":   {"From: zoe@work.example\nTo: " + tag(buyer) + "\n\nHello", "message.received", post.NoteOther},
		"by number":         {"From: zoe@buyer.example\nSubject: order #1001\n\nHello", "message.received", ""},
		"a stranger":        {"From: eve@evil.example\nSubject: order 1001\n\nHello, refund me", "", post.NoteNoOrder},
		"a made-up tag":     {"From: eve@evil.example\nTo: desk+aaaaaaaaaaaaaaaa@shop.example\n\nHello", "", post.NoteNoOrder},
		"a made-up thread":  {"From: eve@evil.example\nIn-Reply-To: <x@shop.example>\n\nHello", "", post.NoteNoOrder},
		"forged":            {"Authentication-Results: mx; dmarc=fail\nFrom: zoe@buyer.example\nSubject: 1001\n\nHello", "", post.NoteForged},
		"forged in thread":  {"Authentication-Results: mx; dmarc=fail\nFrom: zoe@buyer.example\n" + ref(buyer) + "\n\nHello", "message.received", post.NoteForged},
		"no order":          {"From: zoe@buyer.example\nSubject: 4711\n\nHello", "", post.NoteNoOrder},
		"the supplier":      {"From: li@kiln.example\nTo: " + tag(supplier) + "\n\n已发货", "supplier.replied message.received", ""},
		"supplier's number": {"From: li@kiln.example\nSubject: 1001\n\n已发货", "supplier.replied message.received", ""},
		"the agent":         {"From: support@agent.example\nSubject: order 1001\n\nWe are looking into it.", "message.received", ""},
		"the agent's own":   {"From: DSers <support@dsers.com>\nSubject: order 1001\n\nWe are looking into it.", "message.received", "no_pattern"},
		"a forged agent":    {"Authentication-Results: mx; dmarc=fail\nFrom: support@agent.example\nSubject: order 1001\n\nRefunded.", "", post.NoteForged},
		"automatic":         {"From: zoe@buyer.example\nAuto-Submitted: auto-replied\n" + ref(buyer) + "\n\nI am away", "", post.NoteAuto},
		"a list":            {"From: news@x.example\nList-Id: <x>\n\nBuy", "", post.NoteBulk},
		"ourselves":         {"From: Desk <desk+x@shop.example>\nSubject: 1001\n\nHello", "", post.NoteOurs},
		"a bounce":          {"From: mailer-daemon@mx.example\nSubject: failure notice\n\n550 5.1.1 no user\n\nMessage-ID: " + header(buyer, "Message-ID"), "message.bounced", ""},
		"an unknown bounce": {"From: mailer-daemon@mx.example\nSubject: failure notice\n\n550 no user", "", post.NoteBounce},
	} {
		m := w.came(c.raw)
		if types(m) != c.events || m.Note != c.note {
			t.Errorf("%s: %q %q, %q %q is wanted", name, types(m), m.Note, c.events, c.note)
		}
		for i := range m.Events {
			e := &m.Events[i]
			if r, err := w.desk.Tell(t.Context(), "shop", desk.Fact{Event: *e, By: "box"}); err != nil || r.Err != nil {
				t.Errorf("%s: %s is not taken: %v %v", name, e.Type, err, r.Err)
			}
		}
	}
	if sent, _ := w.sender.Office.Sent(t.Context(), "shop", "1001"); sent["1001-1/91"].Status != store.LetterBounced || sent["1001-1/91"].Code != "5.1.1" {
		t.Errorf("%+v", sent)
	}
}
