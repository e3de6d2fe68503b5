package track

import (
	"strings"

	"recourse"
)

// legs tells for each checkpoint, oldest first, which leg the parcel is on; "" where nothing says so.
//
// A parcel is on a domestic leg while every place so far is in the country that it comes from; from the first checkpoint
// at a border on it is international: one in another country, one whose word is of customs or of a port, or one whose text
// tells of export, customs or an airline. It does not become domestic again. So what is delivered in China without having
// met a border has arrived at a warehouse, and can still be intercepted.
//
// Where the country that it comes from is not told, it is that of the number (postal numbers say it), else that of the first
// place, unless the parcel is bound for that very country: then nobody saw the beginning of the way, and nothing is told.
// A parcel that stays in one country by its own data meets no border, whatever its texts say.
func (s *story) legs() []recourse.Leg {
	legs := make([]recourse.Leg, len(s.checkpoints))
	from := s.origin()
	inland := s.from != "" && s.from == s.to
	crossed := false
	for i := range s.checkpoints {
		c := &s.checkpoints[i]
		sense, _ := senseOf(c.word)
		abroad := c.country != "" && from != "" && c.country != from
		if abroad || !inland && sense.status != "" && (sense.border || tellsBorder(c.text)) {
			crossed = true
		}
		switch {
		case crossed:
			legs[i] = recourse.International
		case sense.status != "" && (c.country != "" && c.country == from || inland):
			legs[i] = recourse.Domestic
		}
	}
	return legs
}

// origin is the country that the parcel comes from; "": not told.
func (s *story) origin() string {
	if s.from != "" {
		return s.from
	}
	if from := origin(s.number); from != "" {
		return from
	}
	for i := range s.checkpoints {
		if first := s.checkpoints[i].country; first != "" && first != s.to {
			return first
		} else if first != "" {
			break
		}
	}
	return ""
}

// borderWords are what carriers write when a parcel leaves a country or enters one. [M] A flight alone is none: parcels fly
// within China, too.
var borderWords = []string{
	"export", "customs", "airline", "linehaul", "line haul", "line-haul", "international transit", "international transport", "international hub", "international flight", "international shipping",
	"departed country", "left the country", "left origin country", "departed origin country", "arrived in destination country", "arrived at destination country",
	"outward office", "inward office", "douane", "zollabfertigung", "aduana", "dogana", "alfândega",
	"出口", "报关", "清关", "海关", "通关", "国际运输", "国际干线", "国际航班", "国际段", "离境", "出境", "进境", "入境", "航空公司", "境外", "目的国",
}

// notBorder are what carriers write of a warehouse or a facility that is named after the trade that it serves: the parcel is
// inland there.
var notBorder = []string{"export warehouse", "export facility", "export center", "export centre", "出口仓", "出口集货", "出口分拣"}

// tellsBorder says that a carrier's text tells of a border.
func tellsBorder(text string) bool {
	text = strings.ToLower(text)
	for _, w := range notBorder {
		text = strings.ReplaceAll(text, w, "")
	}
	for _, w := range borderWords {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
