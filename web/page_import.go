package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"recourse"
	"recourse/account"
	"recourse/importer"
	"recourse/intake"
	"recourse/store"
	"recourse/web/view"
)

// importRoutes are the pages where files are dropped.
var importRoutes = []pageRoute{
	{pattern: "GET /import", access: access{door: page, needs: account.Work}, serve: (*site).importStart},
	{pattern: "POST /import", access: access{door: page, needs: account.Work}, serve: (*site).dropBook},
	{pattern: "GET /mappings/{profile}", access: access{door: page, needs: account.Work}, serve: (*site).profile},
	{pattern: "GET /import/{book}", access: access{door: page, needs: account.Work}, serve: (*site).showBook},
	{pattern: "GET /import/{book}/rejects.csv", access: access{door: page, needs: account.Work}, serve: (*site).rejects},
	{pattern: "POST /import/{book}/read", access: access{door: page, needs: account.Work}, serve: (*site).readBook},
	{pattern: "POST /import/{book}/run", access: access{door: page, needs: account.Work}, serve: (*site).runBook},
	{pattern: "POST /import/{book}/stop", access: access{door: page, needs: account.Work}, serve: (*site).stopBook},
	{pattern: "POST /import/{book}/drop", access: access{door: page, needs: account.Work}, serve: (*site).forgetBook},
}

// importStart shows where a file can be dropped, and those that were.
func (s *site) importStart(v *visit) error { return v.importStart(http.StatusOK, nil) }

func (v *visit) importStart(status int, say *view.Notice) error {
	var start view.ImportStart
	for _, b := range v.books.Of(v.who.Merchant) {
		start.Books = append(start.Books, view.NewImportBook(v.read, b))
	}
	wheres := map[string]string{"dsers": v.read.T("import_where_dsers"), "shopify": v.read.T("import_where_shopify"), "woocommerce": v.read.T("import_where_woocommerce")}
	titles := map[string]string{"dsers": "DSers", "shopify": "Shopify", "woocommerce": "WooCommerce"}
	for _, p := range intake.Builtins() {
		start.Profiles = append(start.Profiles, view.ImportProfile{Name: p.Name, Title: titles[p.Name], Where: wheres[p.Name]})
	}
	p := v.page(v.read.T("import_title"))
	if say != nil {
		p.Notice = say
	}
	return v.show(status, view.ImportStartPage(p, start))
}

// dropBook keeps a file that is dropped, as it comes.
func (s *site) dropBook(v *visit) error {
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	part, err := v.filePart("book")
	if err != nil {
		return v.importStart(pageStatus[recourse.KindOf(err)], v.notice(err))
	}
	defer part.Close()
	b, err := v.books.Add(importer.Dropped{ID: once(), Merchant: v.who.Merchant, By: v.who.Name, Name: fileName(part.FileName()), At: v.desk.Now()}, part)
	if err != nil {
		return v.importStart(pageStatus[recourse.KindOf(err)], v.notice(cut(err)))
	}
	http.Redirect(v.w, v.r, view.ImportPath(b.ID), http.StatusSeeOther)
	return nil
}

// filePart is the file in a form, to be read as it comes; what stands before it is passed over.
func (v *visit) filePart(name string) (*multipart.Part, error) {
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "form", Message: "the form cannot be read", Err: err}
	}
	for range 10 {
		part, err := parts.NextPart()
		switch {
		case err == io.EOF:
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "import_empty", Field: name, Message: "no file was chosen, or it is empty", Hint: "choose an export of your orders: CSV or XLSX"}
		case err != nil:
			return nil, cut(err)
		case part.FormName() == name:
			return part, nil
		}
	}
	return nil, &recourse.Error{Kind: recourse.Invalid, Code: "form", Message: "the form has too many parts"}
}

// cut says of a body that broke off that it did: nothing of it is kept.
func cut(err error) error {
	if _, ours := errors.AsType[*recourse.Error](err); ours {
		return err
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "import_cut", Message: "the file did not come whole", Hint: "drop it again", Err: err}
}

// fileName is what a file was called, as far as it can be shown: no folders, no control characters.
func fileName(s string) string {
	s = filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
	if s == "" || s == "." || s == "/" {
		return "book"
	}
	return recourse.Shorten(s, 120)
}

// book is the file of the address; the reader's clock is the merchant's from here on.
func (v *visit) book() (*importer.Book, error) {
	b, err := v.books.Find(v.who.Merchant, v.r.PathValue("book"), v.desk.Now())
	if err == nil {
		err = v.home()
	}
	return b, err
}

// showBook shows a dropped file.
func (s *site) showBook(v *visit) error {
	b, err := v.book()
	if err != nil {
		return err
	}
	return v.bookAs(b, http.StatusOK, nil)
}

func (v *visit) bookAs(b *importer.Book, status int, say *view.Notice) error {
	reading, run := b.State()
	out := view.ImportPage{ImportBook: view.NewImportBook(v.read, b), Fields: v.importFields(reading), Guessed: reading.Profile == "" && reading.Mapping == nil}
	if err := v.lookAt(b, &out); err != nil {
		out.Fault = v.notice(err)
	}
	if run != nil {
		var fault *view.Notice
		if run.Err != nil {
			fault = v.importFault(run)
		}
		out.Run = view.NewImportRun(v.read, b, run, fault)
	}
	p := v.page(b.Name)
	if say != nil {
		p.Notice = say
	}
	p.Here = view.ImportPath(b.ID)
	return v.show(status, view.ImportBookPage(p, out))
}

// importFault says why a run ended early, and that what it saved stays.
func (v *visit) importFault(run *importer.Run) *view.Notice {
	if errors.Is(run.Err, context.Canceled) {
		return &view.Notice{Text: v.read.T("import_interrupted"), Hint: v.read.T("import_interrupted_say")}
	}
	return v.notice(run.Err)
}

func (v *visit) importFields(r importer.Reading) view.ImportFields {
	f := view.ImportFields{Profile: r.Profile, Zone: r.Zone, Currency: r.Currency, Sheet: r.Sheet, Zones: []string{v.zone().String(), "UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York", "America/Los_Angeles"}}
	slices.Sort(f.Zones)
	f.Zones = slices.Compact(f.Zones)
	for _, p := range intake.Builtins() {
		f.Profiles = append(f.Profiles, p.Name)
	}
	if r.Mapping != nil {
		f.Mapping = r.Mapping.Name
	}
	return f
}

// firstOrders is how many orders are shown as they will be read.
const firstOrders = 8

// lookAt reads the beginning of a book.
func (v *visit) lookAt(b *importer.Book, out *view.ImportPage) error {
	o, err := b.Open(v.zone())
	if err != nil {
		return err
	}
	defer o.Close()
	m := o.Match()
	out.Profile, out.Encoding, out.Columns, out.Unread = m.Profile.Name, o.Encoding(), view.NewImportColumns(v.read, m), m.Unread
	if o.Zone != nil {
		out.Fields.ShopZone = o.Zone.String()
	}
	o.OnReject(func(r intake.Reject) error {
		if len(out.Rejects) < firstOrders {
			out.Rejects = append(out.Rejects, view.NewImportReject(v.read, &r))
		}
		return v.r.Context().Err()
	})
	for len(out.Orders) < firstOrders {
		batch, err := o.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		out.Orders = append(out.Orders, view.NewImportOrder(v.read, &batch))
	}
	return nil
}

// maxMapping bounds a mapping file; the built-in ones have some kilobytes.
const maxMapping = 256 << 10

// readBook says how a book is to be read.
func (s *site) readBook(v *visit) error {
	b, err := v.book()
	if err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxMapping+maxForm)
	if err := v.r.ParseMultipartForm(maxMapping + maxForm); err != nil {
		return v.bookAs(b, http.StatusRequestEntityTooLarge, v.notice(&recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}))
	}
	f := form{values: v.r.PostForm}
	reading := importer.Reading{Profile: f.get("profile"), Zone: f.get("zone"), Currency: strings.ToUpper(f.get("currency")), Sheet: f.get("sheet")}
	if reading.Mapping, err = v.mapping(); err == nil {
		if was, _ := b.State(); reading.Mapping == nil && reading.Profile == "" {
			reading.Mapping = was.Mapping
		}
		err = b.Read(reading)
	}
	if err != nil {
		return v.bookAs(b, pageStatus[recourse.KindOf(err)], v.notice(err))
	}
	http.Redirect(v.w, v.r, view.ImportPath(b.ID), http.StatusSeeOther)
	return nil
}

// mapping is the mapping file in the form; nil where none was chosen.
func (v *visit) mapping() (*intake.Profile, error) {
	file, header, err := v.r.FormFile("mapping")
	if err != nil {
		return nil, nil //nolint:nilerr // none was chosen
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return intake.ParseProfile(fileName(header.Filename), data)
}

// runBook imports a book, or tries it.
func (s *site) runBook(v *visit) error {
	b, err := v.book()
	if err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	dry := v.r.PostFormValue("dry") != "no"
	if err := v.books.Start(b, v.desk, v.zone(), v.who.Name, dry); err != nil {
		return v.bookAs(b, pageStatus[recourse.KindOf(err)], v.notice(err))
	}
	http.Redirect(v.w, v.r, view.ImportPath(b.ID), http.StatusSeeOther)
	return nil
}

// stopBook ends a run under way.
func (s *site) stopBook(v *visit) error {
	b, err := v.book()
	if err != nil {
		return err
	}
	b.Halt()
	http.Redirect(v.w, v.r, view.ImportPath(b.ID), http.StatusSeeOther)
	return nil
}

// forgetBook removes a dropped file.
func (s *site) forgetBook(v *visit) error {
	b, err := v.book()
	if err != nil {
		return err
	}
	v.books.Drop(b)
	if err := v.desk.DropRejects(v.r.Context(), v.who.Merchant, b.ID); err != nil {
		return err
	}
	return v.goOn("/import", "told_forgotten")
}

// rejects sends the rows of the last run that could not be read, to be mended and dropped again. Any node has them.
func (s *site) rejects(v *visit) error { return v.sendRejects(v.r.PathValue("book")) }

func (v *visit) sendRejects(file string) error {
	rows, err := v.desk.Rejects(v.r.Context(), v.who.Merchant, file)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="rejects.csv"`)
	_, err = v.w.Write(rows)
	return gone(err)
}

// profile sends a mapping file of the program's, to start one's own from.
func (s *site) profile(v *visit) error {
	name := v.r.PathValue("profile")
	data, ok := intake.ProfileSource(name)
	if !ok {
		_, err := intake.Builtin(name)
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/yaml")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.yaml"`)
	v.w.Write(data)
	return nil
}

// home sets the reader's clock to the shop's, on a page that no order's file is read for.
func (v *visit) home() error {
	return v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err == nil {
			v.decider(d)
		}
		return err
	})
}

// zone is that of the shop's clock.
func (v *visit) zone() *time.Location { return v.read.Local(v.read.Now).Location() }
