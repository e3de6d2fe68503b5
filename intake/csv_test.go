package intake

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// rows splits a whole text into rows of cells; a row at fault is given with a cell that tells its code.
func rows(t *csvTable) (out [][]string, err error) {
	for {
		rec, err := t.next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		var cells []string
		if rec.fault != nil {
			cells = append(cells, "fault:"+rec.fault.code)
		}
		for _, c := range rec.cells {
			cells = append(cells, string(c))
		}
		out = append(out, cells)
		if len(out) == 1 && t.columns == 0 {
			t.width(len(out[0]))
		}
	}
}

func TestCSVSplits(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "a,b\n1,2\n", "a|b / 1|2"},
		{"no end of line", "a,b\n1,2", "a|b / 1|2"},
		{"windows", "a,b\r\n1,2\r\n", "a|b / 1|2"},
		{"empty cells", ",\n,\n", "| / |"},
		{"trailing delimiter at the end", "a,b\n1,", "a|b / 1|"},
		{"quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", `a|b / x, y|say "hi"`},
		{"line break in a cell", "a,b\n\"x\ny\",2\n", "a|b / x\ny|2"},
		{"a quote inside a plain cell", "a,b\n5\" pipe,2\n", `a|b / 5" pipe|2`},
		{"text behind a quote", "a,b\n\"x\"y,2\n3,4\n", `a|b / fault:csv_quote|"x"y|2 / 3|4`},
		{"unclosed at the end", "a,b\n1,\"x\n3,4\n", `a|b / fault:csv_quote|1|"x / 3|4`},
		{"unclosed, closed by a later row", "a,b\n1,\"x\n3,4\n5,\"6\"\n", `a|b / fault:csv_quote|1|"x / 3|4 / 5|6`},
		{"unclosed, swallowing whole rows", "a,b\n1,\"x\n3,\"\n5,6\n", "a|b / 1|x\n3, / 5|6"},
		{"ragged over lines", "a,b\n\"x\ny\"\n3,4\n", `a|b / fault:csv_quote|"x / y" / 3|4`},
		{"only a header", "a,b", "a|b"},
		{"lone carriage return in a cell", "a,b\n\"x\ry\",2\n", "a|b / x\ry|2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, read := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
				got, err := rows(newCSVTable(read(strings.NewReader(c.text)), ','))
				if err != nil {
					t.Fatal(err)
				}
				var lines []string
				for _, cells := range got {
					lines = append(lines, strings.Join(cells, "|"))
				}
				if s := strings.Join(lines, " / "); s != c.want {
					t.Errorf("got  %q\nwant %q", s, c.want)
				}
			}
		})
	}
}

// Whatever a table holds, written with any delimiter and in any encoding that can hold it, it reads back the same.
func TestCSVReadsBackAnyTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune(delimiters)).Draw(t, "delimiter")
		name := rapid.SampledFrom([]string{"utf-8", "utf-16le", "utf-16be", "gb18030", "windows-1252"}).Draw(t, "encoding")
		alphabet := rapid.SampledFrom([]rune("aZ09 \"'\n\r,;\t|=éüß€"))
		if name != "windows-1252" {
			alphabet = rapid.OneOf(alphabet, rapid.SampledFrom([]rune("屏幕碎了訂單ñ😀")))
		}
		width := rapid.IntRange(1, 6).Draw(t, "width")
		cell := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(alphabet, 0, 12).Draw(t, "cell")) })
		table := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 12).Draw(t, "table")
		text := writeCSV(t, table, delimiter, name)
		src, got, err := decoded(bytes.NewReader(text), name)
		if err != nil || got != name {
			t.Fatalf("decoded: %q, %v", got, err)
		}
		back, err := rows(newCSVTable(iotest.HalfReader(src), byte(delimiter)))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%q", back) != fmt.Sprintf("%q", table) {
			t.Fatalf("read back\n%q\nwritten\n%q\nas %q", back, table, text)
		}
	})
}

// writeCSV writes a table as the standard library does, every cell quoted that could be mistaken.
func writeCSV(t interface{ Fatal(...any) }, table [][]string, delimiter rune, name string) []byte {
	var out bytes.Buffer
	for _, cells := range table {
		for i, c := range cells {
			if i > 0 {
				out.WriteRune(delimiter)
			}
			if c == "" && len(cells) > 1 {
				continue
			}
			out.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
		}
		out.WriteString("\r\n")
	}
	return encoded(t, out.Bytes(), name)
}

func encoded(t interface{ Fatal(...any) }, text []byte, name string) []byte {
	e := encodings[name]
	if e == nil {
		return text
	}
	out, err := e.NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The standard library is the peer: where it reads a table without error, the same cells come out here.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"x;\"\"y\";2", "\"\"\n", "a,\"b\nc\",d\n", "a\r\rb\n", "\xff,\x00\n", "\"a\"b,c\n", "\n,\"\n\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		table := newCSVTable(iotest.HalfReader(bytes.NewReader(text)), ',')
		table.width(-1) // so that a row over several lines is not measured by an empty first one
		got, err := rows(table)
		if err != nil {
			t.Fatal(err)
		}
		peer := csv.NewReader(bytes.NewReader(text))
		peer.FieldsPerRecord = -1
		want, err := peer.ReadAll()
		if err != nil || bytes.Contains(text, []byte("\r")) {
			return // what both refuse, or read differently on purpose: carriage returns, lost quotes
		}
		// The peer passes over empty lines, which here are rows, so that rows keep their numbers.
		blank := func(cells []string) bool { return len(cells) == 1 && cells[0] == "" }
		got, want = slices.DeleteFunc(got, blank), slices.DeleteFunc(want, blank)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}
