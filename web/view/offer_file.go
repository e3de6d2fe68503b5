package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
	"recourse/store"
)

// OfferFile writes offers as a list that [intake.OpenOffers] reads again. No text of it is a formula to a spreadsheet.
type OfferFile struct {
	out  *csv.Writer
	head bool
}

// NewOfferFile begins a list.
func NewOfferFile(w io.Writer) *OfferFile { return &OfferFile{out: csv.NewWriter(w)} }

// Write adds offers.
func (f *OfferFile) Write(all []store.Offer) error {
	if !f.head {
		f.head = true
		if err := f.out.Write(intake.OfferNames()); err != nil {
			return err
		}
	}
	for i := range all {
		o := &all[i]
		price, size, stock, lead, weight := "", "", "", "", ""
		if o.Price.Minor > 0 {
			price, _, _ = strings.Cut(o.Price.String(), " ")
		}
		if o.SizeMM != (recourse.Size{}) {
			size = fmt.Sprintf("%d x %d x %d", o.SizeMM[0], o.SizeMM[1], o.SizeMM[2])
		}
		if o.Stock >= 0 {
			stock = strconv.Itoa(o.Stock)
		}
		if o.LeadDays > 0 {
			lead = strconv.Itoa(o.LeadDays)
		}
		if o.WeightG > 0 {
			weight = strconv.Itoa(o.WeightG)
		}
		if err := f.out.Write([]string{harmless(o.Supplier), harmless(o.SKU), harmless(o.Title), price, string(o.Price.Currency), stock, lead, weight, size, harmless(o.Line), harmless(o.URL), o.SeenAt.UTC().Format(time.RFC3339), "", ""}); err != nil {
			return err
		}
	}
	f.out.Flush()
	return f.out.Error()
}
