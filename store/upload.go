package store

import (
	"time"

	"recourse"
)

// Upload is a file on its way from a buyer, in parts. What has come of it so far is where evidence is kept.
type Upload struct {
	Merchant  string
	ID        string
	Link      string // by which it comes
	Case      string
	Name      string // as the sender calls it: personal
	Size      int64  // bytes in all
	CreatedAt time.Time
	ExpiresAt time.Time
	File      string // the SHA-256 of what came, once it was taken in; "": it is on its way
}

// PutUpload keeps a new upload.
func (tx *Tx) PutUpload(u Upload) error {
	_, err := tx.exec(`INSERT INTO uploads (merchant, upload, link, case_id, name, size, created_at, expires_at, file) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		u.Merchant, u.ID, u.Link, u.Case, u.Name, u.Size, micros(u.CreatedAt), micros(u.ExpiresAt), u.File)
	return err
}

// Upload reads an upload of a link: upload_unknown, of kind [recourse.NotFound], when it has none of that id.
func (tx *Tx) Upload(merchant, link, id string) (Upload, error) {
	all, err := tx.uploads(`merchant = $1 AND upload = $2 AND link = $3`, merchant, id, link)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "upload_unknown", Message: "there is no such upload"}
	}
	if err != nil {
		return Upload{}, err
	}
	return all[0], nil
}

// UploadsUnderWay are the uploads of a link that are not whole yet and have not expired.
func (tx *Tx) UploadsUnderWay(merchant, link string, now time.Time) ([]Upload, error) {
	return tx.uploads(`merchant = $1 AND link = $2 AND expires_at > $3 AND file = ''`, merchant, link, micros(now))
}

// UploadsExpired are some uploads of a merchant whose time is over.
func (tx *Tx) UploadsExpired(merchant string, now time.Time) ([]Upload, error) {
	return tx.uploads(`merchant = $1 AND expires_at <= $2`, merchant, micros(now))
}

func (tx *Tx) uploads(where string, args ...any) ([]Upload, error) {
	rows, err := tx.query(`SELECT merchant, upload, link, case_id, name, size, created_at, expires_at, file FROM uploads WHERE `+where+` ORDER BY expires_at, upload LIMIT 100`, args...)
	if err != nil {
		return nil, err
	}
	var out []Upload
	err = each(rows, func() error {
		var u Upload
		var created, expires int64
		if err := rows.Scan(&u.Merchant, &u.ID, &u.Link, &u.Case, &u.Name, &u.Size, &created, &expires, &u.File); err != nil {
			return err
		}
		u.CreatedAt, u.ExpiresAt = instant(created), instant(expires)
		out = append(out, u)
		return nil
	})
	return out, err
}

// EndUpload writes down what an upload has become.
func (tx *Tx) EndUpload(merchant, id, file string) error {
	_, err := tx.exec(`UPDATE uploads SET file = $3 WHERE merchant = $1 AND upload = $2`, merchant, id, file)
	return err
}

// DropUpload takes an upload away.
func (tx *Tx) DropUpload(merchant, id string) error {
	_, err := tx.exec(`DELETE FROM uploads WHERE merchant = $1 AND upload = $2`, merchant, id)
	return err
}
