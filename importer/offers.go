package importer

import (
	"context"
	"strings"

	"recourse/desk"
	"recourse/intake"
	"recourse/store"
)

// OffersRead is what came of reading a list of offers.
type OffersRead struct {
	Rows     int `json:"rows"`
	New      int `json:"new"`
	Rejected int `json:"rejected"`
	Tied     int `json:"tied"`
}

// offersAtOnce is how many offers are kept in one transaction.
const offersAtOnce = 1000

// ReadOffers keeps the offers of a list, and ties those that it says stand for an item. What is no offer is given to reject and
// stops none of the others.
func ReadOffers(ctx context.Context, d *desk.Desk, merchant string, list *intake.OfferList, source string, reject func(*intake.Reject) error) (sum OffersRead, err error) {
	var batch []store.Offer
	var ties []intake.OfferRow
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		added, err := d.PutOffers(ctx, merchant, batch)
		if err != nil {
			return err
		}
		sum.New += added
		n, err := tie(ctx, d, merchant, batch, ties, source)
		sum.Tied += n
		batch, ties = batch[:0], ties[:0]
		return err
	}
	err = list.All(func(row intake.OfferRow, bad *intake.Reject) error {
		if bad != nil {
			sum.Rejected++
			return reject(bad)
		}
		sum.Rows++
		batch, ties = append(batch, OfferOf(row, source)), append(ties, row)
		if len(batch) >= offersAtOnce {
			return flush()
		}
		return ctx.Err()
	})
	if err == nil {
		err = flush()
	}
	return sum, err
}

// OfferOf is a row of a list as an offer that is kept.
func OfferOf(row intake.OfferRow, source string) store.Offer {
	o := store.Offer{Offer: row.Offer, Title: row.Title, Line: row.Line, URL: row.URL, SeenAt: row.SeenAt, Source: source}
	o.Same = false
	if !row.StockTold {
		o.Stock = store.StockUnknown
	}
	return o
}

func tie(ctx context.Context, d *desk.Desk, merchant string, batch []store.Offer, rows []intake.OfferRow, source string) (tied int, err error) {
	err = d.Store().Write(ctx, func(tx *store.Tx) error {
		tied = 0
		for i, row := range rows {
			if row.For == "" {
				continue
			}
			link := "similar"
			if row.Same || strings.EqualFold(row.For, row.SKU) { // an item does not stand in for itself: it is the same
				link = "same"
			}
			tied++
			if err := tx.PutSubstitute(merchant, store.Substitute{SKU: row.For, Offer: batch[i].Number, Link: link, At: d.Now(), By: source}); err != nil {
				return err
			}
		}
		return nil
	})
	return tied, err
}
