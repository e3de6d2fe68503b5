package view

import "recourse/playbook"

func init() {

	ends["letter_"] = all(LetterStates)
	ends["group_"] = LanguageGroups
	ends["show_"] = []string{"todo", "all", "own"}
}

// The sentences of a picture of a playbook, by the keys that the drawing asks for.
func init() {
	for key := range playbook.Phrases {
		ends["draw_"] = append(ends["draw_"], key)
	}
}
