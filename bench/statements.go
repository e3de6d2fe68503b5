package main

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The statements of the floor. SQLite takes rows as lists of values, in a statement that is prepared once; PostgreSQL
// takes a column of all rows as one array.

// texts keeps statements that were put together: making them anew each time would be work that the floor does not owe.
var texts sync.Map

func once(key string, text func() string) string {
	if s, ok := texts.Load(key); ok {
		return s.(string)
	}
	s := text()
	texts.Store(key, s)
	return s
}

// moves are the columns of a row that may change in a table whose rows are else written once; "" for a table whose rows
// are replaced whole.
func (t *table) moves() string {
	if t.name == "effects" {
		return "status approval until moved_at moved_by note"
	}
	return ""
}

// tail is what to do with a row that is there.
func (t *table) tail() string {
	switch t.name {
	case "orders", "cases", "personal", "supplies", "search_todo":
		var sets []string
		for i, c := range t.columns {
			if !slices.Contains(t.key, i) {
				sets = append(sets, c+" = excluded."+c)
			}
		}
		return " ON CONFLICT (" + t.keyNames() + ") DO UPDATE SET " + strings.Join(sets, ", ")
	}
	return ""
}

func (t *table) keyNames() string {
	var names []string
	for _, i := range t.key {
		names = append(names, t.columns[i])
	}
	return strings.Join(names, ", ")
}

func (t *table) insertValues(rows int) string {
	return once("insert "+t.name+strconv.Itoa(rows), func() string {
		return "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES " + t.values(rows) + t.tail()
	})
}

// values are rows of places without names: the driver looks up the name of every place that has one, from the first on.
func (t *table) values(rows int) string {
	row := "(?" + strings.Repeat(",?", len(t.columns)-1) + ")"
	return row + strings.Repeat(","+row, rows-1)
}

func (t *table) insertArrays() string {
	return once("insert "+t.name, func() string {
		return "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") SELECT * FROM " + t.unnest() + t.tail()
	})
}

func (t *table) unnest() string {
	arrays := make([]string, len(t.types))
	for i, kind := range t.types {
		arrays[i] = "$" + strconv.Itoa(i+1) + "::" + kind + "[]"
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// updateValues changes what may change in rows that are there, found by their keys.
func (t *table) updateValues(rows int) string {
	return once("update "+t.name+strconv.Itoa(rows), func() string {
		return "WITH v (" + strings.Join(t.columns, ", ") + ") AS (VALUES " + t.values(rows) + ") UPDATE " + t.name + " SET " + t.sets() + " FROM v WHERE " + t.same()
	})
}

func (t *table) updateArrays() string {
	return once("update "+t.name, func() string {
		return "UPDATE " + t.name + " SET " + t.sets() + " FROM " + t.unnest() + " AS v (" + strings.Join(t.columns, ", ") + ") WHERE " + t.same()
	})
}

func (t *table) sets() string {
	var sets []string
	for c := range strings.FieldsSeq(t.moves()) {
		sets = append(sets, c+" = v."+c)
	}
	return strings.Join(sets, ", ")
}

func (t *table) same() string {
	var same []string
	for _, i := range t.key {
		same = append(same, t.name+"."+t.columns[i]+" = v."+t.columns[i])
	}
	return strings.Join(same, " AND ")
}

// columnwise are rows as one array a column.
func (t *table) columnwise(rows [][]any) []any {
	all := make([]any, len(t.types))
	for i, kind := range t.types {
		switch kind {
		case "text":
			all[i] = columnOf[string](rows, i)
		case "bigint":
			all[i] = columnOf[int64](rows, i)
		default:
			all[i] = columnOf[[]byte](rows, i)
		}
	}
	return all
}

func columnOf[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for j, r := range rows {
		out[j] = r[i].(T)
	}
	return out
}
