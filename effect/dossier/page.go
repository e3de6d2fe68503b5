package dossier

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
)

// A page of A4, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 18.0
	top                   = 20.0
	bottom                = 276.0
	column                = pageWidth - 2*margin
	point                 = 25.4 / 72 // millimetres in a point
	leading               = 1.5       // of a line, in heights of its letters
)

// pen writes blocks from the top of a page down, and begins another when it is full.
type pen struct {
	pdf    *fpdf.Fpdf
	y      float64
	widths map[letter]float64 // in thousandths of the size
	wide   map[int]bool       // widths of pictures, in pixels
	index  []indexed          // the sections, as the cover lists them
}

// indexed is where the cover has room for the page of a section, and where that begins.
type indexed struct {
	page   int
	y      float64
	begins int
}

type letter struct {
	r    rune
	bold bool
}

// Write writes the document as PDF 1.4 with its letters inside. The same document gives the same bytes.
func (d *Document) Write(w io.Writer) error {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(d.Made.UTC())
	pdf.SetModificationDate(d.Made.UTC())
	pdf.SetProducer("Recourse", true)
	pdf.SetTitle(d.Kind+" · "+d.Title, true)
	pdf.SetAuthor(d.Shop, true)
	pdf.SetLang(d.Lang)
	pdf.SetMargins(margin, top, margin)
	pdf.SetAutoPageBreak(false, 0)
	fonts(pdf, d.faces())
	p := &pen{pdf: pdf, widths: map[letter]float64{}, wide: map[int]bool{}}
	p.cover(d)
	for i := range d.Sections {
		p.section(&d.Sections[i], i)
	}
	p.pages()
	for page := range pdf.PageCount() {
		p.foot(d, page+1)
	}
	return pdf.Output(w)
}

// foot is at the bottom of every page, and is set when it is known how many there are.
func (p *pen) foot(d *Document, page int) {
	p.pdf.SetPage(page)
	p.pdf.SetFont(families[latin], "", 1) // what was set last was set on another page
	p.rule(283)
	p.put(margin, 287.5, strings.Join(nonEmpty(d.Shop, d.Kind, d.Reference), " · "), small)
	words := strings.NewReplacer("{page}", strconv.Itoa(page), "{pages}", strconv.Itoa(p.pdf.PageCount())).Replace(d.Page)
	p.put(pageWidth-margin-p.width(words, small), 287.5, words, small)
}

// Bytes is the document as Write writes it.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	err := d.Write(&b)
	return b.Bytes(), err
}

func nonEmpty(texts ...string) (out []string) {
	for _, s := range texts {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// faces are the families that the document needs.
func (d *Document) faces() (needed [nowhere]bool) {
	d.texts(func(s string) {
		for _, r := range s {
			if f := faceOf(r); r >= utf8.RuneSelf && f != nowhere {
				needed[f] = true
			}
		}
	})
	return needed
}

// texts gives every text of the document.
func (d *Document) texts(give func(string)) {
	facts := func(list []Fact) {
		for _, f := range list {
			give(f.Label)
			give(f.Value)
		}
	}
	for _, s := range []string{d.Shop, d.Kind, d.Title, d.Subtitle, d.Reference, d.Date, d.Asked.Label, d.Asked.Text, d.Page, d.Contents} {
		give(s)
	}
	facts(d.Facts)
	for _, s := range d.Sections {
		give(s.Title)
		for _, b := range s.Blocks {
			give(b.Text)
			give(b.Note)
			facts(b.Facts)
			b.more(give)
		}
	}
}

// more gives the texts of a table, a quote or photos.
func (b *Block) more(give func(string)) {
	if b.Table != nil {
		for _, c := range b.Table.Columns {
			give(c.Title)
		}
		for _, row := range b.Table.Rows {
			for _, cell := range row {
				give(cell)
			}
		}
	}
	if b.Quote != nil {
		give(b.Quote.Who)
		give(b.Quote.Text)
	}
	for _, ph := range b.Photos {
		give(ph.Title)
		give(ph.Sum)
		for _, s := range ph.Caption {
			give(s)
		}
	}
}

// use sets the letters of a family. Those of Asia have no bold letters: they are drawn with a line around.
func (p *pen) use(f face, s style) {
	weight := ""
	if s.bold && f == latin {
		weight = "B"
	}
	p.pdf.SetFont(families[f], weight, s.size)
	p.pdf.SetTextColor(s.color[0], s.color[1], s.color[2])
	if s.bold && f != latin {
		p.pdf.SetDrawColor(s.color[0], s.color[1], s.color[2])
		p.pdf.SetLineWidth(s.size * point * 0.03)
		p.pdf.SetTextRenderingMode(2)
	} else {
		p.pdf.SetTextRenderingMode(0)
	}
}

// width is the width of a text in millimetres.
func (p *pen) width(text string, s style) float64 {
	sum := 0.0
	for _, r := range text {
		l := letter{r, s.bold}
		w, known := p.widths[l]
		if !known {
			if f := faceOf(r); f != nowhere {
				p.use(f, s)
				w = float64(p.pdf.GetStringSymbolWidth(string(r)))
			}
			p.widths[l] = w
		}
		sum += w
	}
	return sum * s.size * point / 1000
}

// put sets a text of one line with its base line at y.
func (p *pen) put(x, y float64, text string, s style) {
	for _, r := range runs(printable(text)) {
		p.use(r.face, s)
		p.pdf.Text(x, y, r.text)
		x += p.width(r.text, s)
	}
	p.pdf.SetTextRenderingMode(0)
}

func (p *pen) lines(text string, most float64, s style) []string {
	return wrap(text, most, func(t string) float64 { return p.width(t, s) })
}

func height(s style) float64 { return s.size * point * leading }

// need begins another page when there is no room for so much.
func (p *pen) need(h float64) bool {
	if p.y+h <= bottom {
		return false
	}
	p.pdf.AddPage()
	p.y = top
	return true
}

// text sets a paragraph, over several pages where it is long.
func (p *pen) text(x, most float64, text string, s style) {
	for _, line := range p.lines(text, most, s) {
		p.need(height(s))
		p.put(x, p.y+s.size*point, line, s)
		p.y += height(s)
	}
}

// rule draws a thin line across the column.
func (p *pen) rule(y float64) {
	p.pdf.SetDrawColor(205, 210, 216)
	p.pdf.SetLineWidth(0.2)
	p.pdf.Line(margin, y, pageWidth-margin, y)
}
