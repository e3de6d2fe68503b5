package view

import "recourse/desk"

func init() {
	for _, k := range desk.ChoreKinds {
		ends["chore_"] = append(ends["chore_"], string(k)+"_do")
		switch k {
		case desk.ChoreRefused, desk.ChoreUnread, desk.ChoreLetters:
			ends["chore_"] = append(ends["chore_"], string(k))
		}
	}
}
