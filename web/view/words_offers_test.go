package view

import "recourse/ledger"

func init() {
	ends["nav_"] = append(ends["nav_"], "suppliers", "money")
	ends["sup_sort_"] = SupplierSorts
	ends["bk_"], ends["bk_say_"] = all(ledger.Accounts), all(ledger.Accounts)
	ends["bk_age_"] = []string{"week", "month", "two", "old"}
	ends["bk_by_"], ends["bk_of_"] = []string{"situation", "supplier", "channel"}, []string{"situation", "supplier", "channel"}
}
