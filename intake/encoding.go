package intake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"recourse"
)

// sample is how much of a file is looked at to tell its encoding and delimiter.
//
// An encoding that shows itself only later in the file is not seen. Its rows are then faults of
// encoding, with the hint to name it, and not misread letters, as long as the guess was UTF-8.
const sample = 256 << 10

// encodings are those that a text file may be in, by the names that a profile and an option use. UTF-8 has no
// decoder: such a file is read as it is, and checked row by row.
//
// GB18030 is what Chinese agents' tools still write, and Windows-1252 what a Western Excel saves as
// plain "CSV".
var encodings = map[string]encoding.Encoding{
	"utf-8":        nil,
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"gb18030":      simplifiedchinese.GB18030,
	"windows-1252": charmap.Windows1252,
}

// encodingNames are also the names by which people call the same encodings.
var encodingNames = map[string]string{
	"utf-8": "utf-8", "utf8": "utf-8", "utf-16le": "utf-16le", "utf-16be": "utf-16be", "gb18030": "gb18030", "gbk": "gb18030",
	"gb2312": "gb18030", "windows-1252": "windows-1252", "cp1252": "windows-1252", "latin-1": "windows-1252", "latin1": "windows-1252",
	"iso-8859-1": "windows-1252", "auto": "",
}

// parseEncoding gives the canonical name; "" for auto. Latin-1 is read as windows-1252, which has the same
// letters and, where Latin-1 has control characters, the euro sign and the quotes that such files really hold.
func parseEncoding(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	canonical, ok := encodingNames[strings.ToLower(name)]
	if !ok {
		names := []string{"auto", "utf-8", "utf-16le", "utf-16be", "gb18030", "windows-1252", "latin-1"}
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "encoding_unknown", Field: "encoding",
			Message: fmt.Sprintf("unknown encoding %q", recourse.Shorten(name, 40)), Hint: recourse.Nearest(strings.ToLower(name), names)}
	}
	return canonical, nil
}

// decoded gives src as UTF-8 without byte order mark, and the name of the encoding it was in. A name given
// wins over what the bytes look like, a byte order mark over both, since it is never there by chance.
//
// The text is decoded as a stream. Bytes that are wrong in an encoding with a decoder come out as
// replacement characters; only UTF-8 can be checked row by row, and is.
func decoded(src io.Reader, name string) (*bufio.Reader, string, error) {
	in := bufio.NewReaderSize(src, sample)
	head, err := in.Peek(sample)
	if err != nil && err != io.EOF && len(head) == 0 {
		return nil, "", &recourse.Error{Kind: recourse.Unavailable, Code: "book_read", Message: "the book cannot be read", Err: err}
	}
	if err := refuseForeign(head); err != nil {
		return nil, "", err
	}
	if marked, skip := byteOrderMark(head); marked != "" {
		name = marked
		in.Discard(skip)
	} else if name == "" {
		name = guessEncoding(head)
	}
	e := encodings[name]
	if e == nil {
		return in, name, nil
	}
	return bufio.NewReaderSize(transform.NewReader(in, e.NewDecoder()), sample), name, nil
}

// byteOrderMark names the encoding that a file declares in its first bytes, and how many those are.
func byteOrderMark(head []byte) (name string, size int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return "utf-8", 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return "utf-16le", 2
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return "utf-16be", 2
	}
	return "", 0
}

// guessEncoding tells the encoding of text without a byte order mark: zeros in every second byte are UTF-16 in
// a Western table, valid UTF-8 is UTF-8 (no other encoding looks like it by chance over more than a few
// letters), then Chinese, then Western European.
//
// Windows-1252 comes last because every file is valid in it: it is what remains, never what was proved.
// That the guess was made is shown by [Book.Encoding].
func guessEncoding(head []byte) string {
	if zeros := [2]int{}; len(head) >= 4 {
		for i, c := range head {
			if c == 0 {
				zeros[i%2]++
			}
		}
		switch half := len(head) / 2; {
		case zeros[1] > half/3 && zeros[0] < half/20:
			return "utf-16le"
		case zeros[0] > half/3 && zeros[1] < half/20:
			return "utf-16be"
		}
	}
	switch {
	case utf8.Valid(trimPartial(head)):
		return "utf-8"
	case mostlyUTF8(head):
		return "utf-8"
	case looksChinese(head):
		return "gb18030"
	}
	return "windows-1252"
}

// trimPartial drops a character that the sample's end cut in two.
func trimPartial(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// mostlyUTF8 says that text is UTF-8 with a few broken rows: many characters of several bytes are right, and
// few bytes are wrong. Those rows are then rejected, instead of all others being misread.
//
// Such files come from exports that cut a long title after so many bytes, through the middle of a
// letter.
func mostlyUTF8(b []byte) bool {
	right, wrong := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			wrong++
		case size > 1:
			right++
		}
		b = b[size:]
	}
	return right > 10*wrong
}

// looksChinese says that what is not ASCII are pairs of bytes of GB 2312 in its everyday part: punctuation and
// the characters of level 1. In Western text two accented letters seldom meet, and when they do («ção») their
// first is a small letter, beyond that part.
func looksChinese(b []byte) bool {
	usual, other := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		everyday := b[i] >= 0xB0 && b[i] <= 0xD7 || b[i] >= 0xA1 && b[i] <= 0xA3
		if everyday && i+1 < len(b) && b[i+1] >= 0xA1 {
			usual++
			i++
		} else {
			other++
			if i+1 < len(b) && b[i+1] >= 0x80 {
				i++
			}
		}
	}
	return usual > 4*other
}

// delimiters are tried in this order where a header would do for several.
const delimiters = ",;\t|"

// guessDelimiter takes the delimiter that the header has most of outside quotes. A table of a single column
// has none and is read with commas.
//
// Only the header is counted. In the rows behind it commas stand in prices and titles, and a French book
//
//	commande;article;prix
//	1001;tasse, bleue;12,90
//
// has as many of them as of its semicolons.
func guessDelimiter(head []byte) byte {
	var counts [len(delimiters)]int
	quoted, seen := false, false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n' && seen:
			return most(counts)
		default:
			seen = seen || c > ' '
			if i := strings.IndexByte(delimiters, c); i >= 0 {
				counts[i]++
			}
		}
	}
	return most(counts)
}

// most is the delimiter of which there are most; the first of [delimiters] where there are as many.
func most(counts [len(delimiters)]int) byte {
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return delimiters[best]
}

// oldMac turns the lone carriage returns that end the lines of a «CSV (Macintosh)» into line feeds.
//
// It is put in between only when the beginning of the file has such line ends and no line feed at all,
// since it would break a cell that holds a carriage return of its own.
type oldMac struct{ src io.Reader }

// Read passes on what src gives, line ends made our own.
func (m oldMac) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// openCSV finds out the encoding, the ends of line and the delimiter of a text file. delimiter 0: as its header has it.
func openCSV(src io.Reader, encodingName string, delimiter byte) (t *csvTable, name string, err error) {
	in, name, err := decoded(src, encodingName)
	if err != nil {
		return nil, "", err
	}
	head, _ := in.Peek(sample / 4)
	if delimiter == 0 {
		delimiter = guessDelimiter(head)
	}
	var text io.Reader = in
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		text = oldMac{in}
	}
	return newCSVTable(text, delimiter), name, nil
}

// refuseForeign names the formats that people take for a CSV by mistake.
//
// Each of them would otherwise give a page of faults about quotes and binary cells. One sentence that
// says what the file is helps the person who chose the wrong one; the log-in page is the commonest.
func refuseForeign(head []byte) error {
	for _, f := range []struct{ magic, what, hint string }{
		{"PK\x03\x04", "a ZIP archive or a workbook", "read a workbook as XLSX, unpack an archive first"},
		{"\xD0\xCF\x11\xE0", "an old or protected Excel workbook (XLS)", "save it as XLSX or CSV, without a password"},
		{"%PDF-", "a PDF", "export a CSV or an XLSX"},
		{"\x1f\x8b", "a gzip archive", "unpack it first"},
		{"<!DOCTYPE", "a web page", "the export may have ended in a log-in page: export it again"},
		{"<html", "a web page", "the export may have ended in a log-in page: export it again"},
	} {
		if len(head) >= len(f.magic) && strings.EqualFold(string(head[:len(f.magic)]), f.magic) {
			return &recourse.Error{Kind: recourse.Invalid, Code: "book_format", Position: recourse.Position{Line: 1},
				Message: "the book is " + f.what + ", not a CSV", Hint: f.hint}
		}
	}
	return nil
}
