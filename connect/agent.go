package connect

import (
	netmail "net/mail"
	"strings"

	"recourse"
	"recourse/intake/agent"
)

// dsers is the sourcing agent, which has no API for after-sales: requests go to its support by mail, or by a person's
// hand, and its mails are read by patterns. Products are DSers' product ids by SKU, «SKU = id» to a line, for the file of
// reorders; city says what stands in that file where DSers' own list is not known.
var dsers = Kind{
	Name: "dsers", Group: "agent",
	Fields: []Field{
		{Name: "email", Check: checkAddress},
		{Name: "language", Standard: "en", Choices: []string{"en", "zh", "fr"}},
		{Name: "senders", Check: checkSenders, Long: true, Rare: true}, // addresses outside the agent's domain that it writes from
		{Name: "patterns", Check: checkPatterns, Long: true, Rare: true},
		{Name: "products", Check: checkProducts, Long: true},
		{Name: "city", Standard: "named", Choices: []string{"named", "other"}, Rare: true},
	},
}

func checkAddress(v string) error {
	if a, err := netmail.ParseAddress(v); err != nil || a.Address != v {
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "email", Message: "email: it is no mail address"}
	}
	return nil
}

// checkPatterns reads the merchant's own patterns, and says all that is wrong with them at once.
func checkPatterns(v string) error {
	if _, err := agent.Parse("patterns", []byte(v)); err != nil {
		at, _, _ := strings.Cut(err.Error(), "\n")
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "patterns", Message: at, Hint: "recourse agent check FILE tells all of it", Err: err}
	}
	return nil
}

func checkSenders(v string) error {
	_, err := agent.ParseSenders(v)
	return err
}

func checkProducts(v string) error {
	_, err := Products(v)
	return err
}

// Products reads a list of product ids by SKU, «SKU = id» to a line. The error names the line.
func Products(v string) (map[string]string, error) {
	out := map[string]string{}
	for line := range strings.Lines(v) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		sku, id, ok := strings.Cut(line, "=")
		sku, id = strings.TrimSpace(sku), strings.TrimSpace(id)
		if !ok || sku == "" || id == "" {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "products", Message: "products: " + recourse.Shorten(line, 60) + " is not SKU = id"}
		}
		out[sku] = id
	}
	return out, nil
}

// AgentOf is the merchant's agent among their connections: the first that is not gone; nil where there is none.
func AgentOf(all []recourse.Connection) *recourse.Connection {
	for i := range all {
		if c := &all[i]; c.Kind == dsers.Name && c.Status != recourse.ConnectionGone {
			return c
		}
	}
	return nil
}
