package store

import (
	"slices"
	"strconv"
	"strings"
)

// SupplierNames are the names by which one supplier is known: the one that the given name was merged into, first, and all that were
// merged into it. A name that nobody merged stands alone; "" has none.
func (tx *Tx) SupplierNames(merchant, name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	all, err := tx.Suppliers(merchant)
	into := map[string]string{}
	for _, s := range all {
		if s.Merged != "" {
			into[s.ID] = s.Merged
		}
	}
	last := func(id string) string {
		for range len(into) {
			next := into[id]
			if next == "" {
				break
			}
			id = next
		}
		return id
	}
	out := []string{last(name)}
	for id := range into {
		if last(id) == out[0] && id != out[0] {
			out = append(out, id)
		}
	}
	slices.Sort(out[1:])
	return out, err
}

// anyOf is a condition that a column has one of some values, with the arguments behind those that are there.
func anyOf(column string, values []string, args []any) (string, []any) {
	marks := make([]string, len(values))
	for i, v := range values {
		args = append(args, v)
		marks[i] = "$" + strconv.Itoa(len(args))
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")", args
}

// What somebody said of suppliers' names; the entry's changes name the other.
const (
	AuditMerged = "merged" // a supplier is another
	AuditParted = "parted" // and is one of its own again
)
