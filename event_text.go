package recourse

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// checkTexts refuses texts that are too long for anybody to have written, and those that some database or page cannot
// hold: a fact that was taken in can always be kept and shown.
func (e *Event) checkTexts() error {
	if err := e.checkNames(); err != nil {
		return err
	}
	for _, t := range []text{{"place", e.Place}, {"text", e.Text}, {"reason", e.Reason}, {"kind", e.Kind}, {"problem", e.Problem}} {
		if err := t.check(maxText); err != nil {
			return err
		}
	}
	if e.Customs != nil {
		if err := check("customs", maxText, e.Customs.Asks, e.Customs.By, e.Customs.WhoPays); err != nil {
			return err
		}
	}
	return e.checkPeople()
}

// checkNames checks what names things: they stand in keys, where they must not be long.
func (e *Event) checkNames() error {
	names := []text{
		{"id", e.ID}, {"source", e.Source}, {"order", e.Order}, {"purchase", e.Purchase}, {"parcel", e.Parcel}, {"case", e.Case}, {"effect", e.Effect},
		{"channel", e.Channel}, {"supplier", e.Supplier}, {"carrier", e.Carrier}, {"tracking", e.Tracking}, {"ship_from", e.ShipFrom},
		{"file", e.File}, {"person", e.Person}, {"ref", e.Ref}, {"sku", e.SKU},
	}
	if e.Payment != nil {
		names = append(names, text{"payment", e.Payment.Provider}, text{"payment", e.Payment.ID})
	}
	if len(e.Mentions) > maxMentions {
		return &Error{Kind: TooLarge, Code: "event_mentions", Field: "mentions", Message: fmt.Sprintf("more than %d persons are mentioned", maxMentions)}
	}
	for _, m := range e.Mentions {
		names = append(names, text{"mentions", m})
	}
	for _, t := range names {
		if err := t.check(maxID); err != nil {
			return err
		}
		if strings.ContainsFunc(t.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return invalid("event_text", t.field, "%s has a control character: %q", t.field, Shorten(t.text, 40))
		}
	}
	return nil
}

func (e *Event) checkPeople() error {
	if b := e.Buyer; b != nil {
		if err := check("buyer", maxID, b.Name, b.Email, b.Locale); err != nil {
			return err
		}
	}
	if a := e.ShipTo; a != nil {
		if err := check("ship_to", maxID, a.Country, a.Region, a.City, a.Postcode, a.Street, a.Name, a.Phone, a.TaxID); err != nil {
			return err
		}
	}
	for i := range e.Items {
		if err := check(fmt.Sprintf("lines[%d]", i), maxText, e.Items[i].SKU, e.Items[i].Title, e.Items[i].Ref, e.Items[i].Product); err != nil {
			return err
		}
	}
	for i := range e.Offers {
		if err := check(fmt.Sprintf("offers[%d]", i), maxID, e.Offers[i].Supplier, e.Offers[i].SKU); err != nil {
			return err
		}
	}
	return nil
}

// text is a text with the field that it stands in.
type text struct{ field, text string }

func check(field string, most int, texts ...string) error {
	for _, s := range texts {
		if err := (text{field, s}).check(most); err != nil {
			return err
		}
	}
	return nil
}

func (t text) check(most int) error {
	switch {
	case len(t.text) > most:
		return &Error{Kind: TooLarge, Code: "event_text", Field: t.field, Message: fmt.Sprintf("%s has %d bytes, %d are the most", t.field, len(t.text), most)}
	case !utf8.ValidString(t.text):
		return invalid("event_text", t.field, "%s is not a text in UTF-8", t.field)
	case strings.IndexByte(t.text, 0) >= 0:
		return invalid("event_text", t.field, "%s has a zero character", t.field)
	}
	return nil
}
