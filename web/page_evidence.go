package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/evidence"
	"recourse/store"
	"recourse/web/view"
)

// evidenceRoutes serve photos and videos, and take them from people of the merchant.
//
// What is served was sent by strangers. Pictures are served as they were made anew; the file itself only for keeping, never
// to be shown; and every answer says that nothing in it may be carried out.
var evidenceRoutes = []pageRoute{
	{pattern: "GET /evidence/{file}/{size}", access: access{page, account.Read}, serve: (*site).showEvidence},
	{pattern: "POST /cases/{case}/evidence", access: access{page, account.Work}, serve: (*site).addEvidence},
}

// showEvidence serves a file of the merchant: thumb, full, video or original.
func (s *site) showEvidence(v *visit) error {
	file, what := v.r.PathValue("file"), v.r.PathValue("size")
	e, err := s.evidenceOf(v.r.Context(), v.who.Merchant, file)
	if err != nil {
		return err
	}
	return s.sendEvidence(v.w, v.r, e, what)
}

var errNoEvidence = &recourse.Error{Kind: recourse.NotFound, Code: "evidence_missing", Message: "there is no such file"}

// evidenceOf is what is known of a merchant's file: evidence_missing, when no case of theirs refers to it.
func (s *site) evidenceOf(ctx context.Context, merchant, file string) (*store.Evidence, error) {
	if s.evidence == nil {
		return nil, errNoEvidence
	}
	var all []store.Evidence
	err := s.desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.EvidenceFile(merchant, file)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// sendEvidence answers with a file: what is thumb, full, video or original. Whether the one who asks may have it, the
// original above all, is asked before.
func (s *site) sendEvidence(w http.ResponseWriter, r *http.Request, e *store.Evidence, what string) error {
	var f io.ReadSeekCloser
	var info evidence.Info
	var err error
	switch {
	case e.Scan == store.ScanInfected, !e.Visible() && what != "original":
		return errNoEvidence
	case what == "thumb", what == "full":
		f, info, err = s.evidence.Picture(r.Context(), e.Merchant, e.File, evidence.Size(what))
	case what == "video":
		f, info, err = s.evidence.Video(r.Context(), e.Merchant, e.File)
	case what == "original":
		f, info, err = s.evidence.Original(r.Context(), e.Merchant, e.File)
	default:
		return errNoEvidence
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", info.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+e.File[:32]+"-"+what+`"`)
	h.Set("Content-Disposition", "inline")
	if what == "original" {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": originalName(e)}))
		h.Set("Cache-Control", "private, no-store")
	}
	// A video is watched for as long as it takes, on the line that there is.
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileTime))
	http.ServeContent(w, r.WithContext(context.WithoutCancel(r.Context())), "", info.Modified.Truncate(time.Second), f)
	return nil
}

// How long a file may take on its way out and in: 200 MB at 100 KB a second, and a little.
const fileTime = 40 * time.Minute

// endings are those of the types that are taken, for a file that came without a name.
var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/heic": ".heic", "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm"}

// originalName is what a file is called when it is downloaded: as its content says that it ends, whatever it was called.
func originalName(e *store.Evidence) string {
	name := strings.TrimSuffix(e.Name, path.Ext(e.Name))
	if name != "" {
		name = fileName(name) // what is written from right to left could end as it does not
	}
	return cmp.Or(name, e.Order+"-"+e.File[:8]) + endings[e.Type]
}

// Limits on one form: files, and bytes of all of them.
const (
	mostFiles     = 20
	mostFormBytes = 600 << 20
)

// uploading gives a request the time that files take. The context still ends when the program does.
func uploading(w http.ResponseWriter, r *http.Request) (context.Context, context.CancelFunc) {
	c := http.NewResponseController(w)
	c.SetReadDeadline(time.Now().Add(fileTime))
	c.SetWriteDeadline(time.Now().Add(fileTime + time.Minute))
	return context.WithTimeout(context.WithoutCancel(r.Context()), fileTime)
}

// addEvidence takes the files of a form, one after the other as they come. One that is refused stops none of the others.
func (s *site) addEvidence(v *visit) error {
	id := v.r.PathValue("case")
	if s.evidence == nil {
		return errNoEvidence
	}
	if _, err := v.fileOf(id); err != nil {
		return err
	}
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	added, err := v.takeFiles(ctx, id)
	var not *fileRefused
	switch {
	case errors.As(err, &not):
		return v.caseNow(pageStatus[recourse.KindOf(err)], v.notAdded(added, not))
	case err != nil:
		return v.again(id, err)
	case added.fresh == 0:
		return v.goOn(view.CasePath(id)+"#evidence", "told_evidence_twice")
	}
	return v.goOn(view.CasePath(id)+"#evidence", "told_evidence")
}

// fileRefused is the first file of a form that was not taken, with the reason.
type fileRefused struct {
	name string
	err  error
}

func (f *fileRefused) Error() string { return f.err.Error() }
func (f *fileRefused) Unwrap() error { return f.err }

// notAdded says which file was not taken, and why, in the reader's language.
func (v *visit) notAdded(a added, not *fileRefused) *view.Notice {
	why := v.notice(not.err)
	name := cmp.Or(recourse.Shorten(not.name, 60), "?")
	if a.fresh+a.twice > 0 {
		return &view.Notice{Text: v.read.T("evidence_some", "n", v.read.Number(a.fresh+a.twice), "name", name, "why", why.Text), Hint: why.Hint}
	}
	return &view.Notice{Text: v.read.T("evidence_not", "name", name, "why", why.Text), Hint: why.Hint}
}

// added counts the files of a form.
type added struct{ fresh, twice int }

// takeFiles reads a form to its end.
func (v *visit) takeFiles(ctx context.Context, id string) (a added, first error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostFormBytes)
	form, err := v.r.MultipartReader()
	if err != nil {
		return a, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_none", Message: "no file was chosen", Err: err}
	}
	for n := 0; ; {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && n == 0 && first == nil:
			return a, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_none", Message: "no file was chosen"}
		case errors.Is(err, io.EOF):
			return a, first
		case err != nil:
			return a, cmp.Or(first, error(&recourse.Error{Kind: recourse.Invalid, Code: "evidence_broken_off", Message: "the form did not arrive whole", Err: err}))
		}
		if part.FileName() == "" {
			continue
		}
		if n++; n > mostFiles {
			return a, cmp.Or(first, error(&recourse.Error{Kind: recourse.TooLarge, Code: "evidence_many", Message: "at most 20 files can be sent at once"}))
		}
		twice, err := v.takeFile(ctx, id, part)
		switch {
		case recourse.KindOf(err) == recourse.Unavailable:
			return a, err
		case err != nil && first == nil:
			first = &fileRefused{desk.FileName(part.FileName()), err}
		case err == nil && twice:
			a.twice++
		case err == nil:
			a.fresh++
		}
	}
}

func (v *visit) takeFile(ctx context.Context, id string, part *multipart.Part) (twice bool, err error) {
	item, err := v.evidence.Take(ctx, v.who.Merchant, part, -1)
	if err != nil {
		return false, err
	}
	e := evidenceRow(item)
	e.Case, e.From, e.By, e.Name = id, recourse.PartyMerchant, v.who.Name, part.FileName()
	r, err := v.desk.AddEvidence(ctx, v.who.Merchant, e, "")
	return r.Status == desk.Duplicate, err
}

// evidenceRow is what is written down of a file that was taken in; for which case and by whom is to be filled in.
func evidenceRow(i evidence.Item) store.Evidence {
	e := store.Evidence{File: i.File, Kind: string(i.Kind), Type: i.Type, Bytes: i.Bytes, Width: i.Width, Height: i.Height, Taken: i.Taken, Shown: i.Shown, Played: i.Played, Hash: i.Hash, Scan: store.ScanWaiting}
	if i.Scanned {
		e.Scan = store.ScanClean
	}
	return e
}

// mostAlso is in how many other cases a photo is said to be.
const mostAlso = 20

// evidenceItems is the gallery of a case, with where its pictures were used too.
func (v *visit) evidenceItems(id string) ([]view.EvidenceItem, error) {
	var rows []store.Evidence
	near := map[string][]store.Near{}
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if rows, err = tx.EvidenceOfCase(v.who.Merchant, id); err != nil {
			return err
		}
		for i := range rows {
			if near[rows[i].File], err = tx.NearEvidence(&rows[i], mostAlso); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return view.NewEvidence(v.read, rows, near, view.DeskEvidence), nil
}
