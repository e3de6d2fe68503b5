package web

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/importer"
	"recourse/intake"
	"recourse/sourcing"
	"recourse/web/view"
)

// linePageRoutes are the pages of shipping lines.
var linePageRoutes = []pageRoute{
	{pattern: "GET /lines", access: access{page, account.Read}, serve: (*site).lines},
	{pattern: "POST /lines", access: access{page, account.Work}, serve: (*site).addLine},
	{pattern: "POST /lines/import", access: access{page, account.Work}, serve: (*site).importLines},
	{pattern: "GET /lines/lines.csv", access: access{page, account.Read}, serve: (*site).exportLines},
	{pattern: "GET /lines/{line}", access: access{page, account.Read}, serve: (*site).showLine},
	{pattern: "POST /lines/{line}", access: access{page, account.Work}, serve: (*site).changeLine},
	{pattern: "POST /lines/{line}/drop", access: access{page, account.Work}, serve: (*site).dropLine},
}

// ways are how a case's goods could go; nil where they are not too big.
func (v *visit) ways(d *desk.View, id string) (*view.WaysView, error) {
	if d.File.Case(id).Situation != "oversized" {
		return nil, nil
	}
	found, err := v.desk.Ways(v.r.Context(), v.who.Merchant, id)
	if recourse.KindOf(err) == recourse.Invalid { // there are too many of them, or none: the page says all else
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v.read.CaseWays(d, id, &found, v.rights()), nil
}

func (s *site) lines(v *visit) error {
	fit, err := v.fit()
	status := http.StatusOK
	if err != nil {
		status = pageStatus[recourse.KindOf(err)]
	}
	return v.linesNow(status, err, nil, nil, fit)
}

// linesNow shows the lines, with what came of a list, or with a form as it was filled in.
func (v *visit) linesNow(status int, wrong error, form url.Values, read *view.LinesReadView, fit view.FitView) error {
	v.atHome()
	all, err := v.desk.ShippingLines(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	m := view.LinesView{Act: v.who.Role.May(account.Work), Read: read, Fit: fit}
	for i := range all {
		m.Rows = append(m.Rows, v.read.LineRow(&all[i]))
	}
	p, field := v.page(v.read.T("ln_title")), ""
	if p.Here = "/lines"; wrong != nil {
		p.Notice, field = v.offerNotice(wrong), own(wrong).Field
		if n := p.Notice; n.Detail == "" && recourse.CodeOf(wrong) == "lines_value" {
			n.Detail = own(wrong).Message
		}
	}
	m.Form = v.read.LineForm(nil, form, field)
	return v.show(status, view.LinesPage(p, m))
}

// fit tries the goods that the address of the page names, if it names any.
func (v *visit) fit() (view.FitView, error) {
	q := v.r.URL.Query()
	get := func(name string) string { return strings.TrimSpace(recourse.Shorten(q.Get(name), 60)) }
	out := view.FitView{Pieces: get("pieces"), Weight: get("weight"), Size: get("size"), Country: strings.ToUpper(get("country"))}
	if out.Weight == "" && out.Size == "" && out.Pieces == "" {
		return out, nil
	}
	item, err := FitItem(out.Pieces, out.Weight, out.Size)
	if err != nil {
		out.Wrong = own(err).Field
		return out, err
	}
	item.Title = v.read.T("ln_fit_goods")
	ways, err := v.desk.Fit(v.r.Context(), v.who.Merchant, []sourcing.Item{item}, sourcing.Destination{Country: out.Country})
	if err != nil {
		return out, err
	}
	out.Ways = v.read.Ways(&ways, []sourcing.Item{item})
	return out, nil
}

// FitItem reads goods as people write them: pieces, the weight of one in grams or as 1.2kg, its size as 300x200x100 in
// millimetres or as 30x20x10cm. Empty: one piece, not known. Errors: fit_value, with the field at fault.
func FitItem(pieces, weight, size string) (sourcing.Item, error) {
	it := sourcing.Item{Line: 1, Pieces: 1}
	wrong := func(field, value, want string) error {
		return &recourse.Error{Kind: recourse.Invalid, Code: "fit_value", Field: field, Message: strconv.Quote(recourse.Shorten(value, 40)) + " is no " + field + ": " + want}
	}
	if pieces != "" {
		n, err := strconv.Atoi(pieces)
		if err != nil || n < 1 {
			return it, wrong("pieces", pieces, "a whole number from 1 is wanted")
		}
		it.Pieces = n
	}
	if weight != "" {
		n, ok := measured(weight, []unit{{"kg", 1000}, {"g", 1}})
		if !ok {
			return it, wrong("weight", weight, "grams, or kilograms such as 1.2kg, are wanted")
		}
		it.WeightG = n
	}
	if size == "" {
		return it, nil
	}
	body, of := strings.ToLower(size), 1
	for _, u := range []unit{{"mm", 1}, {"cm", 10}} {
		if s, ok := strings.CutSuffix(body, u.name); ok {
			body, of = s, u.of
		}
	}
	sides := strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune("x×* ", r) })
	if len(sides) != 3 {
		return it, wrong("size", size, "three sides in millimetres such as 300x200x100 are wanted")
	}
	for i, s := range sides {
		n, ok := measured(s, []unit{{"", of}})
		if !ok {
			return it, wrong("size", size, "three sides in millimetres such as 300x200x100 are wanted")
		}
		it.SizeMM[i] = n
	}
	return it, nil
}

// unit is a unit of measure by its name, and how many of the smallest it is.
type unit struct {
	name string
	of   int
}

// measured reads a number with at most three decimals and one of some units; the last is meant where none is written.
func measured(s string, units []unit) (int, bool) {
	s, of := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), ",", ".")), units[len(units)-1].of
	for _, u := range units {
		if body, ok := strings.CutSuffix(s, u.name); ok && u.name != "" {
			s, of = strings.TrimSpace(body), u.of
			break
		}
	}
	whole, rest, _ := strings.Cut(s, ".")
	if len(rest) > 3 || whole == "" || strings.Trim(whole+rest, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(whole + rest + strings.Repeat("0", 3-len(rest)))
	if err != nil || n > 1<<40 {
		return 0, false
	}
	return n * of / 1000, n > 0
}

// lineOf reads a line from a form, by the rules of a file.
func lineOf(id string, f url.Values) (l sourcing.Line, err error) {
	for _, column := range sourcing.LineColumns {
		value := f.Get(column)
		if column == "line" && id != "" {
			value = id
		}
		if message := l.Set(column, value); message != "" {
			return l, &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Field: column, Message: message}
		}
	}
	return l, nil
}

// addLine keeps a line that somebody writes down.
func (s *site) addLine(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	l, err := lineOf("", v.r.PostForm)
	if err == nil {
		_, err = v.desk.PutShippingLines(v.r.Context(), v.who.Merchant, v.who.Name, l)
	}
	if err != nil {
		return v.linesNow(pageStatus[recourse.KindOf(err)], err, v.r.PostForm, nil, view.FitView{})
	}
	return v.goOn(view.LinePath(l.ID), "told_line")
}

func (s *site) showLine(v *visit) error { return v.lineNow(http.StatusOK, nil, nil) }

// lineNow shows one line, with its form as it was filled in where it could not be taken.
func (v *visit) lineNow(status int, wrong error, form url.Values) error {
	v.atHome()
	l, err := v.desk.ShippingLine(v.r.Context(), v.who.Merchant, v.r.PathValue("line"))
	if err != nil {
		return err
	}
	p, field := v.page(l.Name), ""
	if p.Here = view.LinePath(l.ID); wrong != nil {
		p.Notice, field = v.notice(wrong), own(wrong).Field
		if recourse.CodeOf(wrong) == "lines_value" {
			p.Notice.Detail = own(wrong).Message
		}
	}
	return v.show(status, view.LineFilePage(p, view.NewLineFile(v.read, &l, v.who.Role.May(account.Work), form, field)))
}

// changeLine keeps a line as somebody changed it; one that everybody has gets one of the merchant's own in its place.
func (s *site) changeLine(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	id := v.r.PathValue("line")
	if _, err := v.desk.ShippingLine(v.r.Context(), v.who.Merchant, id); err != nil {
		return err
	}
	l, err := lineOf(id, v.r.PostForm)
	if err == nil {
		_, err = v.desk.PutShippingLines(v.r.Context(), v.who.Merchant, v.who.Name, l)
	}
	if err != nil {
		return v.lineNow(pageStatus[recourse.KindOf(err)], err, v.r.PostForm)
	}
	return v.goOn(view.LinePath(id), "told_line")
}

func (s *site) dropLine(v *visit) error {
	if err := v.desk.DropShippingLine(v.r.Context(), v.who.Merchant, v.r.PathValue("line")); err != nil {
		return v.linesNow(pageStatus[recourse.KindOf(err)], err, nil, nil, view.FitView{})
	}
	return v.goOn("/lines", "told_line_gone")
}

// importLines reads a list of lines.
func (s *site) importLines(v *visit) error {
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	file, name, _, err := v.upload("list")
	if file != nil {
		defer file.Close()
	}
	if err == nil && file == nil {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "list_none", Field: "list", Message: "no file was chosen, or it is empty"}
	}
	var list *intake.Table
	if err == nil {
		info, bad := file.Stat()
		if bad != nil {
			return bad
		}
		list, err = intake.OpenTable(file, info.Size(), filepath.Base(name))
	}
	read := &view.LinesReadView{}
	if err == nil {
		read, err = v.readLines(list, filepath.Base(name))
	}
	if err != nil {
		return v.linesNow(pageStatus[recourse.KindOf(err)], err, nil, nil, view.FitView{})
	}
	return v.linesNow(http.StatusOK, nil, nil, read, view.FitView{})
}

// readLines keeps the lines of a list, and tells what of it was none.
func (v *visit) readLines(list *intake.Table, name string) (*view.LinesReadView, error) {
	out := &view.LinesReadView{}
	sum, err := importer.ReadLines(v.r.Context(), v.desk, v.who.Merchant, v.who.Name, name, list, func(e *recourse.Error) {
		if len(out.Rejects) >= rejectsShown {
			return
		}
		row, why := v.read.Number(e.Position.Line), recourse.Shorten(e.Message, rejectsTelled)
		if e.Field == "" {
			out.Rejects = append(out.Rejects, v.read.T("ln_row_whole", "row", row, "why", why))
		} else {
			out.Rejects = append(out.Rejects, v.read.T("ln_row", "row", row, "column", e.Field, "why", why))
		}
	})
	out.Say = v.read.T("ln_read", "rows", v.read.Number(sum.Rows), "new", v.read.Number(sum.New), "rejected", v.read.Number(sum.Rejected))
	if more := sum.Rejected - len(out.Rejects); more > 0 {
		out.More = v.read.T("ln_more", "n", v.read.Number(more))
	}
	return out, err
}

// exportLines sends all lines as a list that can be read again.
func (s *site) exportLines(v *visit) error {
	all, err := v.desk.ShippingLines(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	lines := make([]sourcing.Line, len(all))
	for i := range all {
		lines[i] = all[i].Line
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="lines.csv"`)
	return gone(sourcing.WriteLines(v.w, lines))
}
