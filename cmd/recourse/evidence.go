package main

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"recourse"
	"recourse/evidence"
	"recourse/store"
)

// evidenceFlags say where photos and videos are kept.
type evidenceFlags struct {
	Evidence string `help:"Where photos and videos are kept: a folder, or s3://bucket/prefix?endpoint=HOST&region=NAME, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment. Default: a folder beside the database, with its name and .evidence. Nodes that share a database share this, too." env:"RECOURSE_EVIDENCE" placeholder:"PLACE"`
	Clamd    string `help:"The virus scanner that looks at what comes in: HOST:PORT or the path of its socket. Default: none." env:"RECOURSE_CLAMD" placeholder:"ADDRESS"`
}

// openEvidence opens the place; database is for its default.
func (f *evidenceFlags) openEvidence(d *databaseFlags) (*evidence.Room, error) {
	place := f.Evidence
	if place == "" {
		place = "recourse.evidence"
		if !d.remote() {
			place = d.Database + ".evidence"
		}
	}
	r, err := evidence.Open(evidence.Options{Place: place, Scanner: f.Clamd, Log: slog.Default()})
	if err != nil {
		return nil, err
	}
	if heic, video := r.Opens(); !heic || !video {
		slog.Info("some evidence is kept and cannot be shown", "heic", heic, "video", video, "install", "libheif-examples ffmpeg")
	}
	return r, nil
}

// How often what is kept is looked after: files that the scanner could not be asked about, and files that nobody refers to
// any more.
const (
	scanEvery  = 5 * time.Minute
	sweepEvery = 24 * time.Hour
)

// tend looks after the evidence of all merchants until the context ends.
func (o *office) tend(ctx context.Context, r *evidence.Room) {
	scan, sweep := time.NewTicker(scanEvery), time.NewTicker(sweepEvery)
	defer scan.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-scan.C:
			o.forMerchants(ctx, "scan", func(m string) error { return o.scanAgain(ctx, r, m) })
		case <-sweep.C:
			o.forMerchants(ctx, "sweep", func(m string) error { return o.sweepEvidence(ctx, r, m) })
		}
	}
}

func (o *office) forMerchants(ctx context.Context, what string, f func(merchant string) error) {
	var all []store.Merchant
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) { all, err = tx.Merchants(); return err })
	for _, m := range all {
		err = cmp.Or(err, f(m.ID))
	}
	if err != nil && ctx.Err() == nil {
		slog.Warn("evidence: "+what, "err", err)
	}
}

// scanAtOnce is how many files are scanned again in one go.
const scanAtOnce = 200

// scanAgain asks the scanner about files that it could not be asked about before. Of one in which it finds something the
// row stays, which says so, and the file goes.
func (o *office) scanAgain(ctx context.Context, r *evidence.Room, merchant string) error {
	var files []string
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) { files, err = tx.EvidenceToScan(merchant, scanAtOnce); return err })
	for _, f := range files {
		verdict := store.ScanClean
		passed, err := r.Scan(ctx, merchant, f)
		switch {
		case recourse.CodeOf(err) == "evidence_infected":
			verdict = store.ScanInfected
			slog.Warn("evidence: the virus scanner found something", "merchant", merchant, "file", f)
		case recourse.CodeOf(err) == "evidence_missing":
			continue
		case err != nil:
			return err
		case !passed:
			return nil // it is still away
		}
		if err := o.store.Write(ctx, func(tx *store.Tx) error { return tx.SetEvidenceScan(merchant, f, verdict) }); err != nil {
			return err
		}
		if verdict == store.ScanInfected {
			if err := r.Forget(ctx, merchant, f); err != nil {
				return err
			}
		}
	}
	return err
}

// sweepEvidence takes away the files that no case of a merchant refers to: those of a buyer who was erased, and those
// that were taken in and never written down.
func (o *office) sweepEvidence(ctx context.Context, r *evidence.Room, merchant string) error {
	if err := o.sweepUploads(ctx, r, merchant); err != nil {
		return err
	}
	n, err := r.Sweep(ctx, merchant, func(files []string) (none []string, err error) {
		err = o.store.Read(ctx, func(tx *store.Tx) error { none, err = tx.UnknownEvidence(merchant, files); return err })
		return none, err
	})
	if n > 0 {
		slog.Info("evidence: files that nobody refers to are gone", "merchant", merchant, "files", n)
	}
	return err
}

// sweepUploads takes away the uploads of buyers whose time is over: what came of them, and then the row that names it. The
// sweep of files itself would find the parts only a week later, and the rows, which have a file's name, never.
func (o *office) sweepUploads(ctx context.Context, r *evidence.Room, merchant string) error {
	for {
		var over []store.Upload
		err := o.store.Read(ctx, func(tx *store.Tx) (err error) { over, err = tx.UploadsExpired(merchant, o.Now()); return err })
		if err != nil || len(over) == 0 {
			return err
		}
		for _, u := range over {
			if err := r.Drop(ctx, merchant, u.ID); err != nil {
				return err
			}
			if err := o.store.Write(ctx, func(tx *store.Tx) error { return tx.DropUpload(merchant, u.ID) }); err != nil {
				return err
			}
		}
	}
}
