package importer

import (
	"context"
	"errors"

	"recourse"
	"recourse/desk"
	"recourse/intake"
	"recourse/sourcing"
)

// LinesRead is what came of reading a list of shipping lines.
type LinesRead struct {
	Rows     int `json:"rows"`
	New      int `json:"new"`
	Rejected int `json:"rejected"`
}

// ReadLines keeps the shipping lines of a list, all that are lines with one commit. What is none is given to reject, with its
// place in the list and its column as the field, and stops none of the others. Errors: lines_column, lines_many.
func ReadLines(ctx context.Context, d *desk.Desk, merchant, by, name string, list *intake.Table, reject func(*recourse.Error)) (sum LinesRead, err error) {
	read, err := sourcing.NewLineReader(name, list.Header())
	if err != nil {
		return sum, err
	}
	var lines []sourcing.Line
	err = list.All(func(row intake.TableRow, bad *recourse.Error) error {
		if bad == nil {
			l, err := read.Row(row.Row, row.Cells)
			if err == nil {
				if lines = append(lines, l); len(lines) > sourcing.MaxLines {
					return &recourse.Error{Kind: recourse.TooLarge, Code: "lines_many", Field: "line", Message: "the list has more than 1,000 shipping lines", Hint: "leave out those that are not used"}
				}
				return ctx.Err()
			}
			if !errors.As(err, &bad) {
				return err
			}
		}
		sum.Rejected++
		reject(bad)
		return ctx.Err()
	})
	if err != nil || len(lines) == 0 {
		return sum, err
	}
	sum.Rows = len(lines)
	sum.New, err = d.PutShippingLines(ctx, merchant, by, lines...)
	return sum, err
}
