package recourse

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
)

// Personal are the personal values of one order by the tokens that stand for them. Wherever facts and decisions are kept
// for good, tokens stand in place of names, mail addresses, streets and whatever people wrote; the values live in this
// list alone. Emptying it erases the person, and every hash and every decision stays as it was: a decision looks at
// whether such a field is empty, and whether two are equal, and a token keeps both.
type Personal map[string]string

// tokenMark begins every token. No text that people write begins so: it is a control picture.
const tokenMark = "␟"

// erased stands for a value that is not there any more.
const erased = "—"

// Token makes the token of a value: a keyed hash, so that nobody can find the value by trying, and the same value of the
// same order has the same token. The empty value has the empty token.
func Token(salt []byte, value string) string {
	if value == "" {
		return ""
	}
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(value))
	return tokenMark + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// IsToken says whether a text stands for a personal value.
func IsToken(s string) bool { return strings.HasPrefix(s, tokenMark) }

// Reveal is the value of a token, a dash where it was erased; any other text is given back as it is.
func (p Personal) Reveal(s string) string {
	if !IsToken(s) {
		return s
	}
	if v, ok := p[s]; ok {
		return v
	}
	return erased
}

// Seal puts tokens in place of the event's personal fields and adds their values to p. The event that was given is not
// changed. A token that comes from outside is no value: it is taken as the text it is.
func (p Personal) Seal(salt []byte, e Event) Event {
	return e.personal(func(v string) string {
		t := Token(salt, v)
		if t != "" {
			p[t] = v
		}
		return t
	})
}

// HasPersonal says whether an event carries any personal field.
func (e *Event) HasPersonal() bool {
	return e.Buyer != nil && (e.Buyer.Name != "" || e.Buyer.Email != "") || e.ShipTo != nil || e.Text != "" || e.Reason != ""
}

// RevealEvent puts the values back.
func (p Personal) RevealEvent(e Event) Event { return e.personal(p.Reveal) }

// personal applies f to every personal field: what would tell who somebody is. Country, region and language stay, since
// decisions, calendars and reports need them and they tell nobody apart.
func (e Event) personal(f func(string) string) Event {
	if e.Buyer != nil {
		e.Buyer = e.Buyer.personal(f)
	}
	if e.ShipTo != nil {
		e.ShipTo = e.ShipTo.personal(f)
	}
	e.Text, e.Reason = f(e.Text), f(e.Reason)
	return e
}

func (b *Buyer) personal(f func(string) string) *Buyer {
	own := *b
	own.Name, own.Email = f(own.Name), f(own.Email)
	return &own
}

func (a *Address) personal(f func(string) string) *Address {
	own := *a
	for _, field := range []*string{&own.City, &own.Postcode, &own.Street, &own.Name, &own.Phone, &own.TaxID} {
		*field = f(*field)
	}
	return &own
}

// RevealFile is the file with the values in place of their tokens, for people to read. The file that was given is not
// changed.
func (p Personal) RevealFile(f *OrderFile) *OrderFile {
	own := *f
	if own.Order.Buyer != nil {
		own.Order.Buyer = own.Order.Buyer.personal(p.Reveal)
	}
	if own.Order.ShipTo != nil {
		own.Order.ShipTo = own.Order.ShipTo.personal(p.Reveal)
	}
	own.Held = nil
	for _, h := range f.Held {
		h.Event = p.RevealEvent(h.Event)
		own.Held = append(own.Held, h)
	}
	return &own
}

// RevealEffect puts values in place of the tokens among an effect's variables.
func (p Personal) RevealEffect(e Effect) Effect {
	e.Variables, e.Why = p.revealArgs(e.Variables), p.RevealWhy(e.Why)
	return e
}

// RevealWhy puts values in place of the tokens among a reason's arguments.
func (p Personal) RevealWhy(w Why) Why {
	w.Args = p.revealArgs(w.Args)
	return w
}

func (p Personal) revealArgs(args []Arg) []Arg {
	var own []Arg
	for i := range args {
		if !IsToken(args[i].Text) {
			continue
		}
		if own == nil {
			own = append(own, args...)
		}
		own[i].Text = p.Reveal(args[i].Text)
	}
	if own == nil {
		return args
	}
	return own
}

// With is both lists together; neither is changed.
func (p Personal) With(more Personal) Personal {
	own := maps.Clone(p)
	if own == nil {
		own = Personal{}
	}
	maps.Copy(own, more)
	return own
}
