package view

func init() {
	ends["nav_"] = []string{"queue", "insights", "messages", "playbook", "import", "people"}
	ends["letter_"] = all(LetterStates)
}
