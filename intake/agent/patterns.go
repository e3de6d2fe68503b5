// Package agent understands what the sourcing agent writes. DSers has no interface for after-sales: it mails when customs
// keep a parcel, when money comes back, when a purchase is cancelled or cannot be had. What such mails say stands in
// patterns.yaml, which a merchant can mend.
//
//	patterns.yaml  the words of the mails, and the documented reasons for which orders fail
//	patterns.go    reading that file, with exact places for what is wrong in it
//	match.go       a mail against the patterns
package agent

import (
	_ "embed"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"recourse"
	"recourse/document"
)

//go:embed patterns.yaml
var builtin []byte

// Builtin is the text of the patterns that come with the program, to copy from.
func Builtin() []byte { return slices.Clone(builtin) }

// Patterns are patterns of mails, in the order in which they are tried.
type Patterns struct {
	from     []*regexp.Regexp
	find     map[string]*regexp.Regexp
	reasons  []reason
	patterns []pattern
}

// pattern is one kind of mail.
type pattern struct {
	name          string
	subject, body *regexp.Regexp // nil: anything
	needs         []string       // facts without which it says nothing
	event         recourse.EventType
	status        recourse.ParcelStatus
}

// reason is one for which an order fails. It has no event where only the merchant can mend it, in DSers.
type reason struct {
	about string
	says  *regexp.Regexp
	event recourse.EventType
}

// byReason is the event of a pattern whose reason says which it is.
const byReason = "reasons"

// groups are the facts that an expression may name.
var groups = []string{"order", "case", "purchase", "tracking", "carrier", "amount", "currency", "reason", "asks", "by"}

// events are those that a mail of the agent may tell, each with the fact that it cannot do without.
var events = map[recourse.EventType]string{
	recourse.ParcelScanned: "tracking", recourse.ParcelShipped: "tracking", recourse.InterceptionDone: "tracking", recourse.InterceptionRefused: "tracking",
	recourse.RecoveryReceivedNow: "purchase", recourse.RecoveryDeniedNow: "purchase", recourse.PurchaseCancelledNow: "purchase", recourse.PurchaseCancelRefused: "purchase",
	recourse.PurchaseOutOfStockNow: "purchase", recourse.PurchaseOversizedNow: "purchase", recourse.SupplierReplied: "purchase",
	recourse.ClaimApprovedNow: "order", recourse.ClaimDeniedNow: "order", recourse.OrderAddressWrong: "order", recourse.ReplacementShipped: "order",
}

// Limits on a file of patterns.
const (
	maxPatterns = 200
	maxRegexp   = 2000 // bytes
)

// standard are the program's own patterns.
var standard = sync.OnceValue(func() *Patterns {
	p, err := read("patterns.yaml", builtin)
	if err != nil {
		panic(err) // the file is part of the program, and tested
	}
	return p
})

// Standard are the patterns that come with the program.
func Standard() *Patterns { return standard() }

// Parse reads a merchant's own patterns, which are tried before the program's; what they do not say stays the program's.
// An empty text gives the program's alone. All mistakes are returned together (errors.Join), each an [recourse.Error] with
// its line and column.
func Parse(file string, data []byte) (*Patterns, error) {
	if strings.TrimSpace(string(data)) == "" {
		return Standard(), nil
	}
	own, err := read(file, data)
	if err != nil {
		return nil, err
	}
	std := Standard()
	out := &Patterns{from: append(own.from, std.from...), find: maps.Clone(std.find), reasons: append(own.reasons, std.reasons...), patterns: own.patterns}
	maps.Copy(out.find, own.find)
	for _, p := range std.patterns {
		if !slices.ContainsFunc(own.patterns, func(o pattern) bool { return o.name == p.name }) {
			out.patterns = append(out.patterns, p)
		}
	}
	return out, nil
}

// reader reads a file and collects what is wrong.
type reader struct {
	p    *Patterns
	errs []error
	size int // that all expressions come to
}

func (r *reader) fail(err error) { r.errs = append(r.errs, err) }

func read(file string, data []byte) (*Patterns, error) {
	docs, err := document.Parse(file, data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "pattern_file", Message: "a file of patterns is one document", Position: recourse.Position{File: file, Line: 1}}
	}
	r := &reader{p: &Patterns{find: map[string]*regexp.Regexp{}}}
	r.all(docs[0])
	return r.p, errors.Join(r.errs...)
}

func (r *reader) all(n document.Node) {
	if err := n.Keys("from", "find", "reasons", "patterns"); err != nil {
		r.fail(err)
		return
	}
	from, _ := n.Get("from")
	for _, item := range from.List() {
		if re := r.regexp(item); re != nil {
			r.p.from = append(r.p.from, re)
		}
	}
	if find, ok := n.Get("find"); ok {
		r.find(find)
	}
	reasons, _ := n.Get("reasons")
	for _, item := range reasons.List() {
		r.reason(item)
	}
	patterns, _ := n.Get("patterns")
	if list := patterns.List(); len(list) > maxPatterns {
		r.fail(patterns.Err("pattern_count", "there are %d patterns, %d are the most", len(list), maxPatterns))
		return
	}
	for _, item := range patterns.List() {
		r.pattern(item)
	}
}

// find takes the expressions by which a fact is looked for: each must name the group that it finds.
func (r *reader) find(n document.Node) {
	if err := n.Keys(groups...); err != nil {
		r.fail(err)
		return
	}
	for _, e := range n.Entries {
		re := r.regexp(e.Value)
		if re != nil && !slices.Contains(re.SubexpNames(), e.Key) {
			r.fail(e.Value.Err("pattern_group", "the expression has no group named %s", e.Key))
			continue
		}
		r.p.find[e.Key] = re
	}
}

// regexp reads an expression: case does not matter, and a point takes line breaks in.
func (r *reader) regexp(n document.Node) *regexp.Regexp {
	s, err := n.String()
	if err != nil {
		r.fail(err)
		return nil
	}
	if len(s) > maxRegexp {
		r.fail(n.Err("pattern_regexp", "the expression has %d bytes, %d are the most", len(s), maxRegexp))
		return nil
	}
	steps := size("(?is)" + s)
	if steps > maxSize {
		r.fail(n.Err("pattern_regexp", "the expression comes to more than %d steps: it repeats too much", maxSize))
		return nil
	}
	if r.size += steps; r.size > maxAll {
		r.fail(n.Err("pattern_regexp", "the expressions together come to more than %d steps", maxAll))
		return nil
	}
	re, err := regexp.Compile("(?is)" + s)
	if err != nil {
		what := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		r.fail(n.Err("pattern_regexp", "this is no regular expression: %s", strings.ReplaceAll(what, "(?is)", "")))
		return nil
	}
	for _, name := range re.SubexpNames() {
		if name != "" && !slices.Contains(groups, name) {
			own := n.Err("pattern_group", "no fact is called %q", recourse.Shorten(name, 40))
			own.Hint = recourse.Nearest(name, groups)
			r.fail(own)
			return nil
		}
	}
	return re
}

func (r *reader) reason(n document.Node) {
	if err := n.Keys("about", "says", "event"); err != nil {
		r.fail(err)
		return
	}
	says, ok := n.Get("says")
	if !ok {
		r.fail(n.Err("pattern_missing", "a reason has nothing that it says"))
		return
	}
	out := reason{says: r.regexp(says)}
	if about, ok := n.Get("about"); ok {
		out.about, _ = about.String()
	}
	if event, ok := n.Get("event"); ok {
		out.event = r.event(event)
	}
	if out.says != nil {
		r.p.reasons = append(r.p.reasons, out)
	}
}

// event reads the name of an event that a mail may tell.
func (r *reader) event(n document.Node) recourse.EventType {
	s, err := n.String()
	if err != nil {
		r.fail(err)
		return ""
	}
	kind := recourse.EventType(s)
	if events[kind] == "" {
		var names []string
		for name := range events {
			names = append(names, string(name))
		}
		own := n.Err("pattern_event", "a mail cannot tell %q", recourse.Shorten(s, 40))
		own.Hint = recourse.Nearest(s, names)
		r.fail(own)
	}
	return kind
}

func (r *reader) pattern(n document.Node) {
	if err := n.Keys("name", "about", "subject", "body", "needs", "event", "status"); err != nil {
		r.fail(err)
		return
	}
	var p pattern
	r.heads(n, &p)
	subject, hasSubject := n.Get("subject")
	body, hasBody := n.Get("body")
	if hasSubject {
		p.subject = r.regexp(subject)
	}
	if hasBody {
		p.body = r.regexp(body)
	}
	if !hasSubject && !hasBody {
		r.fail(n.Err("pattern_missing", "a pattern has a subject or a body, or both"))
		return
	}
	needs, _ := n.Get("needs")
	for _, item := range needs.List() {
		name, err := item.String()
		if err != nil || !slices.Contains(groups, name) {
			own := item.Err("pattern_group", "no fact is called %q", recourse.Shorten(name, 40))
			own.Hint = recourse.Nearest(name, groups)
			r.fail(own)
			continue
		}
		p.needs = append(p.needs, name)
	}
	r.p.patterns = append(r.p.patterns, p)
}

// heads reads a pattern's name, event and status.
func (r *reader) heads(n document.Node, p *pattern) {
	name, ok := n.Get("name")
	if p.name = name.Text; !ok || name.Kind != document.Scalar || p.name == "" {
		r.fail(n.Err("pattern_missing", "a pattern has no name"))
	}
	if slices.ContainsFunc(r.p.patterns, func(o pattern) bool { return o.name == p.name }) {
		r.fail(name.Err("pattern_twice", "two patterns are called %q", recourse.Shorten(p.name, 40)))
	}
	event, ok := n.Get("event")
	switch {
	case !ok:
		r.fail(n.Err("pattern_missing", "the pattern %s says no event", recourse.Shorten(p.name, 40)))
	case event.Text == byReason:
		p.event = byReason
	default:
		p.event = r.event(event)
	}
	status, ok := n.Get("status")
	p.status = recourse.ParcelStatus(status.Text)
	switch {
	case p.event == recourse.ParcelScanned && !p.status.Known():
		r.fail(n.Err("pattern_status", "a scan has a status, such as customs_hold"))
	case ok && p.event != recourse.ParcelScanned:
		r.fail(status.Err("pattern_status", "only a scan has a status"))
	}
}
