package view

import "recourse/store"

func init() {
	ends["audit_"] = store.Audits
	ends["audit_field_"] = []string{"name", "email", "role", "limit", "supplier"}
	ends["erase_"] = []string{"fields", "files", "uploads", "links", "letters", "said", "answers"}
}
