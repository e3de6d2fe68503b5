// Package post finds whose case a letter belongs to. What a letter says is read without looking further (see the room
// intake/mail); here it is put beside what the house wrote and knows: the letters that left, the tags of their addresses,
// the orders, the people, the agent.
//
// A letter belongs to a case when it answers one of ours, or came to an address that only its reader was told; else when
// it names an order and its sender is that order's buyer, its supplier, or the agent. Nothing else opens a door: what a
// stranger writes about somebody's order is kept, shown as unmatched, and changes nothing.
package post

import (
	"cmp"
	"context"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
	"recourse/intake/agent"
	"recourse/store"
)

// Notes say what became of a letter that told nothing, or what is odd about one that did. Their words are in the locales,
// as connect.note.NOTE.
const (
	NoteOwn     = "own_letter"    // a copy of a letter of ours: now it is known that it left
	NoteOurs    = "own_address"   // from an address of the merchant's own
	NoteAuto    = "auto_reply"    // an automatic answer
	NoteBulk    = "bulk"          // a newsletter, a list
	NoteLoop    = "loop"          // it has been on its way in circles
	NoteLate    = "bounce_late"   // a letter of ours is late, and the server goes on trying
	NoteBounce  = "bounce"        // a letter came back, and it is not one that the house knows
	NoteNoOrder = "no_order"      // nothing in it names an order of the one who wrote
	NoteForged  = "forged"        // the receiving server says that the sender is not who they say
	NoteOther   = "other_address" // the right thread, from an address that is not known
	NoteFiles   = "file_type"     // some of its files are no photos or videos: they stay with the letter
)

// Office finds where letters belong.
type Office struct {
	Store *store.Store
}

// finding is what was found out about a letter.
type finding struct {
	letter  *intake.Mail
	order   string
	cas     string
	party   recourse.Party
	file    *recourse.OrderFile
	sure    bool // by thread or tag
	note    string
	agent   *agent.Patterns // the agent wrote, and this is how it is read
	listed  bool            // by an address that the merchant listed, which has to be proved
	answers *store.Letter
}

// Resolve completes what a letter means: facts, the order, whose files they are. What is no letter is given back as it is.
func (o *Office) Resolve(ctx context.Context, c *recourse.Connection, m intake.Meaning, now time.Time) (intake.Meaning, error) {
	if m.Mail == nil {
		return m, nil
	}
	var done bool
	var f finding
	err := o.Store.Write(ctx, func(tx *store.Tx) (err error) {
		m.Note, m.Order, m.Events, f = "", "", nil, finding{letter: m.Mail}
		if done, err = o.ours(tx, c, &m, now); err != nil || done {
			return err
		}
		return o.find(tx, c, &f)
	})
	if err != nil || done {
		m.Files = nil
		return m, err
	}
	return o.meaning(c, &f, m)
}

// ours takes what is about letters of ours: copies of them, and reports that they could not be delivered.
func (o *Office) ours(tx *store.Tx, c *recourse.Connection, m *intake.Meaning, now time.Time) (bool, error) {
	l := m.Mail
	if own, there, err := tx.Letter(c.Merchant, l.ID); err != nil || there {
		if err == nil {
			_, err = tx.SeeLetter(c.Merchant, own.ID, now)
		}
		m.Note, m.Order = NoteOwn, own.Order
		return true, err
	}
	if l.Bounce == nil {
		return false, nil
	}
	of, there, err := tx.Letter(c.Merchant, l.Bounce.Letter)
	switch {
	case err != nil || !there:
		m.Note = NoteBounce
		return true, err
	case !l.Bounce.Final:
		m.Note, m.Order = NoteLate, of.Order
		return true, nil
	}
	code := cmp.Or(l.Bounce.Code, "bounced")
	m.Order = of.Order
	m.Events = []recourse.Event{{Source: c.ID, ID: "bounce:" + of.ID, Type: recourse.MessageBounced, Time: l.At, Data: recourse.Data{Order: of.Order, Case: of.Case, Effect: of.Effect, Reason: code}}}
	_, err = tx.BounceLetter(c.Merchant, of.ID, code, now)
	return true, err
}

// find finds the order, the case and who wrote.
func (o *Office) find(tx *store.Tx, c *recourse.Connection, f *finding) error {
	all, err := tx.Connections(c.Merchant)
	if err != nil {
		return err
	}
	for i := range all {
		k := &all[i].Connection
		switch {
		case k.Kind == "dsers" && k.Status == recourse.ConnectionActive:
			if err := f.fromAgent(k); err != nil {
				return err
			}
		case (k.Kind == "smtp" || k.Kind == "imap") && ownAddress(k, f.letter.From):
			f.note = NoteOurs
		}
	}
	if f.agent != nil && (f.letter.Forged || f.listed && f.letter.Unproven) { // what it says would be believed
		f.agent, f.note = nil, NoteForged
	}
	if f.note != "" {
		return nil
	}
	if err := o.byThread(tx, c, f); err != nil || f.order != "" {
		return err
	}
	return o.byNumber(tx, c, f)
}

// fromAgent notes that the agent wrote: by the address that its connection names, those of its patterns, or one that the
// merchant listed, which is outside the agent's domain and therefore has to be proved where the receiving server looked.
func (f *finding) fromAgent(c *recourse.Connection) error {
	patterns, err := agent.Parse("patterns", []byte(c.Setting("patterns", "")))
	if err == nil && (isAgent(c, f.letter.From) || patterns.From(f.letter.From)) {
		f.agent = patterns
		return nil
	}
	if err != nil {
		return err
	}
	senders, err := agent.ParseSenders(c.Setting("senders", ""))
	if err == nil && senders.Has(f.letter.From) {
		f.agent, f.listed = patterns.Also(f.letter.From), true
	}
	return err
}

// isAgent says that an address is the agent's: the very one that its connection names, or another of its domain where
// that is no provider's that everybody writes from.
func isAgent(c *recourse.Connection, from string) bool {
	known := strings.ToLower(c.Setting("email", ""))
	_, domain, _ := strings.Cut(known, "@")
	return known != "" && (from == known || domain != "" && !free[domain] && strings.HasSuffix(from, "@"+domain))
}

// free are providers of mailboxes for everybody.
var free = map[string]bool{"gmail.com": true, "outlook.com": true, "hotmail.com": true, "yahoo.com": true, "icloud.com": true, "qq.com": true, "163.com": true, "126.com": true, "foxmail.com": true, "gmx.de": true, "web.de": true, "orange.fr": true, "free.fr": true}

// ownAddress says that an address is one that we write from or are answered at, tagged or not.
func ownAddress(c *recourse.Connection, from string) bool {
	from = untagged(from)
	for _, name := range []string{"from", "reply_to", "user"} {
		a := c.Setting(name, "")
		if p, err := netmail.ParseAddress(a); err == nil {
			a = p.Address
		}
		if a != "" && strings.EqualFold(untagged(a), from) {
			return true
		}
	}
	return false
}

func untagged(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// byThread finds the letter that was answered: by the Message-IDs that only its readers know, else by the tag of the
// address that it came to.
func (o *Office) byThread(tx *store.Tx, c *recourse.Connection, f *finding) error {
	for _, ref := range f.letter.Refs {
		if l, there, err := tx.Letter(c.Merchant, ref); err != nil || there {
			return o.answers(tx, c, f, &l, err)
		}
	}
	for _, tag := range f.letter.Tags {
		if l, there, err := tx.LetterByTag(c.Merchant, tag); err != nil || there {
			return o.answers(tx, c, f, &l, err)
		}
	}
	return nil
}

func (o *Office) answers(tx *store.Tx, c *recourse.Connection, f *finding, l *store.Letter, err error) error {
	if err != nil {
		return err
	}
	f.answers, f.order, f.cas, f.party, f.sure = l, l.Order, l.Case, l.Party, true
	known, err := o.read(tx, c.Merchant, f)
	if err == nil && f.party == recourse.PartyMerchant {
		f.order, f.note = "", NoteOurs
	} else if err == nil && !slices.Contains(known[f.party], f.letter.From) {
		f.note = NoteOther
	}
	return err
}

// byNumber finds an order that the letter names, if whoever wrote has to do with it.
func (o *Office) byNumber(tx *store.Tx, c *recourse.Connection, f *finding) error {
	orders, err := tx.OrdersKnown(c.Merchant, f.letter.Numbers)
	if err != nil {
		return err
	}
	slices.SortFunc(orders, func(a, b string) int {
		return slices.Index(f.letter.Numbers, a) - slices.Index(f.letter.Numbers, b)
	})
	for _, order := range orders {
		f.order = order
		known, err := o.read(tx, c.Merchant, f)
		if err != nil {
			return err
		}
		for _, party := range []recourse.Party{recourse.PartyBuyer, recourse.PartySupplier, recourse.PartyAgent} {
			if f.letter.From != "" && slices.Contains(known[party], f.letter.From) {
				if f.party = party; f.letter.Forged {
					f.order, f.note = "", NoteForged
				}
				return nil
			}
		}
	}
	f.order, f.file = "", nil
	return nil
}

// read reads an order's file, and by which addresses those who have to do with it write.
func (o *Office) read(tx *store.Tx, merchant string, f *finding) (map[recourse.Party][]string, error) {
	k := store.Key{Merchant: merchant, Order: f.order}
	files, err := tx.Files([]store.Key{k})
	if err != nil {
		return nil, err
	}
	personal, err := tx.Personal([]store.Key{k})
	if err != nil {
		return nil, err
	}
	f.file = files[k].OrderFile
	if f.file == nil {
		f.file = &recourse.OrderFile{}
	}
	known := map[recourse.Party][]string{}
	if p := personal[k]; p != nil {
		f.file = p.Fields.RevealFile(f.file)
	}
	if b := f.file.Order.Buyer; b != nil && strings.Contains(b.Email, "@") {
		known[recourse.PartyBuyer] = []string{strings.ToLower(strings.TrimSpace(b.Email))}
	}
	if f.agent != nil {
		known[recourse.PartyAgent] = []string{f.letter.From}
	}
	people, err := tx.People(merchant)
	for i := range people {
		p := &people[i]
		if p.Supplier == "" || !p.DisabledAt.IsZero() {
			continue
		}
		names, err := tx.SupplierNames(merchant, p.Supplier)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(f.file.Purchases, func(b recourse.Purchase) bool { return slices.Contains(names, b.Supplier) }) {
			known[recourse.PartySupplier] = append(known[recourse.PartySupplier], strings.ToLower(p.Email))
		}
	}
	return known, err
}
