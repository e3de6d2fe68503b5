package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"recourse"
)

// The format of a language's file is as little as translators need: sections in brackets, "key = text", and a key
// with nothing behind it that takes the indented lines below. Nothing is quoted or escaped, so that colons, quotation
// marks and the signs of every script stand as they are; and a place in a text is a place in the file.

// Limits on one file. The program's own have about 40 KB.
const (
	// MaxBytes is the largest file that is read.
	MaxBytes  = 512 << 10
	maxLine   = 8 << 10 // bytes of one line
	maxKeys   = 8000
	maxErrors = 20 // no more are reported at once
)

// phrase is the text of one key, with its place.
//
// The place is kept with the text as long as the program runs: a mistake in a template is only found
// when all parts are there, and is then shown in the file where somebody can mend it.
type phrase struct {
	text   string
	at     recourse.Position // of the text's first character
	indent int               // how far the lines of a block are indented; 0 for a text on one line
}

// place is the place in the file of the byte at an offset of the text.
func (p phrase) place(offset int) recourse.Position {
	before := p.text[:min(max(offset, 0), len(p.text))]
	at := p.at
	if lines := strings.Count(before, "\n"); lines > 0 {
		at.Line += lines
		at.Column = p.indent + 1
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	at.Column += utf8.RuneCountInString(before)
	return at
}

// reader reads one file, line by line.
//
// A file looks like this, with a block that keeps its own line breaks:
//
//	[status]
//	open = in progress
//
//	[message]
//	delay.subject = Your order {{.Order}}
//	delay.body =
//	  Hello,
//
//	  your parcel is late.
//
// The keys of this one are status.open, message.delay.subject and message.delay.body.
type reader struct {
	file    string
	line    int
	section string
	key     string   // the key whose block is open; "": none
	block   []string // its lines so far
	first   int      // the line of the first of them
	phrases map[string]phrase
	errs    []error
}

// parsePhrases reads a language's file into phrases by section.key. All mistakes are returned together (errors.Join), each
// a [recourse.Error] with its line and column.
func parsePhrases(file string, data []byte) (map[string]phrase, error) {
	r := &reader{file: file, phrases: make(map[string]phrase)}
	if len(data) > MaxBytes {
		return nil, r.tooLarge(0, fmt.Sprintf("the file has %d bytes, %d are the most", len(data), MaxBytes))
	}
	for line := range strings.Lines(string(data)) {
		r.line++
		if len(line) > maxLine {
			return nil, r.tooLarge(r.line, fmt.Sprintf("the line has more than %d bytes", maxLine))
		}
		r.read(strings.TrimRight(line, " \t\r\n"))
		if len(r.phrases) > maxKeys {
			return nil, r.tooLarge(r.line, fmt.Sprintf("more than %d keys", maxKeys))
		}
		if len(r.errs) >= maxErrors {
			break
		}
	}
	r.endBlock()
	return r.phrases, errors.Join(r.errs...)
}

// tooLarge is the one mistake that ends the reading at once: what is past a limit is not looked at.
func (r *reader) tooLarge(line int, message string) error {
	return &recourse.Error{Kind: recourse.TooLarge, Code: "text_too_large", Message: message, Position: recourse.Position{File: r.file, Line: line}}
}

// fail notes a mistake in the line at hand and lets the reading go on, so that a translator sees all of them at once.
func (r *reader) fail(column int, hint, message string, args ...any) {
	r.errs = append(r.errs, &recourse.Error{
		Kind: recourse.Invalid, Code: "text_syntax", Message: fmt.Sprintf(message, args...), Hint: hint,
		Position: recourse.Position{File: r.file, Line: r.line, Column: column},
	})
}

// read takes one line, without its end.
func (r *reader) read(line string) {
	if i := invalid(line); i >= 0 {
		r.fail(i+1, "save the file as UTF-8", "this is not a text")
		return
	}
	rest := strings.TrimLeft(line, " \t")
	indent := len(line) - len(rest)
	switch {
	// In a block even what begins with # is text: only indentation ends it, so that a message may say anything.
	case r.key != "" && (rest == "" || indent > 0):
		r.addBlock(line)
	case rest == "" || rest[0] == '#':
	case indent > 0:
		r.fail(indent+1, "begin the line at the left, or give the key above it nothing on its own line", "an indented line that belongs to no key")
	case rest[0] == '[':
		r.endBlock()
		r.openSection(rest)
	default:
		r.endBlock()
		r.pair(line)
	}
}

// invalid is the place of the first byte that no text has; -1: none.
func invalid(line string) int {
	for i, c := range line {
		if c == utf8.RuneError || c < ' ' && c != '\t' || c == 0x7f {
			return i
		}
	}
	return -1
}

// openSection takes a line that begins with a bracket. After a broken one no section is open, since its keys would
// land in the one before.
func (r *reader) openSection(line string) {
	name, ok := strings.CutSuffix(line[1:], "]")
	if !ok || !isKey(name) {
		r.section = ""
		r.fail(1, "write [section]", "%q is not a section", recourse.Shorten(line, 60))
		return
	}
	r.section = name
}

// pair takes a "key = text". A key that stands there twice is a mistake: of two translations only one would be seen.
//
// The first "=" divides: those that follow are text. Spaces around it are nobody's.
func (r *reader) pair(line string) {
	key, text, ok := strings.Cut(line, "=")
	key = strings.TrimRight(key, " \t")
	column := len(line) - len(strings.TrimLeft(text, " \t"))
	text = strings.TrimLeft(text, " \t")
	switch {
	case !ok || !isKey(key):
		r.fail(1, `write "key = text"`, "%q is not a line of a language file", recourse.Shorten(line, 60))
	case r.section == "":
		r.fail(1, "write a [section] above it", "the key %q stands in no section", recourse.Shorten(key, 60))
	case r.phrases[r.section+"."+key].text != "":
		r.fail(1, "keep one of the two", "the key %q stands here twice", recourse.Shorten(key, 60))
	case text == "":
		r.key, r.first = r.section+"."+key, 0
	default:
		r.phrases[r.section+"."+key] = phrase{text: text, at: recourse.Position{File: r.file, Line: r.line, Column: column + 1}}
	}
}

// addBlock takes a line of the open block. Blank ones before the first are no part of it.
func (r *reader) addBlock(line string) {
	if len(r.block) == 0 {
		if line == "" {
			return
		}
		r.first = r.line
	}
	r.block = append(r.block, line)
}

// endBlock makes a phrase of the open block: its lines less the indentation of the first.
//
// A line that is indented further than the first keeps the difference, so that a list in a letter
// stays a list. Blank lines at the end are dropped: they only part the block from the next key.
func (r *reader) endBlock() {
	key, lines := r.key, r.block
	r.key, r.block = "", nil
	if key == "" {
		return
	}
	if len(lines) == 0 {
		r.fail(1, "write the text behind it, or indented below it", "the key %q has no text", recourse.Shorten(key, 60))
		return
	}
	indent := len(lines[0]) - len(strings.TrimLeft(lines[0], " \t"))
	for i, line := range lines {
		own := len(line) - len(strings.TrimLeft(line, " \t"))
		lines[i] = line[min(own, indent):]
	}
	r.phrases[key] = phrase{
		text: strings.TrimRight(strings.Join(lines, "\n"), "\n"), indent: indent,
		at: recourse.Position{File: r.file, Line: r.first, Column: indent + 1},
	}
}

// isKey takes letters, digits, points, hyphens and underscores of ASCII.
//
// The subtraction is on bytes and wraps around: what lies below '0' becomes larger than 9, so that
// one comparison tests both ends.
func isKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c-'0' > 9 && (c|0x20)-'a' > 25 && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 80
}
