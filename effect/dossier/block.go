package dossier

import (
	"bytes"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// This file sets the parts of a document.

// cover is the first page: who asks what of whom, and about which purchase.
func (p *pen) cover(d *Document) {
	p.pdf.AddPage()
	p.y = top
	p.put(margin, p.y+lead.size*point, d.Shop, style{size: lead.size, bold: true, color: blue})
	p.put(pageWidth-margin-p.width(printable(d.Date), label), p.y+lead.size*point, d.Date, label)
	p.y += 10
	p.rule(p.y)
	p.y += 16
	p.text(margin, column, d.Kind, style{size: lead.size, color: grey})
	p.y++
	p.text(margin, column, d.Title, title)
	p.text(margin, column, d.Subtitle, style{size: 15, color: ink})
	p.y += 6
	p.asked(&d.Asked)
	p.facts(d.Facts)
	p.contents(d)
}

// contents lists the sections. Their pages are filled in when they are known.
func (p *pen) contents(d *Document) {
	if d.Contents == "" {
		return
	}
	p.y += 5
	p.need(height(label) + float64(len(d.Sections))*height(body))
	p.text(margin, column, d.Contents, label)
	p.y++
	for i := range d.Sections {
		p.put(margin, p.y+body.size*point, numbered(d, i), body)
		p.index = append(p.index, indexed{page: p.pdf.PageNo(), y: p.y + body.size*point})
		p.y += height(body)
	}
}

// numbered is the title of a section with its number, where the sections are listed.
func numbered(d *Document, i int) string { return strconv.Itoa(i+1) + ". " + d.Sections[i].Title }

// pages fills in where each section begins.
func (p *pen) pages() {
	for _, x := range p.index {
		p.pdf.SetPage(x.page)
		p.pdf.SetFont(families[latin], "", 1) // what was set last was set on another page
		page := strconv.Itoa(x.begins)
		p.put(pageWidth-margin-p.width(page, body), x.y, page, body)
	}
}

// asked is the box with what the document is for.
func (p *pen) asked(a *Asked) {
	if a.Text == "" {
		return
	}
	const pad = 5.0
	lines := p.lines(a.Text, column-2*pad, lead)
	h := 2*pad + height(label) + 1 + float64(len(lines))*height(lead)
	p.need(h)
	p.pdf.SetFillColor(236, 243, 248)
	p.pdf.Rect(margin, p.y, column, h, "F")
	p.pdf.SetFillColor(blue[0], blue[1], blue[2])
	p.pdf.Rect(margin, p.y, 1, h, "F")
	y := p.y + pad
	p.put(margin+pad, y+label.size*point, a.Label, label)
	y += height(label) + 1
	for _, line := range lines {
		p.put(margin+pad, y+lead.size*point, line, lead)
		y += height(lead)
	}
	p.y += h + 8
}

func (p *pen) section(s *Section, i int) {
	title := s.Title
	p.y += 8
	p.need(34 + max(p.firstPhotos(s), firstFacts(s))) // a heading stands with something below it
	p.use(latin, head)
	if i < len(p.index) {
		p.index[i].begins = p.pdf.PageNo()
		title = strconv.Itoa(i+1) + ". " + title
	}
	p.pdf.Bookmark(printable(title), 0, p.y)
	p.text(margin, column, title, head)
	p.y++
	p.rule(p.y)
	p.y += 4
	for i := range s.Blocks {
		p.block(&s.Blocks[i])
	}
}

// firstFacts is how much room the facts want that a section begins with, so that none of them stands alone on the next page.
func firstFacts(s *Section) float64 {
	if len(s.Blocks) == 0 {
		return 0
	}
	return min(float64(len(s.Blocks[0].Facts))*(height(body)+1.2), 90)
}

// firstPhotos is how much room the first row of photos wants, where a section begins with photos.
func (p *pen) firstPhotos(s *Section) (most float64) {
	for i := range min(2, len(s.Blocks)) {
		for j := range min(2, len(s.Blocks[i].Photos)) {
			most = max(most, p.photo(&s.Blocks[i].Photos[j], 0, false))
		}
	}
	return most
}

func (p *pen) block(b *Block) {
	switch {
	case b.Text != "":
		p.text(margin, column, b.Text, body)
		p.y += 3
	case b.Note != "":
		p.text(margin, column, b.Note, small)
		p.y += 3
	case b.Facts != nil:
		p.facts(b.Facts)
		p.y += 3
	case b.Table != nil:
		p.table(b.Table)
		p.y += 4
	case b.Quote != nil:
		p.quote(b.Quote)
		p.y += 3
	case b.Photos != nil:
		p.grid(b.Photos)
	}
}

// facts are names on the left and values on the right.
func (p *pen) facts(list []Fact) {
	const left = 46.0
	for _, f := range list {
		names := p.lines(f.Label, left-4, label)
		s := body
		if f.Sum {
			s.size = 8.5
		}
		values := p.lines(f.Value, column-left, s)
		p.need(float64(min(len(values), 3)) * height(body))
		for i, line := range names {
			p.put(margin, p.y+body.size*point+float64(i)*height(label), line, label)
		}
		from := p.y
		for i, line := range values {
			if p.need(height(body)) {
				from = p.y - float64(i)*height(body)
			}
			p.put(margin+left, p.y+body.size*point, line, s)
			p.y += height(body)
		}
		p.y = max(p.y, from+float64(len(names))*height(label)) + 1.2
	}
}

// quote is what somebody said, beside a bar.
func (p *pen) quote(q *Quote) {
	const in = 4.0
	p.need(height(label) + 2*height(body))
	bar := func(from float64) {
		p.pdf.SetFillColor(205, 210, 216)
		p.pdf.Rect(margin, from, 0.8, p.y-from, "F")
	}
	from := p.y
	p.text(margin+in, column-in, q.Who, label)
	for _, line := range p.lines(q.Text, column-in, body) {
		if p.y+height(body) > bottom {
			bar(from)
			p.need(height(body))
			from = p.y
		}
		p.put(margin+in, p.y+body.size*point, line, body)
		p.y += height(body)
	}
	bar(from)
}

// table sets rows under headings, which stand again on every page.
func (p *pen) table(t *Table) {
	p.need(24)
	p.heading(t)
	for _, row := range t.Rows {
		cells, h := p.cells(t, row)
		if p.need(min(h, 60)) {
			p.heading(t)
		}
		p.row(t, cells)
		p.y += 0.8
		p.rule(p.y)
		p.y += 0.8
	}
}

func (p *pen) heading(t *Table) {
	p.columns(t, func(i int, x, w float64) {
		p.put(x, p.y+label.size*point, t.Columns[i].Title, style{size: label.size, bold: true, color: grey})
	})
	p.y += height(label) + 0.8
	p.rule(p.y)
	p.y += 0.8
}

// columns gives each column with where it begins and how wide its texts may be.
func (p *pen) columns(t *Table, give func(i int, x, w float64)) {
	x := margin
	for i, c := range t.Columns {
		give(i, x, c.Share*column-3)
		x += c.Share * column
	}
}

func (c *Column) style() style {
	if c.Small {
		return tiny
	}
	return style{size: 8.5, color: ink}
}

// cells are the lines of each cell of a row, and how high all of it is.
func (p *pen) cells(t *Table, row []string) (cells [][]string, most float64) {
	p.columns(t, func(i int, _, w float64) {
		s := t.Columns[i].style()
		var lines []string
		if i < len(row) {
			lines = p.lines(row[i], w, s)
		}
		cells = append(cells, lines)
		most = max(most, float64(len(lines))*height(style{size: 8.5}))
	})
	return cells, most
}

// row sets a row, line by line, so that a long one can go on on the next page.
func (p *pen) row(t *Table, cells [][]string) {
	h := height(style{size: 8.5})
	for n := 0; ; n++ {
		more := false
		for _, lines := range cells {
			more = more || n < len(lines)
		}
		if !more {
			return
		}
		if p.need(h) {
			p.heading(t)
		}
		p.columns(t, func(i int, x, _ float64) {
			if n < len(cells[i]) {
				p.put(x, p.y+8.5*point, cells[i][n], t.Columns[i].style())
			}
		})
		p.y += h
	}
}

// Photos stand in two columns, each in a square at most.
const (
	gap    = 6.0
	square = (column - gap) / 2
)

func (p *pen) grid(photos []Photo) {
	for i := 0; i < len(photos); i += 2 {
		pair := photos[i:min(i+2, len(photos))]
		most := 0.0
		for j := range pair {
			most = max(most, p.photo(&pair[j], 0, false))
		}
		p.need(most)
		for j := range pair {
			p.photo(&pair[j], margin+float64(j)*(square+gap), true)
		}
		p.y += most + 5
	}
}

// photo sets a picture and what is known of it, or says how much room they take.
func (p *pen) photo(ph *Photo, x float64, set bool) float64 {
	y := p.y
	if w, h, name := p.load(ph); h > 0 {
		if set {
			p.pdf.ImageOptions(name, x, y, w, h, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
		}
		y += h + 2
	}
	line := func(text string, s style) {
		for _, l := range p.lines(text, square, s) {
			if set {
				p.put(x, y+s.size*point, l, s)
			}
			y += height(s)
		}
	}
	line(ph.Title, style{size: 8.5, bold: true, color: ink})
	for _, c := range ph.Caption {
		line(c, small)
	}
	if ph.Sum != "" {
		line("SHA-256", small)
		line(ph.Sum, sum)
	}
	return y - p.y
}

// load makes a picture known to the PDF, once, and says how large it is shown.
func (p *pen) load(ph *Photo) (w, h float64, name string) {
	if ph.JPEG == nil {
		return 0, 0, ""
	}
	name = sumOf(ph.JPEG)
	info := p.pdf.GetImageInfo(name)
	if info == nil {
		info = p.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(apart(ph.JPEG, p.wide)))
	}
	if info == nil || info.Width() <= 0 || info.Height() <= 0 {
		return 0, 0, ""
	}
	w, h = square, square*info.Height()/info.Width()
	if h > square {
		w, h = w*square/h, square
	}
	return w, h, name
}
