package view

func init() {
	ends["nav_"] = []string{"queue", "insights", "messages", "playbook", "import", "people"}
	ends["letter_"] = all(LetterStates)
	ends["group_"] = LanguageGroups
	ends["show_"] = []string{"todo", "all", "own"}
}
