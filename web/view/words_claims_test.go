package view

// What can stand behind the words of claim windows.
func init() {
	for start, list := range map[string][]string{
		"claim_": {"open", "filed", "missed"}, "claim_until_": {"open", "filed", "missed"}, "answer_until_": {"open", "filed", "missed"}, "ics_": {"claim", "answer"},
		"win_from_": {"delivered", "shipped", "ordered"}, "win_start_": {"delivered", "shipped", "ordered"}, "win_market_": {"said", "address", "usual"},
		"weekday_": {"0", "1", "2", "3", "4", "5", "6"}, "month_": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"},
	} {
		ends[start] = append(ends[start], list...)
	}
}
