package dossier

import (
	_ "embed"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
)

// DejaVu Sans has the letters of Europe, the Near East and most signs; Droid Sans Fallback those of China and Japan and
// nothing else, not even a blank; Nanum Square those of Korea. All may be embedded: see the licences beside them.
var (
	//go:embed fonts/DejaVuSans.ttf
	latinFile []byte
	//go:embed fonts/DejaVuSans-Bold.ttf
	boldFile []byte
	//go:embed fonts/DroidSansFallbackFull.ttf
	hanFile []byte
	//go:embed fonts/NanumSquareR.ttf
	hangulFile []byte
)

// face is a family of letters.
type face int

const (
	latin face = iota
	han
	hangul
	nowhere // no family has it
)

var families = [...]string{latin: "sans", han: "han", hangul: "hangul"}

// missing stands for a character that no family has, so that a reader sees that there was one.
const missing = '□'

// covered are the characters that each family has, of those that PDF can name by two bytes.
var covered = sync.OnceValue(func() *[nowhere][0x10000]bool {
	var has [nowhere][0x10000]bool
	for f, file := range [...][]byte{latin: latinFile, han: hanFile, hangul: hangulFile} {
		parsed, err := sfnt.Parse(file)
		if err != nil { // unreachable: the files are part of the program
			continue
		}
		var b sfnt.Buffer
		for r := rune(' '); r < 0x10000; r++ {
			i, err := parsed.GlyphIndex(&b, r)
			has[f][r] = err == nil && i != 0
		}
	}
	return &has
})

// faceOf is the family that has a character.
func faceOf(r rune) face {
	has := covered()
	switch {
	case r < ' ' || r >= 0x10000:
		return nowhere
	case has[latin][r]:
		return latin
	case has[han][r]:
		return han
	case has[hangul][r]:
		return hangul
	}
	return nowhere
}

// style is how letters look.
type style struct {
	size  float64 // in points
	bold  bool
	color [3]int
}

// The styles of a document.
var (
	ink   = [3]int{28, 32, 38}
	grey  = [3]int{98, 106, 116}
	blue  = [3]int{24, 84, 130}
	body  = style{size: 9.5, color: ink}
	small = style{size: 7.5, color: grey}
	tiny  = style{size: 6.5, color: grey}
	sum   = style{size: 5.7, color: grey} // a checksum of 64 figures fits below a photo
	label = style{size: 8, color: grey}
	bold  = style{size: 9.5, bold: true, color: ink}
	head  = style{size: 13, bold: true, color: blue}
	title = style{size: 21, bold: true, color: ink}
	lead  = style{size: 11.5, color: ink}
)

// fonts gives a PDF its letters. Those of Asia are large, and are left out where none is needed.
func fonts(pdf *fpdf.Fpdf, needed [nowhere]bool) {
	pdf.AddUTF8FontFromBytes(families[latin], "", latinFile)
	pdf.AddUTF8FontFromBytes(families[latin], "B", boldFile)
	if needed[han] {
		pdf.AddUTF8FontFromBytes(families[han], "", hanFile)
	}
	if needed[hangul] {
		pdf.AddUTF8FontFromBytes(families[hangul], "", hangulFile)
	}
}
