package view

func init() {
	ends["error_"] = append(ends["error_"], "policy_changed", "policy_changed_say", "trials_busy", "trials_busy_say", "file_too_large", "file_too_large_say")
}
