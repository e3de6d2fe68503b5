package document

import (
	"encoding/json"
	"strconv"
	"strings"
)

// JSON is the node as JSON text: unquoted scalars that are numbers, true, false or null become those, all others
// text. The order of keys is kept.
func (n Node) JSON() []byte { return n.appendJSON(nil) }

// appendJSON appends to a buffer that all levels share. Null is also what a node of no kind gives, so
// that the result is JSON in any case. Keys cannot repeat, since the converter refused that.
func (n Node) appendJSON(b []byte) []byte {
	switch n.Kind {
	case Map:
		b = append(b, '{')
		for i, e := range n.Entries {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, e.Key), ':')
			b = e.Value.appendJSON(b)
		}
		return append(b, '}')
	case List:
		b = append(b, '[')
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.appendJSON(b)
		}
		return append(b, ']')
	case Scalar:
		if !n.Quoted && n.isLiteral() {
			return append(b, n.Text...)
		}
		return appendText(b, n.Text)
	}
	return append(b, "null"...)
}

// isLiteral says that the text is a number or a truth value as JSON writes it. A date, a version or a number
// with a leading zero is not, and stays text.
func (n Node) isLiteral() bool {
	if n.Text == "true" || n.Text == "false" {
		return true
	}
	if strings.ContainsAny(n.Text, "xXoObB_nNiI+") {
		return false
	}
	_, err := strconv.ParseFloat(n.Text, 64)
	return err == nil && json.Valid([]byte(n.Text))
}

// appendText appends a text in quotes, with the escapes of the standard library.
func appendText(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // unreachable: a string always encodes
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
