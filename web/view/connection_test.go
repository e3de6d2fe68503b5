package view

import (
	"recourse"
	"recourse/connect"
	"recourse/store"
)

func init() {
	ends["conn_is_"], ends["receipt_is_"] = all(recourse.ConnectionStatuses), all(store.ReceiptStatuses)
	ends["attempt_"] = []string{"done", "taken", "refused", "later", "unknown"}
	groups := map[string]bool{}
	for _, k := range connect.Kinds() {
		if !groups[k.Group] {
			groups[k.Group] = true
			ends["conn_group_"] = append(ends["conn_group_"], k.Group)
		}
	}
}
