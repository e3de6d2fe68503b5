package mail

import (
	"bytes"
	"context"
	"fmt"
	"net"
	netmail "net/mail"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"recourse"
	"recourse/effect"
	"recourse/peer"
	"recourse/store"
	"recourse/store/pgtest"
	"recourse/text"
	"recourse/vault"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// desk is an office with a mail server that takes its letters.
type desk struct {
	*testing.T
	store  *store.Store
	office *Office
	mail   *peer.Mail
	sender *Sender
	c      *recourse.Connection
}

func newDesk(t *testing.T, address string) *desk {
	t.Helper()
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	key, _ := vault.Parse(vault.NewKey())
	d := &desk{T: t, store: s}
	d.office = &Office{Store: s, Vault: key,
		Words: func(context.Context, string, *recourse.OrderFile) (*text.Catalog, *time.Location, error) {
			return text.Builtin(), time.UTC, nil
		},
		Link: func(_ context.Context, merchant, order, by string) (string, error) {
			return "https://desk.example/b/" + merchant + "_" + order, nil
		}}
	if d.mail, err = peer.NewMail("desk@shop.example", "secret", nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.mail.Close)
	at, _, err := d.mail.Start()
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(at)
	d.c = &recourse.Connection{Merchant: "shop", ID: "post", Kind: "smtp", Name: "Post", Secrets: map[string]string{"password": "secret"},
		Settings: map[string]string{"host": host, "port": port, "security": "none", "user": "desk@shop.example", "from": "Vases & Co <desk@shop.example>"}}
	d.sender = &Sender{Office: d.office, Connection: d.c, Timeout: 5 * time.Second}
	d.write(func(tx *store.Tx) error {
		if err := tx.PutMerchant(store.Merchant{ID: "shop", Name: "Vases & Co", CreatedAt: noon}); err != nil {
			return err
		}
		agent := store.Connection{Connection: recourse.Connection{Merchant: "shop", ID: "dsers", Kind: "dsers", Name: "DSers", Status: recourse.ConnectionActive, Settings: map[string]string{"email": "support@agent.example"}}}
		if err := tx.PutConnection(&agent); err != nil {
			return err
		}
		return tx.PutPerson(store.Person{Merchant: "shop", ID: "p1", Name: "Li Wei", Email: "li@supplier.example", Role: "supplier", Supplier: "Green Kiln", CreatedAt: noon})
	})
	return d
}

func sqlite(t *testing.T) string { return filepath.Join(t.TempDir(), "recourse.db") }

func (d *desk) write(f func(*store.Tx) error) {
	d.Helper()
	if err := d.store.Write(d.Context(), f); err != nil {
		d.Fatal(err)
	}
}

// task is an act that writes to the buyer.
func (d *desk) task(n int) *effect.Task {
	file := &recourse.OrderFile{
		Order: recourse.Order{ID: "1001", Buyer: &recourse.Buyer{Name: "Zoé Lefèvre", Email: "zoe@buyer.example", Locale: "fr"}, ShipTo: &recourse.Address{Country: "FR"},
			Lines: []recourse.Line{{Line: 1, Title: "Vase céladon", Quantity: 2}}},
		Purchases: []recourse.Purchase{{ID: "T1", Supplier: "Green Kiln", Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}}},
		Cases:     []*recourse.Case{{ID: "1001-1", Purchase: "T1", OpenedAt: noon, Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}}},
	}
	return &effect.Task{Merchant: "shop", Shop: "Vases & Co", Key: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), File: file, Connection: d.c, Attempt: 1, FirstAt: noon, Now: noon,
		Effect: recourse.Effect{ID: "1001-1/" + strconv.Itoa(n), Kind: recourse.EffectMessage, Case: "1001-1", To: recourse.PartyBuyer, Template: "delay_notice", Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, At: noon}}
}

func (d *desk) send(t *effect.Task) effect.Outcome { return d.sender.Send(d.Context(), t) }

func (d *desk) want(what string, got effect.Outcome, want effect.Result, code string) {
	d.Helper()
	if got.Result != want || got.Code != code {
		d.Errorf("%s: %s %q %q, %s %q is wanted", what, got.Result, got.Code, got.Detail, want, code)
	}
}

// read takes a letter apart as an independent program does.
func read(t *testing.T, m peer.Mailed) *enmime.Envelope {
	t.Helper()
	e, err := enmime.ReadEnvelope(bytes.NewReader(m.Data))
	if err != nil || len(e.Errors) > 0 {
		t.Fatalf("%v %v\n%s", err, e.Errors, m.Data)
	}
	return e
}

// TestSend: a letter leaves once, in the words and the language of its reader, with all that an answer needs to find its
// way, and what it said is kept sealed.
func TestSend(t *testing.T) {
	for name, address := range map[string]func(*testing.T) string{"sqlite": sqlite, "postgres": func(t *testing.T) string { return pgtest.New(t) }} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, address(t))
			d.c.Settings["copy"] = "archive@shop.example"
			d.want("first", d.send(d.task(1)), effect.Done, "")
			d.want("again", d.send(d.task(1)), effect.Done, "")
			d.want("found", d.sender.Find(t.Context(), d.task(1)), effect.Done, "")
			d.want("another", d.send(d.task(2)), effect.Done, "")
			got := d.mail.Got()
			if len(got) != 2 || strings.Join(got[0].To, " ") != "zoe@buyer.example archive@shop.example" || got[0].From != "desk@shop.example" {
				t.Fatalf("taken: %d letters, %v", len(got), got)
			}
			first, second := read(t, got[0]), read(t, got[1])
			for header, want := range map[string]string{
				"From": "Vases & Co <desk@shop.example>", "Auto-Submitted": "auto-generated", "Content-Language": "fr", "Date": "Mon, 02 Mar 2026 12:00:00 +0000", "In-Reply-To": "", "Bcc": "",
			} {
				if got := strings.ReplaceAll(first.GetHeader(header), `"`, ""); got != want {
					t.Errorf("%s: %q, %q is wanted", header, got, want)
				}
			}
			if to, _ := first.AddressList("To"); len(to) != 1 || to[0].Name != "Zoé Lefèvre" {
				t.Errorf("to %v", to)
			}
			id := first.GetHeader("Message-ID")
			if !strings.HasPrefix(id, "<00000000-0000-4000-8000-000000000001.") || !strings.HasSuffix(id, "@shop.example>") {
				t.Errorf("Message-ID %q", id)
			}
			if second.GetHeader("In-Reply-To") != id || second.GetHeader("References") != id {
				t.Errorf("the second letter follows %q %q", second.GetHeader("In-Reply-To"), second.GetHeader("References"))
			}
			reply, _ := netmail.ParseAddress(first.GetHeader("Reply-To"))
			if reply == nil || len(reply.Address) != len("desk+@shop.example")+16 || second.GetHeader("Reply-To") != first.GetHeader("Reply-To") {
				t.Errorf("answers go to %q and %q", first.GetHeader("Reply-To"), second.GetHeader("Reply-To"))
			}
			for _, part := range []string{first.Text, first.HTML} {
				for _, want := range []string{"Zoé Lefèvre", "Vase céladon", "https://desk.example/b/shop_1001"} {
					if !strings.Contains(part, want) {
						t.Errorf("%q is not in\n%s", want, part)
					}
				}
			}
			if strings.Contains(first.HTML, "<img") || strings.Contains(first.HTML, "url(") || strings.Contains(first.HTML, "<script") {
				t.Error("the letter fetches something")
			}
			sent, err := d.office.Sent(t.Context(), "shop", "1001")
			if err != nil || len(sent) != 2 || sent["1001-1/1"].Body == "" || sent["1001-1/1"].Lang != "fr" || sent["1001-1/1"].To[0] != "zoe@buyer.example" {
				t.Errorf("kept: %v %v", sent, err)
			}
			d.write(func(tx *store.Tx) error { return tx.Erase(store.Key{Merchant: "shop", Order: "1001"}, noon) })
			if sent, _ := d.office.Sent(t.Context(), "shop", "1001"); len(sent) != 0 {
				t.Errorf("after erasing: %v", sent)
			}
		})
	}
}

// TestParties: everybody gets their letter in their own language, at their own address; who has none is told of.
func TestParties(t *testing.T) {
	d := newDesk(t, sqlite(t))
	d.c.Settings["merchant_to"], d.c.Settings["quiet"] = "owner@shop.example", "off"
	to := map[recourse.Party]string{recourse.PartySupplier: "li@supplier.example", recourse.PartyAgent: "support@agent.example", recourse.PartyMerchant: "owner@shop.example"}
	n := 0
	for party, want := range to {
		n++
		task := d.task(n)
		task.To, task.Template, task.Purchase = party, "expedite", "T1"
		d.want(string(party), d.send(task), effect.Done, "")
		got := d.mail.Got()
		if last := got[len(got)-1]; last.To[0] != want {
			t.Errorf("%s: to %v", party, last.To)
		}
	}
	for what, change := range map[string]func(*effect.Task){
		"no address": func(t *effect.Task) { t.File.Order.Buyer.Email = "" },
		"erased":     func(t *effect.Task) { t.File.Order.Buyer.Email = "—" },
		"two lines":  func(t *effect.Task) { t.File.Order.Buyer.Email = "a@b.example\r\nBcc: c@d.example" },
		"nobody":     func(t *effect.Task) { t.To = recourse.PartyCarrier },
		"unknown supplier": func(t *effect.Task) {
			t.To, t.File.Purchases[0].Supplier = recourse.PartySupplier, "Red Kiln"
		},
	} {
		task := d.task(20)
		change(task)
		d.want(what, d.send(task), effect.Refused, "no_address")
	}
	task := d.task(21)
	task.Template = "nothing"
	d.want("no such message", d.send(task), effect.Refused, "template_unknown")
	task = d.task(22)
	task.Kind = recourse.EffectSource
	d.want("an act that is nobody's to be asked for", d.send(task), effect.Refused, "no_words")
	if len(d.mail.Got()) != 3 {
		t.Errorf("%d letters left", len(d.mail.Got()))
	}
	task = d.task(24)
	task.Kind, task.To, task.Template, task.Purchase, task.Amount = recourse.EffectRecovery, "", "", "T1", recourse.Money{Minor: 4200, Currency: "EUR"}
	d.office.Files = func(context.Context, *effect.Task, *text.Language) ([]File, error) {
		return []File{{Name: "Dossier n° 1.pdf", Type: "application/pdf", Content: []byte("%PDF-1.7 …")}}, nil
	}
	d.want("a request", d.send(task), effect.Done, "")
	d.office.Files = nil
	asked := read(t, d.mail.Got()[3])
	if to := asked.GetHeader("To"); !strings.Contains(to, "support@agent.example") || !strings.Contains(asked.Text, "T1") || len(asked.Attachments) != 1 || asked.Attachments[0].FileName != "Dossier n° 1.pdf" {
		t.Errorf("to %s:\n%s\n%v", to, asked.Text, asked.Attachments)
	}
	task = d.task(23)
	task.Words = text.Folded("Votre vase\r\nBcc: x@y.example", "Bonjour,\n\nvoilà.")
	d.want("a person's words", d.send(task), effect.Done, "")
	e := read(t, d.mail.Got()[4])
	if e.GetHeader("Subject") != "Votre vase Bcc: x@y.example" || e.GetHeader("Bcc") != "" || e.GetHeader("Auto-Submitted") != "" || strings.TrimSpace(e.Text) != "Bonjour,\r\n\r\nvoilà." {
		t.Errorf("%q %q", e.GetHeader("Subject"), e.Text)
	}
}

// TestFaults: whatever the server and the line do, a letter is taken at most once, and what is said of it is true.
func TestFaults(t *testing.T) {
	for fault, want := range map[peer.MailFault]struct {
		send  effect.Result
		code  string
		find  effect.Result // later
		taken int
	}{
		peer.MailCutBefore: {effect.Later, "unreachable", effect.Later, 0},
		peer.MailCutAtData: {effect.Unknown, "mail_no_answer", effect.Unknown, 0},
		peer.MailCutAfter:  {effect.Unknown, "mail_no_answer", effect.Unknown, 1},
		peer.MailBusy:      {effect.Later, "smtp_451", effect.Later, 0},
		peer.MailFull:      {effect.Later, "smtp_452", effect.Later, 0},
		peer.MailShut:      {effect.Later, "smtp_421", effect.Later, 0},
		peer.MailNoMailbox: {effect.Refused, "smtp_550", effect.Refused, 0},
		peer.MailNoSender:  {effect.Refused, "smtp_553", effect.Refused, 0},
		peer.MailSpam:      {effect.Refused, "smtp_554", effect.Refused, 0},
		peer.MailSlow:      {effect.Done, "", effect.Done, 1},
	} {
		t.Run(strconv.Itoa(int(fault)), func(t *testing.T) {
			d := newDesk(t, sqlite(t))
			d.mail.Choose(func(n int, _, _ string) peer.MailFault {
				if n == 1 {
					return fault
				}
				return peer.MailNone
			})
			task := d.task(1)
			d.want("sent", d.send(task), want.send, want.code)
			if n := len(d.mail.Got()); n != want.taken {
				t.Errorf("%d letters were taken, %d are wanted", n, want.taken)
			}
			task.Now = noon.Add(time.Hour)
			if got := d.sender.Find(t.Context(), task); got.Result != want.find {
				t.Errorf("found %s %s, %s is wanted", got.Result, got.Code, want.find)
			}
			if want.send == effect.Later {
				d.want("sent again", d.send(task), effect.Done, "")
				if n := len(d.mail.Got()); n != 1 {
					t.Errorf("%d letters in the end", n)
				}
			}
			if want.find == effect.Unknown {
				d.c.Settings["repeat"] = "again"
				d.want("found by who prefers twice", d.sender.Find(t.Context(), task), effect.Later, "repeat")
				d.want("sent twice", d.send(task), effect.Done, "")
				if got := d.mail.Got(); len(got) == 2 && read(t, got[0]).GetHeader("Message-ID") != read(t, got[1]).GetHeader("Message-ID") {
					t.Error("the second has another name")
				}
			}
		})
	}
}

// TestNobodyThere: a server that is not there, and one that wants another password.
func TestNobodyThere(t *testing.T) {
	d := newDesk(t, sqlite(t))
	d.c.Secrets["password"] = "wrong"
	d.want("a wrong password", d.send(d.task(1)), effect.Later, "unauthorized")
	if err := Check(t.Context(), d.c); recourse.CodeOf(err) != "mail_login" {
		t.Error(err)
	}
	d.c.Secrets["password"] = "secret"
	if err := Check(t.Context(), d.c); err != nil {
		t.Error(err)
	}
	d.c.Settings["security"] = "starttls"
	d.want("a line that would be open", d.send(d.task(1)), effect.Later, "smtp_502")
	d.c.Settings["port"] = "1"
	d.want("nobody", d.send(d.task(1)), effect.Later, "unreachable")
	if err := Check(t.Context(), d.c); recourse.CodeOf(err) != "mail_unreachable" {
		t.Error(err)
	}
	d.want("just after", d.sender.Find(t.Context(), d.task(1)), effect.Unknown, "attempt_running")
	later := d.task(1)
	later.Now = noon.Add(time.Hour)
	d.want("an hour later", d.sender.Find(t.Context(), later), effect.Later, "not_left")
	d.want("of one that was never written", d.sender.Find(t.Context(), &effect.Task{Merchant: "shop", File: later.File, Connection: d.c, Now: noon.Add(time.Hour), FirstAt: noon}), effect.Later, "not_left")
}

// TestFence: an attempt that fell asleep before it offered the letter and wakes up after another took over gives nothing
// to the server.
func TestFence(t *testing.T) {
	d := newDesk(t, sqlite(t))
	slow := d.task(1)
	letter, err := d.office.write(t.Context(), slow)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := letter.MIME()
	d.write(func(tx *store.Tx) error { return tx.PutLetter(&letter.row) })
	d.want("the one that took over", d.send(d.task(1)), effect.Done, "")
	d.want("the one that woke up", d.sender.deliver(t.Context(), slow, letter, raw), effect.Unknown, "another_attempt")
	if n := len(d.mail.Got()); n != 1 {
		t.Errorf("%d letters", n)
	}
	d.want("found", d.sender.Find(t.Context(), d.task(1)), effect.Done, "")
}

// TestHeldBack: no more letters than a person wants to read, and none at night, unless it would be too late.
func TestHeldBack(t *testing.T) {
	d := newDesk(t, sqlite(t))
	for i := range 6 {
		task := d.task(i + 1)
		task.Now = noon.Add(time.Duration(i) * time.Minute)
		d.want("letter "+strconv.Itoa(i+1), d.send(task), effect.Done, "")
	}
	task := d.task(7)
	task.Now = noon.Add(10 * time.Minute)
	got := d.send(task)
	d.want("the seventh of an hour", got, effect.Later, "recipient_pace")
	if at := d.sender.NotBefore(task); !at.Equal(got.RetryAt) {
		t.Errorf("it is put off until %v and begun until %v", at, got.RetryAt)
	}
	if !got.RetryAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("again at %v", got.RetryAt)
	}
	task.Now = got.RetryAt.Add(time.Second)
	d.want("then", d.send(task), effect.Done, "")

	night := d.task(8)
	night.Now = time.Date(2026, 3, 3, 21, 30, 0, 0, time.UTC) // 22:30 in Paris
	got = d.send(night)
	d.want("at night", got, effect.Later, "quiet_hours")
	if want := time.Date(2026, 3, 4, 7, 0, 0, 0, time.UTC); !got.RetryAt.Equal(want) {
		t.Errorf("again at %v, %v is wanted", got.RetryAt, want)
	}
	night.File.Cases[0].Asks = []recourse.Question{{Of: recourse.PartyBuyer, Due: time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)}}
	d.want("where an answer is due at six", d.send(night), effect.Done, "")
	if n := len(d.mail.Got()); n != 8 {
		t.Errorf("%d letters left", n)
	}
}
