package intake

import (
	"errors"
	"io"
	"slices"
	"strings"

	"recourse"
)

// windowNames are what the columns of a table of claim windows are called in other languages and programs, in small letters
// without spaces and dashes.
var windowNames = map[string][]string{
	"supplier":    {"supplier", "suppliername", "shop", "fournisseur", "供应商", "店铺"},
	"marketplace": {"marketplace", "platform", "placedemarché", "plateforme", "平台"},
	"problem":     {"problem", "situation", "reason", "problème", "motif", "问题"},
	"from":        {"from", "countedfrom", "àpartirde", "depuis", "起算"},
	"days":        {"days", "length", "window", "jours", "délai", "天数"},
	"country":     {"country", "businessdays", "pays", "国家"},
	"warn_days":   {"warndays", "warn", "alerte", "提前提醒天数"},
	"unsure":      {"unsure", "check", "àvérifier", "待核实"},
	"source":      {"source", "来源"},
	"note":        {"note", "remarque", "备注"},
}

// maxWindowRows is how many rows a table of claim windows may have.
const maxWindowRows = 5000

// ReadWindows reads a table of claim windows, a workbook or a text file, whichever the bytes are. A row that is none is an
// error with its place, and nothing of the table is given: windows_columns, windows_rows, those of [recourse.ReadWindow], and
// those of [Open] about files that cannot be read.
func ReadWindows(r io.ReaderAt, size int64, file string) (out []recourse.ListedWindow, err error) {
	t, err := openTable(r, size)
	if err != nil {
		return nil, inFile(err, file)
	}
	header, err := (&Book{table: t}).header()
	if err != nil {
		return nil, inFile(err, file)
	}
	at, err := windowColumns(header)
	if err != nil {
		return nil, inFile(err, file)
	}
	t.width(len(header))
	for {
		rec, err := t.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, inFile(err, file)
		}
		if rec.blank() && rec.fault == nil {
			continue
		}
		w, err := readWindow(rec, at)
		if err != nil {
			return nil, inFile(err, file)
		}
		if out = append(out, w); len(out) > maxWindowRows {
			return nil, inFile(&recourse.Error{Kind: recourse.TooLarge, Code: "windows_rows", Message: "the table has more than 5,000 rows"}, file)
		}
	}
}

// windowColumns says where the columns stand: windows_columns where days, or both supplier and marketplace, are missing.
func windowColumns(header []string) (map[string]int, error) {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "", "(", "", ")", "", "*", "", "：", "", ":", "", "\u00a0", "", "\u202f", "")
	at := map[string]int{}
	for name, names := range windowNames {
		if i := slices.IndexFunc(header, func(h string) bool { return slices.Contains(names, plain.Replace(strings.ToLower(h))) }); i >= 0 {
			at[name] = i
		}
	}
	if _, days := at["days"]; !days {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "windows_columns", Position: recourse.Position{Line: 1}, Message: "the table lacks the column days",
			Hint: "name the columns " + strings.Join(recourse.WindowColumns, ", ")}
	}
	return at, nil
}

func readWindow(rec *record, at map[string]int) (recourse.ListedWindow, error) {
	if f := rec.fault; f != nil {
		return recourse.ListedWindow{}, &recourse.Error{Kind: recourse.Invalid, Code: "windows_row", Position: recourse.Position{Line: rec.row, Column: f.column + 1}, Message: f.reason, Hint: f.hint}
	}
	w, err := recourse.ReadWindow(func(column string) string {
		i, ok := at[column]
		if !ok || i >= len(rec.cells) {
			return ""
		}
		return string(unguard(trim(rec.cells[i])))
	})
	if e, ok := err.(*recourse.Error); ok {
		e.Position = recourse.Position{Line: rec.row, Column: at[e.Field] + 1}
	}
	return w, err
}
