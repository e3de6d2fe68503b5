package document

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// flowWidth is how wide a map or a list may be that is written in one line.
const flowWidth = 110

// YAML is the node as a text that [Parse] reads back to the same tree, laid out for people: what is short stands in one
// line, what is long in lines of its own. Comments are not in a tree, and so not in the text.
func (n Node) YAML() []byte {
	var b bytes.Buffer
	n.block(&b, 0)
	return b.Bytes()
}

// block writes a map or a list in lines of their own.
func (n Node) block(b *bytes.Buffer, depth int) {
	in := strings.Repeat("  ", depth)
	switch {
	case n.Kind == Map && len(n.Entries) > 0:
		for _, e := range n.Entries {
			b.WriteString(in + plainOrQuoted(e.Key, false) + ":")
			e.Value.after(b, depth+1, len(in)+len(e.Key)+2)
			if depth == 0 && e.Value.Kind > Scalar {
				b.WriteByte('\n')
			}
		}
	case n.Kind == List && len(n.Items) > 0:
		for _, item := range n.Items {
			b.WriteString(in + "-")
			item.after(b, depth+1, len(in)+2)
		}
	default:
		b.WriteString(in + n.flow() + "\n")
	}
}

// after writes a value behind its key: in the same line where there is room.
func (n Node) after(b *bytes.Buffer, depth, column int) {
	flow := n.flow()
	long := depth == 1 && n.Kind == Map || column+len(flow) > flowWidth
	if n.Kind <= Scalar || !long || len(n.Entries)+len(n.Items) == 0 {
		b.WriteString(strings.TrimRight(" "+flow, " ") + "\n")
		return
	}
	b.WriteByte('\n')
	n.block(b, depth)
}

// flow is the node in one line.
func (n Node) flow() string {
	var parts []string
	switch n.Kind {
	case Map:
		for _, e := range n.Entries {
			parts = append(parts, strings.TrimRight(plainOrQuoted(e.Key, false)+": "+e.Value.flow(), " "))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case List:
		for _, item := range n.Items {
			parts = append(parts, item.flow())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Scalar:
		return plainOrQuoted(n.Text, !n.Quoted && n.isLiteral())
	}
	return "null"
}

// plainText is what can stand without quotes wherever it stands.
var plainText = regexp.MustCompile(`^[\pL_][\pL\pN_./%()'|=<>-]*( [\pL\pN_./%()'|=<>&-]+)*$`)

// plainOrQuoted writes a scalar. A text that would be read as something else stands in quotes.
func plainOrQuoted(s string, literal bool) string {
	if literal {
		return s
	}
	text := Node{Kind: Scalar, Text: s}
	switch strings.ToLower(s) {
	case "null", "yes", "no", "on", "off", "true", "false", "y", "n":
		return `"` + s + `"`
	}
	if plainText.MatchString(s) && !text.isLiteral() {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(s) // a text always encodes
	return strings.TrimRight(b.String(), "\n")
}
