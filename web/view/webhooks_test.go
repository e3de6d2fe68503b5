package view

import "recourse/store"

func init() {
	ends["webhook_of_"] = []string{"case", "refund", "recovery", "claim", "message", "question", "replacement", "order", "effect", "deadline"}
	ends["webhook_why_"] = []string{"gone", "failing"}
	ends["webhook_signature_v"] = []string{"1", "1a"}
	ends["webhook_is_"] = all(store.DeliveryStatuses)
	ends["webhook_list_"] = append(all(store.DeliveryStatuses), "all")
	ends["webhook_code_"] = []string{"redirected", "gone", "throttled", "refused", "broken", "timeout", "unreachable", "dns", "tls", "cut", "address_private", "url_scheme", "url_malformed", "url_password", "notice_gone",
		"body_damaged", "webhook_signature", "vault_closed", "vault_sealed", "later", "unknown", "connection_off"}
	ends["conn_silent_"] = []string{"n", "more"}
	ends["letter_open"] = []string{""} // the room of mail asks for it
}
