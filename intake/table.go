package intake

import (
	"errors"
	"io"

	"recourse"
)

// This file reads a table as it is, a CSV or a workbook, for who knows what its columns mean.

// Table is a file of rows under a row of names.
type Table struct {
	table  table
	header []string
}

// TableRow is one row of a table, with its number in the file, counted from 1 with the row of names.
type TableRow struct {
	Row   int
	Cells []string
}

// OpenTable begins to read a workbook or a text file, whichever the bytes are. Errors are those of [Open] about files that
// cannot be read.
func OpenTable(r io.ReaderAt, size int64, file string) (*Table, error) {
	t, err := openTable(r, size)
	if err != nil {
		return nil, inFile(err, file)
	}
	header, err := (&Book{table: t}).header()
	if err != nil {
		return nil, inFile(err, file)
	}
	t.width(len(header))
	return &Table{table: t, header: header}, nil
}

// Header is the row of names.
func (t *Table) Header() []string { return t.header }

// Next is the next row that is not empty; io.EOF behind the last. A row whose cells cannot be read is told as an error of kind
// [recourse.Invalid] with its place, and the next call goes on behind it; any other error ends the reading.
func (t *Table) Next() (TableRow, error) {
	for {
		rec, err := t.table.next()
		if err != nil {
			return TableRow{}, err
		}
		if rec.blank() && rec.fault == nil {
			continue
		}
		if rec.fault == nil {
			rec.fault = rec.checkText(nil)
		}
		if f := rec.fault; f != nil {
			return TableRow{}, &recourse.Error{Kind: recourse.Invalid, Code: f.code, Message: f.reason, Hint: f.hint, Position: recourse.Position{Line: rec.row, Column: f.column + 1}}
		}
		row := TableRow{Row: rec.row}
		for _, c := range rec.cells {
			row.Cells = append(row.Cells, string(c))
		}
		return row, nil
	}
}

// All reads a table to its end. What cannot be read is given with its error, and stops none of the other rows.
func (t *Table) All(give func(TableRow, *recourse.Error) error) error {
	for {
		row, err := t.Next()
		var bad *recourse.Error
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad) && bad.Kind == recourse.Invalid && bad.Position.Line > 0:
		case err != nil:
			return err
		}
		if err := give(row, bad); err != nil {
			return err
		}
	}
}
