package desk

import (
	"context"

	"recourse"
	"recourse/insight"
	"recourse/store"
)

// Erasure is what goes when the buyer of an order is erased. All else stays: what was decided and why, the money, the
// goods, the country; and the history still proves itself.
type Erasure struct {
	Fields  int // names, addresses, and whatever people wrote: messages, notes, reasons, edited drafts
	Files   int // photos and videos
	Uploads int // files on their way, or just come
	Links   int // to the buyer's page, that would still let in
	Said    int // deliveries of other systems, as they came
	Letters int // mails that were written for it
	Answers int // what systems answered that are told about it
	Open    int // cases that are open: without an address nobody can be written to
}

// Nothing says that there is nothing left to erase.
func (e Erasure) Nothing() bool {
	return e.Fields+e.Files+e.Uploads+e.Links+e.Said+e.Letters+e.Answers == 0
}

// Erasable is what would go if the buyer of an order were erased: order_unknown, of kind [recourse.NotFound], when the
// merchant has none of that id.
func (d *Desk) Erasable(ctx context.Context, merchant, order string) (e Erasure, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		e, err = d.erasable(tx, store.Key{Merchant: merchant, Order: order})
		return err
	})
	return e, err
}

func (d *Desk) erasable(tx *store.Tx, k store.Key) (e Erasure, err error) {
	files, err := tx.Files([]store.Key{k})
	if err != nil {
		return e, err
	}
	f := files[k]
	if f.Version == 0 {
		return e, &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: "there is no order " + recourse.Shorten(k.Order, 60)}
	}
	for _, c := range f.OrderFile.Cases {
		if c.Status == recourse.Open {
			e.Open++
		}
	}
	personal, err := tx.Personal([]store.Key{k})
	if err != nil {
		return e, err
	}
	if p := personal[k]; p != nil {
		e.Fields = len(p.Fields)
	}
	photos, err := tx.EvidenceOfOrder(k)
	if err != nil {
		return e, err
	}
	e.Files = len(photos)
	links, err := tx.LinksOf(k.Merchant, k.Order)
	if err != nil {
		return e, err
	}
	now := d.clock()
	for i := range links {
		if links[i].Live(now) {
			e.Links++
		}
	}
	if e.Said, err = tx.CountDeliveries(k); err != nil {
		return e, err
	}
	if e.Letters, e.Answers, err = tx.CountLetters(k); err != nil {
		return e, err
	}
	e.Uploads, err = tx.Uploads(k)
	return e, err
}

// Erase erases the buyer of an order, everywhere at once, in the name of somebody, and says what went: the personal
// fields, the words that it was found by, the photos and videos, files under way, links to the buyer's page, what other
// systems delivered about it, and the number that stood for the buyer in the figures. It cannot be taken back. That it was
// done, by whom and when, is kept.
func (d *Desk) Erase(ctx context.Context, merchant, order, by string) (gone Erasure, err error) {
	k, now := store.Key{Merchant: merchant, Order: order}, d.clock()
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil { // two at once would take the buyer from the figures twice
			return err
		}
		if gone, err = d.erasable(tx, k); err != nil {
			return err
		}
		files, err := tx.Files([]store.Key{k})
		if err != nil {
			return err
		}
		personal, err := tx.Personal([]store.Key{k})
		if err != nil {
			return err
		}
		m, err := tx.MerchantOnce(merchant)
		if err != nil {
			return err
		}
		if err := tx.AddInsight(merchant, insight.Encode(insight.Diff(buyerOf(files[k].OrderFile, personal[k], m.Salt), nil))); err != nil {
			return err
		}
		if err := tx.Erase(k, now); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: by, What: store.AuditErased, About: order})
	})
	return gone, err
}
