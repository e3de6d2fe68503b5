package web

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/evidence"
	"recourse/store"
	"recourse/web/view"
)

// Photos and videos come from buyers in parts, over lines that break, by tus 1.0.0 (https://tus.io): the core, with the
// extensions creation, termination and expiration. What has come is kept when a line breaks, and the browser asks where to
// go on. An upload belongs to the link by which it was begun: by any other it is not there.

const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,termination,expiration"
	// uploadFor is how long a file may take to come, with all breaks.
	uploadFor = 24 * time.Hour
	// mostUploads is how many files of one link may be under way at once.
	mostUploads = 6
)

// tusly is a handler of the protocol: it answers with a status and headers, and of an error with a sentence.
func tusly(serve func(*guest) error) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", tusVersion)
		g, err := s.guest(w, r)
		switch {
		case err != nil:
		case s.evidence == nil:
			err = errNoEvidence
		case r.Method != http.MethodOptions && r.Header.Get("Tus-Resumable") != tusVersion:
			w.Header().Set("Tus-Version", tusVersion)
			http.Error(w, "tus 1.0.0 is spoken here", http.StatusPreconditionFailed)
			return
		default:
			err = serve(g)
		}
		if err != nil {
			g.tusFault(err)
		}
	}
}

// tusStatus are the codes for which the protocol has a status of its own.
var tusStatus = map[string]int{
	"upload_offset": http.StatusConflict, "upload_busy": http.StatusLocked, "upload_expired": http.StatusGone, "uploads_many": http.StatusTooManyRequests,
	"evidence_too_large": http.StatusRequestEntityTooLarge, "upload_type": http.StatusUnsupportedMediaType, "upload_header": http.StatusBadRequest,
}

// tusFault answers an error, with a sentence in the buyer's language.
func (g *guest) tusFault(err error) {
	kind, code := recourse.KindOf(err), recourse.CodeOf(err)
	if kind == recourse.Internal && g.r.Context().Err() == nil {
		g.log.Error("an upload", "route", g.r.Pattern, "err", err)
	}
	status := tusStatus[code]
	if status == 0 {
		status = pageStatus[kind]
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	g.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	g.w.WriteHeader(status)
	io.WriteString(g.w, g.fileFault(err))
}

// fileFault is a sentence about a file that was not taken. What the evidence room says of it has words of its own.
func (g *guest) fileFault(err error) string {
	code := recourse.CodeOf(err)
	switch {
	case code == "files_many":
		return g.read.Buyer("files_enough", "n", g.read.Number(view.BuyerFiles))
	case strings.HasPrefix(code, "evidence_") && recourse.KindOf(err) != recourse.Unavailable:
		if s := g.read.Buyer("file_" + code); s != "" {
			return s
		}
		return g.read.Buyer("file_evidence_type")
	}
	return g.read.Buyer("fault_away_say")
}

// uploadOptions says what is spoken here.
func (g *guest) uploadOptions() error {
	h := g.w.Header()
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.Itoa(evidence.MaxVideo))
	g.w.WriteHeader(http.StatusNoContent)
	return nil
}

// uploadCreate begins an upload.
func (g *guest) uploadCreate() error {
	size, err := strconv.ParseInt(g.r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "upload_header", Field: "Upload-Length", Message: "an upload says how long it is"}
	}
	if size > evidence.MaxVideo {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_too_large", Message: "the file is too large"}
	}
	about := metadata(g.r.Header.Get("Upload-Metadata"))
	if err := g.mayUpload(about["case"]); err != nil {
		return err
	}
	now := g.read.Now
	u := store.Upload{Merchant: g.who.Merchant, ID: once() + once(), Link: g.who.Link, Case: about["case"], Name: desk.FileName(about["filename"]), Size: size, CreatedAt: now, ExpiresAt: now.Add(uploadFor)}
	g.sweep()
	if err := g.evidence.Begin(g.r.Context(), u.Merchant, u.ID, size); err != nil {
		return err
	}
	err = g.desk.Store().Write(g.r.Context(), func(tx *store.Tx) error {
		running, err := tx.UploadsUnderWay(u.Merchant, u.Link, now)
		if err == nil && len(running) >= mostUploads {
			err = &recourse.Error{Kind: recourse.Unavailable, Code: "uploads_many", Message: "too many files are under way", Hint: "let the first ones arrive"}
		}
		if err != nil {
			return err
		}
		return tx.PutUpload(u)
	})
	if err != nil {
		g.evidence.Drop(context.WithoutCancel(g.r.Context()), u.Merchant, u.ID)
		return err
	}
	h := g.w.Header()
	h.Set("Location", g.base+"/uploads/"+u.ID)
	h.Set("Upload-Expires", u.ExpiresAt.UTC().Format(http.TimeFormat))
	g.w.WriteHeader(http.StatusCreated)
	return nil
}

// metadata reads the header by which an upload says what it is: names, each with a value in base64.
func metadata(header string) map[string]string {
	out := map[string]string{}
	for pair := range strings.SplitSeq(header[:min(len(header), 4000)], ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if b, err := base64.StdEncoding.DecodeString(value); err == nil && name != "" {
			out[name] = string(b)
		}
	}
	return out
}

// mayUpload says whether files are taken for a case of the order.
func (g *guest) mayUpload(id string) error {
	b := view.NewBuyer(g.read, g.seen, view.BuyerForm{})
	for i := range b.Cases {
		u := b.Cases[i].Upload
		switch {
		case u == nil || u.Case != id:
		case u.Full:
			return &recourse.Error{Kind: recourse.TooLarge, Code: "files_many", Message: "there are enough files for this case"}
		default:
			return nil
		}
	}
	return &recourse.Error{Kind: recourse.NotFound, Code: "case_unknown", Message: "no files are taken for this"}
}

// sweep takes some of the merchant's uploads away that came to nothing. What cannot be taken away now is, another time.
func (g *guest) sweep() {
	ctx := g.r.Context()
	var over []store.Upload
	g.desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		over, err = tx.UploadsExpired(g.who.Merchant, g.read.Now)
		return err
	})
	for _, u := range over[:min(len(over), 5)] {
		g.forget(ctx, &u)
	}
}

func (g *guest) forget(ctx context.Context, u *store.Upload) error {
	if err := g.evidence.Drop(ctx, u.Merchant, u.ID); err != nil {
		return err
	}
	return g.desk.Store().Write(ctx, func(tx *store.Tx) error { return tx.DropUpload(u.Merchant, u.ID) })
}

// upload is the one that the address names, if it is this link's and its time is not over.
func (g *guest) upload() (u store.Upload, err error) {
	err = g.desk.Store().Read(g.r.Context(), func(tx *store.Tx) error {
		u, err = tx.Upload(g.who.Merchant, g.who.Link, g.r.PathValue("upload"))
		return err
	})
	if err == nil && !g.read.Now.Before(u.ExpiresAt) {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "upload_expired", Message: "the time for this upload is over"}
	}
	return u, err
}

// uploadHead says how far an upload has come.
func (g *guest) uploadHead() error {
	u, err := g.upload()
	if err != nil {
		return err
	}
	at := u.Size
	if u.File == "" {
		if at, err = g.evidence.Size(g.r.Context(), u.Merchant, u.ID); err != nil {
			return err
		}
	}
	if at == u.Size && u.File == "" { // it came whole, and this program went down before it was taken in
		if err := g.finish(context.WithoutCancel(g.r.Context()), &u); err != nil {
			return err
		}
	}
	g.progress(&u, at)
	g.w.Header().Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	g.w.WriteHeader(http.StatusOK)
	return nil
}

func (g *guest) progress(u *store.Upload, at int64) {
	h := g.w.Header()
	h.Set("Upload-Offset", strconv.FormatInt(at, 10))
	h.Set("Upload-Expires", u.ExpiresAt.UTC().Format(http.TimeFormat))
}

// uploadPatch takes a part; with the last one the file is taken in.
func (g *guest) uploadPatch() error {
	if g.r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		return &recourse.Error{Kind: recourse.Invalid, Code: "upload_type", Field: "Content-Type", Message: "a part of an upload is application/offset+octet-stream"}
	}
	offset, err := strconv.ParseInt(g.r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "upload_header", Field: "Upload-Offset", Message: "a part says where it begins"}
	}
	u, err := g.upload()
	if err != nil {
		return err
	}
	if u.File != "" {
		return &recourse.Error{Kind: recourse.Conflict, Code: "upload_offset", Message: "the upload is whole already"}
	}
	if offset+max(0, g.r.ContentLength) > u.Size {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_too_large", Message: "more comes than was announced"}
	}
	ctx, stop := uploading(g.w, g.r)
	defer stop()
	at, err := g.evidence.Append(ctx, u.Merchant, u.ID, offset, g.r.Body)
	if err != nil {
		return err
	}
	if at == u.Size {
		if err := g.finish(ctx, &u); err != nil {
			return err
		}
	}
	g.progress(&u, at)
	g.w.WriteHeader(http.StatusNoContent)
	return nil
}

// finish takes in a file that has come whole. One that is refused is forgotten: what it is will not get better.
func (g *guest) finish(ctx context.Context, u *store.Upload) error {
	item, err := g.evidence.Finish(ctx, u.Merchant, u.ID)
	if k := recourse.KindOf(err); k == recourse.Invalid || k == recourse.TooLarge {
		g.forget(ctx, u)
	}
	if err != nil {
		return err
	}
	if _, err := g.add(ctx, u.Case, u.Name, item); err != nil {
		return err
	}
	err = g.desk.Store().Write(ctx, func(tx *store.Tx) error { return tx.EndUpload(u.Merchant, u.ID, item.File) })
	if err == nil {
		u.File = item.File
		err = g.evidence.Drop(ctx, u.Merchant, u.ID)
	}
	return err
}

// add tells that a file was handed in for a case.
func (g *guest) add(ctx context.Context, id, name string, item evidence.Item) (desk.Result, error) {
	e := evidenceRow(item)
	e.Case, e.Order, e.From, e.By, e.Name = id, g.who.Order, recourse.PartyBuyer, buyerName, name
	return g.desk.AddEvidence(ctx, g.who.Merchant, e, "")
}

// uploadDelete gives an upload up.
func (g *guest) uploadDelete() error {
	u, err := g.upload()
	if err != nil {
		return err
	}
	if err := g.forget(g.r.Context(), &u); err != nil {
		return err
	}
	g.w.WriteHeader(http.StatusNoContent)
	return nil
}

// files takes the files of a plain form, for browsers without the script: one after the other as they come. One that is
// refused stops none of the others.
func (g *guest) files() error {
	if g.evidence == nil {
		return errNoEvidence
	}
	ctx, stop := uploading(g.w, g.r)
	defer stop()
	g.r = g.r.WithContext(ctx)
	g.r.Body = http.MaxBytesReader(g.w, g.r.Body, mostFormBytes)
	parts, err := g.r.MultipartReader()
	if err != nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "evidence_none", Message: "no file was chosen", Err: err}
	}
	taken, err := g.takeFiles(ctx, parts)
	if err != nil {
		g.again(err)
		g.said = &view.Notice{Text: g.read.Buyer("fault_file"), Hint: g.fileFault(err)}
		return g.now(pageStatus[recourse.KindOf(err)], view.BuyerForm{})
	}
	if taken == 0 {
		return g.goOn("said_twice", "")
	}
	return g.goOn("said_files", "")
}

// takeFiles reads the form to its end, and gives the first reason why a file was not taken.
func (g *guest) takeFiles(ctx context.Context, parts *multipart.Reader) (fresh int, first error) {
	id, n := "", 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				first = &recourse.Error{Kind: recourse.Invalid, Code: "evidence_empty", Message: "no file was chosen"}
			}
			return fresh, first
		}
		if err != nil {
			return fresh, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_broken_off", Message: "the form did not arrive whole", Err: err}
		}
		switch {
		case part.FormName() == "case":
			b, _ := io.ReadAll(io.LimitReader(part, 1000))
			if id = string(b); g.mayUpload(id) != nil {
				return 0, g.mayUpload(id)
			}
		case part.FormName() == "files" && part.FileName() != "" && id != "" && n < view.BuyerFiles:
			n++
			if twice, err := g.takeFile(ctx, id, part); err != nil && first == nil {
				first = err
			} else if err == nil && !twice {
				fresh++
			}
		}
	}
}

func (g *guest) takeFile(ctx context.Context, id string, part *multipart.Part) (twice bool, err error) {
	item, err := g.evidence.Take(ctx, g.who.Merchant, part, -1)
	if err != nil {
		return false, err
	}
	r, err := g.add(ctx, id, part.FileName(), item)
	return r.Status == desk.Duplicate, err
}
