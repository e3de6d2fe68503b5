package intake

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlReader cuts the XML of a workbook into tags and texts, in a buffer that holds one of them at a time. It is
// not encoding/xml because a sheet of a million rows holds fifty million tags, and because that keeps a text
// of any length in memory. It reads what spreadsheets write: UTF-8 without a document type, of which only the
// names, the attributes asked for and the texts matter. Prefixes of namespaces are passed over.
//
// Entities that a document could define itself are not resolved, and a document type is refused: the
// tricks that grow a kilobyte of XML to gigabytes have no place to begin.
type xmlReader struct {
	src     io.Reader
	srcErr  error
	buf     []byte
	at, end int

	kind  xmlKind
	name  []byte // of a tag, without prefix
	attrs []byte // of an opening tag, as written
	text  []byte // of a text, entities resolved
	empty bool   // the opening tag closes itself
}

type xmlKind byte

const (
	xmlOpen xmlKind = iota
	xmlClose
	xmlText
)

const maxToken = maxRow // bytes of a tag or a text

var (
	errXML       = errors.New("the XML is malformed")
	errXMLToken  = errors.New("a tag or text has more than 4 MiB")
	errXMLDoctyp = errors.New("the XML declares a document type, which no spreadsheet does")
)

// newXMLReader reads src, of which at most one token is held.
func newXMLReader(src io.Reader) *xmlReader {
	return &xmlReader{src: src, buf: make([]byte, 64<<10)}
}

// next reads the next tag or text; io.EOF behind the last. What it gave before is then no longer valid.
func (x *xmlReader) next() error {
	for {
		if x.at == x.end {
			if err := x.fill(); err != nil {
				return err
			}
		}
		if x.buf[x.at] != '<' {
			return x.readText()
		}
		body, err := x.until("<![CDATA[", "]]>", "<!--", "-->", "<?", "?>")
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(body, []byte("<![CDATA[")):
			x.kind, x.text = xmlText, body[9:len(body)-3]
			return nil
		case body[1] == '!' && !bytes.HasPrefix(body, []byte("<!--")):
			return errXMLDoctyp
		case body[1] != '!' && body[1] != '?':
			return x.tag(body)
		}
	}
}

// until takes the markup that begins at x.at: what starts with one of the given beginnings ends with what
// stands beside it, all else with a > outside quotes.
func (x *xmlReader) until(pairs ...string) ([]byte, error) {
	for {
		have := x.buf[x.at:x.end]
		looked := len(have) >= len("<![CDATA[") || x.srcErr != nil
		if looked {
			size := tagEnd(have)
			for i := 0; i < len(pairs); i += 2 {
				if bytes.HasPrefix(have, []byte(pairs[i])) {
					size = bytes.Index(have[len(pairs[i]):], []byte(pairs[i+1])) + len(pairs[i]) + len(pairs[i+1])
					if size < len(pairs[i])+len(pairs[i+1]) {
						size = 0
					}
					break
				}
			}
			if size > 2 {
				x.at += size
				return have[:size], nil
			}
			if size > 0 {
				return nil, errXML
			}
		}
		if err := x.fill(); err == io.EOF && looked {
			return nil, io.ErrUnexpectedEOF
		} else if err != nil && err != io.EOF {
			return nil, err
		}
	}
}

// tagEnd is the length of the tag that text begins with; 0: it goes on behind it.
func tagEnd(text []byte) int {
	quote := byte(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return 0
}

// readText takes all up to the next tag, or to the end.
func (x *xmlReader) readText() error {
	for from := x.at; ; {
		if i := bytes.IndexByte(x.buf[from:x.end], '<'); i >= 0 {
			x.kind, x.text = xmlText, unescape(x.buf[x.at:from+i])
			x.at = from + i
			return nil
		}
		held := x.end - x.at
		if err := x.fill(); err == io.EOF {
			x.kind, x.text, x.at = xmlText, unescape(x.buf[x.at:x.end]), x.end
			return nil
		} else if err != nil {
			return err
		}
		from = x.at + held
	}
}

// tag reads the name of <name attrs>, <name attrs/> or </name>.
func (x *xmlReader) tag(body []byte) error {
	body = body[1 : len(body)-1]
	x.kind, x.empty = xmlOpen, false
	if body[0] == '/' {
		x.kind, body = xmlClose, body[1:]
	} else if body[len(body)-1] == '/' {
		x.empty, body = true, body[:len(body)-1]
	}
	x.name, x.attrs = body, nil
	if i := bytes.IndexAny(body, " \t\r\n"); i >= 0 {
		x.name, x.attrs = body[:i], body[i:]
	}
	if i := bytes.IndexByte(x.name, ':'); i >= 0 {
		x.name = x.name[i+1:]
	}
	if len(x.name) == 0 {
		return errXML
	}
	return nil
}

// attr gives the value of an attribute of the tag just read, by its whole name; nil when it has none.
func (x *xmlReader) attr(name string) []byte {
	return x.find(func(key []byte) bool { return string(key) == name })
}

// prefixed gives the value of an attribute of another namespace, whatever prefix that has in this file.
func (x *xmlReader) prefixed(name string) []byte {
	return x.find(func(key []byte) bool {
		_, local, ok := bytes.Cut(key, []byte{':'})
		return ok && string(local) == name
	})
}

// find gives the value of the first attribute whose key is wanted. Attributes are looked for and not indexed: a
// tag has few and most are never asked for.
func (x *xmlReader) find(wanted func(key []byte) bool) []byte {
	rest := x.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 || eq+1 == len(rest) {
			return nil
		}
		key, value := bytes.TrimSpace(rest[:eq]), bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(value[1:], value[0])
		if end < 0 {
			return nil
		}
		if wanted(key) {
			return unescape(value[1 : end+1])
		}
		rest = value[end+2:]
	}
}

// fill reads more, moving what is not yet taken to the front and growing the buffer when a token needs it.
func (x *xmlReader) fill() error {
	if x.srcErr != nil {
		return x.srcErr
	}
	if x.at > 0 {
		x.end = copy(x.buf, x.buf[x.at:x.end])
		x.at = 0
	}
	if x.end == len(x.buf) {
		if x.end >= maxToken {
			return errXMLToken
		}
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	for range 100 {
		n, err := x.src.Read(x.buf[x.end:])
		x.end += n
		x.srcErr = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// unescape resolves entities; text without any is given back as it is.
func unescape(text []byte) []byte {
	if bytes.IndexByte(text, '&') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for {
		before, after, found := bytes.Cut(text, []byte{'&'})
		out = append(out, before...)
		if !found {
			return out
		}
		name, behind, closed := bytes.Cut(after, []byte{';'})
		if !closed || len(name) > 10 {
			out, text = append(out, '&'), after
			continue
		}
		out, text = appendEntity(out, name), behind
	}
}

// appendEntity appends what &name; stands for; an unknown one stands for itself.
func appendEntity(out, name []byte) []byte {
	switch string(name) {
	case "amp":
		return append(out, '&')
	case "lt":
		return append(out, '<')
	case "gt":
		return append(out, '>')
	case "quot":
		return append(out, '"')
	case "apos":
		return append(out, '\'')
	}
	if digits, ok := bytes.CutPrefix(name, []byte{'#'}); ok {
		base := 10
		if hex, ok := bytes.CutPrefix(digits, []byte{'x'}); ok {
			digits, base = hex, 16
		}
		if n, err := strconv.ParseUint(string(digits), base, 32); err == nil && n <= utf8.MaxRune {
			return utf8.AppendRune(out, rune(n))
		}
	}
	return append(append(append(out, '&'), name...), ';')
}
