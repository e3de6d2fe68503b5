package view

import (
	"fmt"

	"recourse/desk"
	"recourse/ledger"
)

func init() {
	ends["nav_"] = append(ends["nav_"], "suppliers", "money")
	ends["sup_sort_"] = SupplierSorts
	ends["bk_"], ends["bk_say_"] = all(ledger.Accounts), all(ledger.Accounts)
	ends["bk_by_"], ends["bk_of_"] = all(desk.LossBys), all(desk.LossBys)
	ends["bk_"] = append(ends["bk_"], "unknown_recoverable", "unknown_recoveries")
	ends["rc_"] = []string{"denied", "write_off"}
	for _, a := range desk.RecoveryAges {
		ends["rc_age_"] = append(ends["rc_age_"], a.Name)
	}
	for n := range 12 {
		ends["ls_month_"] = append(ends["ls_month_"], fmt.Sprintf("%02d", n+1))
	}
}
