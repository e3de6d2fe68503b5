package mail

import (
	"cmp"
	netmail "net/mail"
	"slices"
	"strings"

	"recourse"
	"recourse/effect"
	"recourse/store"
)

// partyOf is whom an act is told to: a message says so, and every request goes to the agent.
func partyOf(t *effect.Task) recourse.Party {
	if t.Kind == recourse.EffectMessage {
		return t.To
	}
	return cmp.Or(t.To, recourse.PartyAgent)
}

// mostRecipients bounds to how many people one letter goes.
const mostRecipients = 5

// recipient finds whom a letter goes to, and in which language they read: no_address when nobody is known.
func (o *Office) recipient(tx *store.Tx, t *effect.Task) (r recipient, err error) {
	r.party = partyOf(t)
	switch r.party {
	case recourse.PartyBuyer:
		if b := t.File.Order.Buyer; b != nil {
			r.lang = b.Locale
			r.add(b.Name, b.Email)
		}
	case recourse.PartyMerchant:
		r.lang = t.Connection.Setting("language", "")
		r.add(t.Shop, cmp.Or(t.Connection.Setting("merchant_to", ""), fromOf(t.Connection).Address))
	case recourse.PartySupplier:
		err = r.supplier(tx, t)
	case recourse.PartyAgent:
		err = r.agent(tx, t.Merchant)
	}
	if err == nil && len(r.to) == 0 {
		err = errNoAddress
	}
	return r, err
}

func (r *recipient) add(name, address string) {
	a, err := netmail.ParseAddress(strings.TrimSpace(address))
	if err != nil || len(r.to) >= mostRecipients || strings.ContainsAny(a.Address, "\r\n<> ") {
		return
	}
	r.to = append(r.to, netmail.Address{Name: cmp.Or(name, a.Name), Address: a.Address})
}

// supplier are the people of the supplier who may come in, as the merchant entered them.
func (r *recipient) supplier(tx *store.Tx, t *effect.Task) error {
	name := supplierOf(t)
	r.lang = t.Connection.Setting("supplier_language", "zh")
	if name == "" {
		return nil
	}
	names, err := tx.SupplierNames(t.Merchant, name)
	if err != nil {
		return err
	}
	people, err := tx.People(t.Merchant)
	for i := range people {
		p := &people[i]
		if slices.Contains(names, p.Supplier) && p.DisabledAt.IsZero() {
			if len(r.to) == 0 && p.Language != "" {
				r.lang = p.Language
			}
			r.add(p.Name, p.Email)
		}
	}
	return err
}

// supplierOf is the supplier that an act is about.
func supplierOf(t *effect.Task) string {
	if t.Supplier != "" {
		return t.Supplier
	}
	if p := t.File.Purchase(t.Purchase); p != nil {
		return p.Supplier
	}
	if c := t.File.Case(t.Case); c != nil {
		return t.File.SupplierOf(c)
	}
	return ""
}

// agent is the address that the agent's connection names.
func (r *recipient) agent(tx *store.Tx, merchant string) error {
	all, err := tx.Connections(merchant)
	for i := range all {
		c := &all[i]
		if c.Kind == "dsers" && c.Status == recourse.ConnectionActive && len(r.to) == 0 {
			r.lang = c.Setting("language", "en")
			r.add(c.Name, c.Setting("email", ""))
		}
	}
	return err
}
