package view

func init() {
	ends["kind_of_"] = all(EventKinds)
	ends["snooze_"] = append([]string{"which", "future", "say", "day"}, snoozes...)
}
