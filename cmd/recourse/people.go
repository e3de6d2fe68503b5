package main

import (
	"context"
	"net/url"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// wayIn is the link that a server prints: it makes the first owner where there are no people yet, and signs an owner in
// otherwise.
func (o *office) wayIn(ctx context.Context, accounts *account.Accounts, base string) (link, about string, err error) {
	people, err := accounts.People(ctx, o.merchant)
	if err != nil {
		return "", "", err
	}
	if len(people) == 0 {
		secret, err := accounts.SetupLink(ctx, o.merchant)
		return strings.TrimSuffix(base, "/") + "/setup/" + url.PathEscape(secret), "makes the owner, once, within a week", err
	}
	for _, p := range people {
		if account.Role(p.Role) == account.Owner && p.DisabledAt.IsZero() {
			secret, err := accounts.Link(ctx, o.merchant, p.ID, linkFor)
			return signIn(base, secret), "signs " + p.Name + " in once, within a day", err
		}
	}
	link, err = o.link(ctx, accounts, base, "owner")
	return link, "signs in once, within a day", err
}

// samplePeople are those who work at the sample shop: one of each role, so that a newcomer sees what each may do. The first
// is its owner, whom the newcomer is let in as: the desk speaks to them as their browser does.
var samplePeople = []store.Person{
	{Name: clerk, Email: "ines@lune.example", Role: "owner"},
	{Name: "Ada Moreau", Email: "ada@lune.example", Role: "approver", Language: "en", Limit: recourse.Money{Minor: 200_00, Currency: "EUR"}},
	{Name: "Mei Lin", Email: "mei@lune.example", Role: "clerk", Language: "zh", Limit: recourse.Money{Minor: 40_00, Currency: "EUR"}},
	{Name: "Tom Berger", Email: "tom@lune.example", Role: "clerk", Language: "en"},
	{Name: "Louise Petit", Email: "louise@compta.example", Role: "viewer", Language: "fr"},
}

// seedPeople adds them, and somebody who answers for the supplier with the most to answer.
func (o *office) seedPeople(ctx context.Context, accounts *account.Accounts) error {
	people := samplePeople
	if supplier, err := o.busiestSupplier(ctx); err != nil {
		return err
	} else if supplier != "" {
		people = append(people[:len(people):len(people)], store.Person{Name: "王芳", Email: "wang.fang@supplier.example", Role: "supplier", Language: "zh", Supplier: supplier})
	}
	for _, p := range people {
		p.Merchant = o.merchant
		if _, err := accounts.Add(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// busiestSupplier is the supplier with the most purchases that wait for it.
func (o *office) busiestSupplier(ctx context.Context) (best string, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.SuppliersKnown(o.merchant, 100)
		if err != nil {
			return err
		}
		most := -1
		for _, s := range all {
			waiting, err := tx.Supplies(o.merchant, s, true, 0, 100)
			if err != nil {
				return err
			}
			if len(waiting) > most {
				best, most = s, len(waiting)
			}
		}
		return nil
	})
	return best, err
}

// demoLinks are the links that the demo prints: of the owner, and of the supplier, whose page is another.
func (o *office) demoLinks(ctx context.Context, accounts *account.Accounts, base string) (owner, supplier, supplierName string, err error) {
	people, err := accounts.People(ctx, o.merchant)
	if err != nil {
		return "", "", "", err
	}
	for _, p := range people {
		switch account.Role(p.Role) {
		case account.Owner:
			if owner == "" && p.DisabledAt.IsZero() {
				secret, err := accounts.Link(ctx, o.merchant, p.ID, linkFor)
				if err != nil {
					return "", "", "", err
				}
				owner = signIn(base, secret)
			}
		case account.Supplier:
			secret, err := accounts.Link(ctx, o.merchant, p.ID, linkFor)
			if err != nil {
				return "", "", "", err
			}
			supplier, supplierName = signIn(base, secret), p.Supplier
		}
	}
	if owner == "" { // a folder of an earlier version
		owner, err = o.link(ctx, accounts, base, clerk)
	}
	return owner, supplier, supplierName, err
}
