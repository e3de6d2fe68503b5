package desk

import (
	"context"
	"strings"

	"recourse"
	"recourse/search"
	"recourse/store"
)

// Buyer says which orders of a shop are meant: by their numbers, by the shop's own ids, by a mail address, or all of them.
type Buyer struct {
	Channel string // the shop: refs are its own, and all are those that it told
	Email   string
	Orders  []string
	Refs    []string
	All     bool
}

// maxOfBuyer bounds the orders of one buyer that are looked for by the mail address.
const maxOfBuyer = 1000

// OrdersOf are the numbers of the orders that are meant, as far as they are known.
func (d *Desk) OrdersOf(ctx context.Context, merchant string, b Buyer) ([]string, error) {
	var out []string
	seen := map[string]bool{"": true}
	add := func(order string) {
		if !seen[order] {
			seen[order] = true
			out = append(out, order)
		}
	}
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		keys := make([]store.Key, len(b.Orders))
		for i, o := range b.Orders {
			keys[i] = store.Key{Merchant: merchant, Order: o}
		}
		files, err := tx.Files(keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if files[k].Version > 0 {
				add(k.Order)
			}
		}
		var refs []store.Ref
		for _, r := range b.Refs {
			refs = append(refs, ShopRef(b.Channel, r))
		}
		found, err := tx.FindOrders(merchant, refs)
		if err != nil {
			return err
		}
		for _, r := range refs {
			add(found[r])
		}
		mine, err := ordersByMail(tx, merchant, b.Email)
		for _, o := range mine {
			add(o)
		}
		return err
	})
	if err != nil || !b.All {
		return out, err
	}
	all, err := d.ordersOfChannel(ctx, merchant, b.Channel)
	for _, o := range all {
		add(o)
	}
	return out, err
}

// ordersByMail are the orders whose buyer has a mail address, by the index of words, and among those that are not in it yet.
func ordersByMail(tx *store.Tx, merchant, email string) ([]string, error) {
	if email == "" {
		return nil, nil
	}
	orders, err := tx.Search(merchant, search.Ask(email).Terms, false, maxOfBuyer)
	if err != nil {
		return nil, err
	}
	fresh, err := tx.Reworded(merchant, maxOfBuyer)
	if err != nil {
		return nil, err
	}
	var keys []store.Key
	for _, o := range orders {
		keys = append(keys, store.Key{Merchant: merchant, Order: o})
	}
	for _, t := range fresh {
		keys = append(keys, t.Key)
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	personal, err := tx.Personal(keys)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, k := range keys {
		p, f := personal[k], files[k].OrderFile
		if p != nil && f != nil && f.Order.Buyer != nil && strings.EqualFold(p.Fields.Reveal(f.Order.Buyer.Email), email) {
			out = append(out, k.Order)
		}
	}
	return out, nil
}

// ordersOfChannel are all orders that a shop told.
func (d *Desk) ordersOfChannel(ctx context.Context, merchant, channel string) (out []string, err error) {
	for after := ""; ; {
		var keys []store.Key
		err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
			if keys, err = tx.Keys(merchant, after, verifyAtOnce); err != nil {
				return err
			}
			files, err := tx.Files(keys)
			for _, k := range keys {
				if f := files[k].OrderFile; f != nil && f.Order.Channel == channel {
					out = append(out, k.Order)
				}
			}
			return err
		})
		if err != nil || len(keys) == 0 {
			return out, err
		}
		after = keys[len(keys)-1].Order
	}
}

// BuyerData is what is kept of the buyer of one order, for the buyer to read.
type BuyerData struct {
	File     *recourse.OrderFile `json:"order"`
	Values   []string            `json:"values"`   // every personal value that is kept: names, addresses, words that were written
	Evidence []store.Evidence    `json:"evidence"` // photos and videos that were handed in
}

// DataOf is what is kept of the buyer of an order: order_unknown, of kind [recourse.NotFound], when there is none.
func (d *Desk) DataOf(ctx context.Context, merchant, order string) (out BuyerData, err error) {
	k := store.Key{Merchant: merchant, Order: order}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		files, err := tx.Files([]store.Key{k})
		if err != nil {
			return err
		}
		f := files[k]
		if f.Version == 0 {
			return &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: "there is no order " + recourse.Shorten(order, 60)}
		}
		personal, err := tx.Personal([]store.Key{k})
		if err != nil {
			return err
		}
		out.File = f.OrderFile
		if p := personal[k]; p != nil {
			out.File = p.Fields.RevealFile(f.OrderFile)
			for _, v := range p.Fields {
				out.Values = append(out.Values, v)
			}
		}
		out.Evidence, err = tx.EvidenceOfOrder(k)
		return err
	})
	return out, err
}
