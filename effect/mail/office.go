package mail

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"math/rand/v2"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/store"
	"recourse/text"
	"recourse/vault"
)

// Office writes letters: it knows whose words they are in, whom they go to, and what was written before.
type Office struct {
	Store *store.Store
	Vault *vault.Ring
	// Words are the words of a merchant, and the clock that dates in them are told by.
	Words func(ctx context.Context, merchant string, file *recourse.OrderFile) (*text.Catalog, *time.Location, error)
	// Link is the whole address of the buyer's page of an order.
	Link func(ctx context.Context, merchant, order, by string) (string, error)
	// Files are what goes with a letter: the dossier of a claim. Nil: nothing does.
	Files func(ctx context.Context, t *effect.Task, in *text.Language) ([]File, error)
}

// Sent is what a letter said, as it is kept.
type Sent struct {
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	Body    string    `json:"body"`
	Lang    string    `json:"lang"`
	Files   []string  `json:"files,omitempty"` // their names
	At      time.Time `json:"at"`

	Status store.LetterStatus `json:"-"` // how far it is
	Code   string             `json:"-"` // why it came back
}

// recipient is whom a letter goes to.
type recipient struct {
	party recourse.Party
	to    []netmail.Address
	lang  string
}

// draft is a letter with all that decides whether it may leave now.
type draft struct {
	Letter
	row   store.Letter
	left  []time.Time // earlier letters to the same recipient
	party recourse.Party
}

// refusals are told to a person, who can do something about them.
var (
	errNoAddress = &recourse.Error{Kind: recourse.Invalid, Code: "no_address", Field: "to", Message: "there is no mail address to write to", Hint: "add the address, or tell them otherwise and say that it was done"}
	errNoWords   = &recourse.Error{Kind: recourse.Invalid, Code: "no_words", Message: "there are no words for this request", Hint: "write it yourself"}
)

// write writes the letter of an act.
func (o *Office) write(ctx context.Context, t *effect.Task) (*draft, error) {
	d := &draft{}
	var salt []byte
	var before []store.Letter
	var to recipient
	err := o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if to, salt, err = o.about(tx, t, d); err == nil {
			before, err = tx.LettersOf(store.Key{Merchant: t.Merchant, Order: d.row.Order})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := o.words(ctx, t, to, &d.Letter); err != nil {
		return nil, err
	}
	d.address(t, to, mark(salt, "id", t.ID), d.row.Tag)
	d.row.ID = d.Letter.ID
	d.References = thread(before, &d.row)
	return d, o.seal(d)
}

// about finds whom a letter goes to, and what they got before. The secret of the merchant is given along.
func (o *Office) about(tx *store.Tx, t *effect.Task, d *draft) (to recipient, salt []byte, err error) {
	m, err := tx.MerchantOnce(t.Merchant)
	if err != nil {
		return to, nil, err
	}
	if to, err = o.recipient(tx, t); err != nil {
		return to, nil, err
	}
	d.party = to.party
	d.row = store.Letter{Merchant: t.Merchant, Order: t.File.Order.ID, Case: t.Case, Effect: t.ID, Party: to.party, Connection: t.Connection.ID, At: t.Now, Attempt: rand.Int64(),
		Tag: mark(m.Salt, "tag", cmp.Or(t.Case, t.File.Order.ID), string(to.party)), Recipient: mark(m.Salt, "to", strings.ToLower(to.to[0].Address))}
	d.left, err = tx.LettersTo(t.Merchant, d.row.Recipient, t.Now.Add(-24*time.Hour))
	return to, m.Salt, err
}

// words fills in what the letter says.
func (o *Office) words(ctx context.Context, t *effect.Task, to recipient, l *Letter) error {
	catalog, zone, err := o.Words(ctx, t.Merchant, t.File)
	if err != nil {
		return err
	}
	in := catalog.In(to.lang).At(zone)
	l.Lang, l.Shop, l.At, l.Open = string(in.Lang()), t.Shop, t.Now, in.Desk("letter_open")
	l.Auto = t.Words == "" && !t.Draft && !slices.ContainsFunc(t.Variables, func(a recourse.Arg) bool { return a.Name == "text" })
	template := text.TemplateOf(&t.Effect)
	if template == "" {
		return errNoWords
	}
	if o.Files != nil {
		if l.Files, err = o.Files(ctx, t, in); err != nil {
			return err
		}
	}
	data := text.NewData(t.File, t.Effect)
	data.Shop, data.ReturnTo = t.Shop, t.Connection.Setting("return_to", "")
	if to.party == recourse.PartyBuyer {
		if data.Link, err = o.Link(ctx, t.Merchant, t.File.Order.ID, t.Connection.Name); err != nil {
			return err
		}
		l.Link = data.Link
	}
	l.Subject, l.Body, err = in.Letter(template, data, t.Words)
	return err
}

// address fills in the addresses, and the name that the letter has at every attempt.
func (d *draft) address(t *effect.Task, to recipient, secret, tag string) {
	c := t.Connection
	d.From = fromOf(c)
	if d.From.Name == "" {
		d.From.Name = t.Shop
	}
	d.To, d.Copy = to.to, c.Setting("copy", "")
	d.Letter.ID = t.Key + "." + secret[:8] + "@" + domainOf(d.From.Address)
	answer := cmp.Or(c.Setting("reply_to", ""), d.From.Address)
	if c.Setting("tagged", "yes") == "yes" {
		answer = Tagged(answer, tag)
	}
	if answer != d.From.Address {
		d.ReplyTo = netmail.Address{Name: d.From.Name, Address: answer}
	}
}

// fromOf is who letters are from.
func fromOf(c *recourse.Connection) netmail.Address {
	a, err := netmail.ParseAddress(c.Setting("from", ""))
	if err != nil {
		return netmail.Address{Address: c.Setting("from", "")}
	}
	return *a
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return cmp.Or(domain, "localhost")
}

// Tagged is an address with a tag, by which an answer finds its case: desk+tag@shop.example.
func Tagged(address, tag string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || tag == "" {
		return address
	}
	return local + "+" + tag + "@" + domain
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// mark is a short name that nobody without the merchant's secret can make up: 16 letters, 80 bits.
func mark(salt []byte, parts ...string) string {
	h := hmac.New(sha256.New, salt)
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return letters.EncodeToString(h.Sum(nil)[:10])
}

// maxReferences bounds a thread's list of earlier letters.
const maxReferences = 10

// thread are the earlier letters about the same case to the same party, the oldest first.
func thread(before []store.Letter, l *store.Letter) (out []string) {
	for i := range before {
		b := &before[i]
		if b.ID != l.ID && b.Case == l.Case && b.Party == l.Party && (b.Status == store.LetterSent || b.Status == store.LetterOffered) {
			out = append(out, b.ID)
		}
	}
	if len(out) > maxReferences {
		out = append(out[:1:1], out[len(out)-maxReferences+1:]...) // the first one names the thread
	}
	return out
}

// seal makes what is kept of the letter.
func (o *Office) seal(d *draft) error {
	kept := Sent{Subject: d.Subject, Body: d.Body, Lang: d.Lang, At: d.At}
	for _, a := range d.To {
		kept.To = append(kept.To, a.Address)
	}
	for i := range d.Files {
		kept.Files = append(kept.Files, d.Files[i].Name)
	}
	data, err := json.Marshal(kept)
	if err == nil {
		d.row.Sealed, err = o.Vault.Seal(store.LetterPlace(d.row.Merchant, d.row.ID), data)
	}
	return err
}

// Sent are the letters of an order that left, or may have, by the acts that sent them. One that cannot be opened, or was
// erased, is left out.
func (o *Office) Sent(ctx context.Context, merchant, order string) (map[string]Sent, error) {
	var rows []store.Letter
	err := o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.LettersOf(store.Key{Merchant: merchant, Order: order})
		return err
	})
	out := map[string]Sent{}
	for i := range rows {
		l := &rows[i]
		if l.Status == store.LetterWritten || l.Status == store.LetterRefused || len(l.Sealed) == 0 {
			continue
		}
		var s Sent
		if data, err := o.Vault.Open(store.LetterPlace(merchant, l.ID), l.Sealed); err == nil && json.Unmarshal(data, &s) == nil {
			s.Status, s.Code = l.Status, l.Code
			out[l.Effect] = s
		}
	}
	return out, err
}
