package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"recourse"
)

// The notes of a mail that tells no event.
const (
	// NoteOther: it does not come from the agent.
	NoteOther = "not_agent"
	// NoteUnknown: it comes from the agent, and no pattern fits: a person reads it, and may write a pattern.
	NoteUnknown = "no_pattern"
	// NoteBare: a pattern fits, and what it is about is not told: no number of a purchase, say.
	NoteBare = "no_number"
	// NoteInDSers: an order failed for a reason that only the merchant can mend, in DSers.
	NoteInDSers = "in_dsers"
)

// maxMail is how many bytes of a body are looked at: the rest is quotes.
const maxMail = 64 << 10

// Found is what a mail was found to say.
type Found struct {
	Pattern string            // that fits; "": none
	Facts   map[string]string // by the names of the groups
	Events  []recourse.Event
	Note    string
}

// From says whether a mail comes from the agent, by its address alone. Whether the address is forged is for who
// received it to say.
func (p *Patterns) From(address string) bool {
	address = strings.ToLower(strings.TrimSpace(address))
	if i := strings.LastIndexByte(address, '<'); i >= 0 {
		address = strings.TrimSuffix(address[i+1:], ">")
	}
	for _, re := range p.from {
		if re.MatchString(address) {
			return true
		}
	}
	return false
}

// Match says what a mail means for the desk: events whose ids are made of the mail, so that one that is read twice tells
// once, or a note why it tells none. At is when it was sent; the events happened then. It looks at nothing but what it is
// given. An error is a fact in it that cannot be: a wrong amount.
func (p *Patterns) Match(from, subject, body string, at time.Time) (events []recourse.Event, note string, err error) {
	f, err := p.Read(from, subject, body, at)
	return f.Events, f.Note, err
}

// Read is Match, with what was found on the way.
func (p *Patterns) Read(from, subject, body string, at time.Time) (Found, error) {
	if !p.From(from) {
		return Found{Note: NoteOther}, nil
	}
	if len(body) > maxMail {
		body = strings.ToValidUTF8(body[:maxMail], "")
	}
	for i := range p.patterns {
		facts, fits := p.patterns[i].fits(subject, body)
		if !fits {
			continue
		}
		p.lookFor(facts, subject+"\n"+body)
		f := Found{Pattern: p.patterns[i].name, Facts: facts}
		return f, p.tell(&f, &p.patterns[i], mailID(from, subject, body, at), at)
	}
	return Found{Note: NoteUnknown}, nil
}

// fits says whether a pattern fits, with the facts that its expressions name.
func (p *pattern) fits(subject, body string) (map[string]string, bool) {
	facts := map[string]string{}
	for _, half := range []struct {
		re   *regexp.Regexp
		text string
	}{{p.subject, subject}, {p.body, subject + "\n" + body}} {
		if half.re == nil {
			continue
		}
		m := half.re.FindStringSubmatch(half.text)
		if m == nil {
			return nil, false
		}
		named(half.re, m, facts)
	}
	return facts, true
}

// named takes the groups that were found.
func named(re *regexp.Regexp, m []string, facts map[string]string) {
	for i, name := range re.SubexpNames() {
		if name != "" && m[i] != "" && facts[name] == "" {
			facts[name] = strings.TrimSpace(m[i])
		}
	}
}

// lookFor finds the facts that the pattern itself did not name.
func (p *Patterns) lookFor(facts map[string]string, text string) {
	for _, name := range groups {
		if re := p.find[name]; re != nil && facts[name] == "" {
			if m := re.FindStringSubmatch(text); m != nil {
				named(re, m, facts)
			}
		}
	}
	if facts["order"] == "" && facts["case"] != "" {
		facts["order"] = facts["case"][:max(0, strings.LastIndexByte(facts["case"], '-'))]
	}
	facts["order"] = strings.TrimPrefix(facts["order"], "#")
	if facts["order"] == "" {
		delete(facts, "order")
	}
}

// tell makes the event of a pattern that fits.
func (p *Patterns) tell(f *Found, with *pattern, id string, at time.Time) error {
	kind := with.event
	if kind == byReason {
		var known bool
		if kind, known = p.why(f.Facts["reason"]); !known {
			f.Note = NoteUnknown
			return nil
		} else if kind == "" {
			f.Note = NoteInDSers
			return nil
		}
	}
	for _, need := range append([]string{events[kind]}, with.needs...) {
		if f.Facts[need] == "" {
			f.Note = NoteBare
			return nil
		}
	}
	ev := recourse.Event{ID: id, Type: kind, Time: at, Data: recourse.Data{Order: f.Facts["order"], Purchase: f.Facts["purchase"]}}
	if err := fill(&ev, f.Facts, with.status); err != nil {
		return err
	}
	if err := ev.Check(); err != nil {
		return err
	}
	f.Events = []recourse.Event{ev}
	return nil
}

// why is the event of a reason for which an order failed; known is false when nobody knows the reason.
func (p *Patterns) why(says string) (kind recourse.EventType, known bool) {
	for i := range p.reasons {
		if p.reasons[i].says.MatchString(says) {
			return p.reasons[i].event, true
		}
	}
	return "", false
}

// Reason is the event that a documented reason for a failed order means; "" where only the merchant can mend it, in DSers;
// known is false when no pattern knows it.
func (p *Patterns) Reason(says string) (kind recourse.EventType, known bool) { return p.why(says) }

// fill puts the facts that a kind of event carries into it.
func fill(ev *recourse.Event, facts map[string]string, status recourse.ParcelStatus) error {
	names, _ := recourse.EventFields(ev.Type)
	carries := func(name string) bool {
		for _, n := range names {
			if n == name {
				return true
			}
		}
		return false
	}
	if !carries("purchase") {
		ev.Purchase = ""
	}
	ev.Case = facts["case"]
	if carries("reason") {
		ev.Reason = facts["reason"]
	}
	if carries("parcel") {
		ev.Parcel, ev.Status = facts["tracking"], status
	}
	if carries("tracking") {
		ev.Tracking, ev.Carrier = facts["tracking"], facts["carrier"]
	}
	if status == recourse.CustomsHold && facts["asks"]+facts["by"] != "" {
		ev.Customs = &recourse.Customs{Asks: facts["asks"], By: facts["by"]}
	}
	if carries("amount") && facts["amount"] != "" {
		var err error
		ev.Amount, err = amount(facts["amount"], facts["currency"])
		return err
	}
	return nil
}

// signs are how mails write currencies. A yen sign is a yuan's here: what the agent pays back was paid in China.
var signs = map[string]recourse.Currency{"¥": "CNY", "￥": "CNY", "CN¥": "CNY", "RMB": "CNY", "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}

var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)

// amount reads a sum, as people write it; one without a currency is left out, since nobody can know it.
func amount(decimal, currency string) (recourse.Money, error) {
	c, known := signs[strings.ToUpper(currency)]
	if !known {
		var err error
		if c, err = recourse.ParseCurrency(strings.ToUpper(currency)); err != nil {
			return recourse.Money{}, nil
		}
	}
	if grouped.MatchString(decimal) {
		decimal = strings.ReplaceAll(decimal, ",", "")
	}
	return recourse.ParseAmount(decimal, c)
}

// mailID is the id of what a mail tells.
func mailID(from, subject, body string, at time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s", from, subject, at.Unix(), body))
	return "agent-mail-" + hex.EncodeToString(sum[:12])
}
