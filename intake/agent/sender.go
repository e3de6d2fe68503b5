package agent

import (
	"regexp"
	"strings"

	"recourse"
)

// Senders are addresses outside the agent's own domain whose letters are read by its patterns: support@helpdesk.example, or
// @helpdesk.example for all of a domain.
type Senders []string

// Limits on a list of senders.
const (
	maxSenders = 50
	maxSender  = 254 // RFC 5321
)

// shared are providers of mailboxes for everybody: a whole domain of theirs is nobody's.
var shared = map[string]bool{"gmail.com": true, "googlemail.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "yahoo.com": true, "icloud.com": true, "aol.com": true, "proton.me": true, "protonmail.com": true, "qq.com": true, "163.com": true, "126.com": true,
	"foxmail.com": true, "sina.com": true, "gmx.de": true, "gmx.net": true, "web.de": true, "orange.fr": true, "free.fr": true, "laposte.net": true, "mail.ru": true}

var (
	senderForm = regexp.MustCompile(`^[a-z0-9.!#$%&'*+/=?^_{|}~-]*@([a-z0-9-]+\.)+[a-z0-9-]+$`)
	apart      = regexp.MustCompile(`[\s,;]+`)
)

// ParseSenders reads a list, with spaces, commas or lines between: agent_senders, with the one at fault.
func ParseSenders(text string) (Senders, error) {
	var out Senders
	for _, s := range apart.Split(strings.ToLower(strings.TrimSpace(text)), -1) {
		switch {
		case s == "":
			continue
		case len(s) > maxSender || !senderForm.MatchString(s):
			return nil, refusedSender(s, "is no mail address, and no @domain", "write support@helpdesk.example, or @helpdesk.example for all of it")
		case s[0] == '@' && shared[s[1:]]:
			return nil, refusedSender(s, "is a domain that everybody writes from", "name the whole address")
		case len(out) == maxSenders:
			return nil, refusedSender(s, "is one too many: fifty senders are read at most", "name a domain in their place")
		}
		out = append(out, s)
	}
	return out, nil
}

func refusedSender(s, why, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "agent_senders", Field: "senders", Message: "senders: " + recourse.Shorten(s, 80) + " " + why, Hint: hint}
}

// Has says whether a letter's address is among them. It must be the very domain: one below it is another's.
func (all Senders) Has(address string) bool {
	address = strings.ToLower(strings.TrimSpace(address))
	_, domain, ok := strings.Cut(address, "@")
	if !ok || strings.Contains(domain, "@") {
		return false
	}
	for _, s := range all {
		if s == address || s == "@"+domain {
			return true
		}
	}
	return false
}

// Also gives the patterns for letters from one more address, which who gives it vouches for.
func (p *Patterns) Also(address string) *Patterns {
	own := *p
	own.from = append([]*regexp.Regexp{regexp.MustCompile("^" + regexp.QuoteMeta(strings.ToLower(strings.TrimSpace(address))) + "$")}, p.from...)
	return &own
}
