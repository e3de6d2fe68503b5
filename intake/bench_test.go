package intake

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// olistHeader is the real book's header.
const olistHeader = "order_number,order_status,placed_at,approved_at,line,sku,category,quantity,unit_price,freight,currency,supplier,ship_by,shipped_at," +
	"delivered_at,promised_at,buyer_id,buyer_city,buyer_region,country,weight_g,length_cm,height_cm,width_cm,review_score,review_at,review_text\n"

// syntheticBook writes rows of the real book's shape as they are asked for, so that the book itself takes no
// memory: every eighth order has two lines, every third row a review, every 16th order was cancelled. A row is a
// template with its digits counted on, so that writing it costs little beside reading it.
type syntheticBook struct {
	rows, at int
	order    int
	line     int
	rest     []byte
	text     [3][]byte // without a review, with one, of a cancelled order
}

func newSyntheticBook(rows int) *syntheticBook {
	const row = "00000000000000000000000000000000,%s,2017-03-04 05:06:07,2017-03-04 06:06:07,1,10000000000000000000000000000000,furniture_decor,1,89.90,31.67,BRL," +
		"20000000000000000000000000000000,2017-03-10 05:06:07,2017-03-08 15:16:17,2017-03-15 11:12:13,2017-03-28 00:00:00,30000000000000000000000000000000,sao paulo,SP,BR,1400,32,6,28,4,2017-03-16 00:00:00,%s\n"
	review := strings.Repeat("Produto chegou antes do prazo, recomendo a todos os amigos. ", 3)
	s := &syntheticBook{rows: rows, rest: []byte(olistHeader)}
	s.text = [3][]byte{fmt.Appendf(nil, row, "delivered", ""), fmt.Appendf(nil, row, "delivered", `"`+review+`"`), fmt.Appendf(nil, row, "canceled", "")}
	return s
}

func (s *syntheticBook) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(s.rest) == 0 {
			if s.at == s.rows {
				break
			}
			s.rest = s.row()
		}
		c := copy(p[n:], s.rest)
		s.rest = s.rest[c:]
		n += c
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (s *syntheticBook) row() []byte {
	s.at++
	if s.line == 1 && s.order%8 == 0 {
		s.line = 2
	} else {
		s.line, s.order = 1, s.order+1
	}
	text := s.text[0]
	switch {
	case s.order%16 == 0:
		text = s.text[2]
	case s.at%3 == 0:
		text = s.text[1]
	}
	write := func(at, digits, n int) {
		for ; digits > 0; digits, n = digits-1, n/10 {
			text[at+digits-1] = byte('0' + n%10)
		}
	}
	from := bytes.IndexByte(text[33:], ',') + 34 // behind the status
	write(0, 32, s.order)
	write(from+17, 2, s.order%60) // the second it was placed
	write(from+20+17, 2, s.order%60)
	text[from+40] = byte('0' + s.line)
	write(from+42+1, 31, s.order%30_000) // sku
	write(from+42+33+16+2, 2, s.order%90+10)
	supplier := bytes.Index(text, []byte(",BRL,")) + 5
	write(supplier+1, 31, s.order%900)
	write(supplier+33+17, 2, s.order%60)
	return text
}

// BenchmarkParse reads a million rows, a CSV of 400 MB, into events. The floor set for it is 150,000 rows/s and
// less than 100 MiB.
func BenchmarkParse(b *testing.B) {
	const rows = 1_000_000
	p := exampleProfile(b, "olist.yaml")
	b.Run("memory", func(b *testing.B) {
		text, err := io.ReadAll(newSyntheticBook(rows / 10))
		if err != nil {
			b.Fatal(err)
		}
		benchmarkParse(b, p, rows/10, func() io.Reader { return bytes.NewReader(text) })
	})
	b.Run("million", func(b *testing.B) { benchmarkParse(b, p, rows, func() io.Reader { return newSyntheticBook(rows) }) })
}

func benchmarkParse(b *testing.B, p *Profile, rows int, open func() io.Reader) {
	b.ReportAllocs()
	for b.Loop() {
		book := mustOpen(b, open(), Options{Profile: p})
		for _, err := range book.All(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
		}
		if s := book.Summary(); s.Rows != rows || s.Rejected > 0 {
			b.Fatalf("%+v", s)
		}
	}
	report(b, rows)
}

// report tells the rows a second, and all the memory that the process ever took from the system.
func report(b *testing.B, rows int) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
}
