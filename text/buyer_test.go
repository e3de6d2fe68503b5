package text

// What goes wrong on the buyer's page is said there in words of its own, which the page's test looks for.
func init() {
	unspoken = append(unspoken, "link_false", "link_expired", "link_revoked", "upload_unknown", "too_fast", "act_gone", "messages_many", "upload_header", "evidence_too_large", "uploads_many",
		"files_many", "upload_expired", "upload_type", "upload_offset")
}
