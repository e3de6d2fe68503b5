package reorder

import (
	"strings"

	"recourse/sourcing/address"
)

// tax is the number by which customs of some countries know the recipient; without it they hold every parcel.
func (b *builder) tax() {
	to := b.to()
	id := strings.ToUpper(strings.TrimSpace(told(to.TaxID)))
	want := map[string]struct {
		column  column
		missing string
	}{"BR": {cpf, "customs of Brazil want the recipient's CPF"}, "CL": {rut, "customs of Chile want the recipient's RUT"}, "KR": {clearance, "customs of Korea want the recipient's personal clearance id, or the number of a passport or alien card"}}[to.Country]
	switch {
	case want.missing == "":
		return
	case id == "":
		b.wrong(want.column, "reorder_tax_missing", "%s", want.missing)
		return
	}
	switch to.Country {
	case "BR":
		b.number(cpf, "reorder_cpf", address.CPF(id), "a CPF has eleven digits, of which the last two check the others")
	case "CL":
		b.number(rut, "reorder_rut", address.RUT(id), "a RUT has seven or eight digits and one, or a K, that checks them")
	case "KR":
		if korean := address.Clearance(id); korean != "" {
			b.set(clearance, korean)
		} else {
			b.number(passport, "reorder_clearance", address.Passport(id), "a personal clearance id is a P and twelve digits; else it is the number of a passport or an alien card")
		}
	}
}

func (b *builder) number(c column, code, value, say string) {
	if value == "" {
		b.wrong(c, code, "%s", say)
	}
	b.set(c, value)
}
