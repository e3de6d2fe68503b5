package store

import (
	"encoding/json"
	"slices"

	"recourse"
)

// maxRenamed bounds how many changes of people are looked through for a name.
const maxRenamed = 5000

// NamesOf are what a person is called and was called before, the present name first, as far as changes of names were noted;
// none where there is no such person any more. Two people who bore the same name have each other's: who asks wants all that
// could be meant.
func (tx *Tx) NamesOf(merchant, person string) ([]string, error) {
	p, err := tx.Person(merchant, person)
	if recourse.KindOf(err) == recourse.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := []string{p.Name}
	rows, err := tx.query(`SELECT changes FROM audit WHERE merchant = $1 AND what = '`+AuditChanged+`' ORDER BY at DESC, entry DESC LIMIT $2`, merchant, int64(maxRenamed))
	if err != nil {
		return nil, err
	}
	return names, each(rows, func() error {
		var text string
		var changes []FieldChange
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &changes); err != nil {
			return err
		}
		for _, c := range changes {
			if c.Field == "name" && slices.Contains(names, c.Is) && !slices.Contains(names, c.Was) {
				names = append(names, c.Was)
			}
		}
		return nil
	})
}
