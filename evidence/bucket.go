package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"recourse"
)

// bucket keeps blobs in S3 or what speaks like it. An object comes to its name whole; that is S3's to see to.
type bucket struct {
	client *minio.Client
	name   string
	prefix string // "" or ending in /
}

// openBucket reads s3://bucket/prefix?endpoint=host:port&region=…&secure=false and asks whether the bucket is there.
func openBucket(place string) (shelf, error) {
	u, err := url.Parse(place)
	if err != nil || len(u.Host) < 3 || u.User != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_place", Field: "evidence", Message: "this is no place in S3", Hint: "write s3://bucket/prefix?endpoint=host&region=…; credentials come from the environment"}
	}
	q := u.Query()
	endpoint := q.Get("endpoint")
	if endpoint == "" {
		endpoint = "s3.amazonaws.com"
	}
	id := credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.IAM{Client: &http.Client{Timeout: 5 * time.Second}}})
	lookup := minio.BucketLookupAuto
	if q.Get("path") == "true" || q.Get("secure") == "false" {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(endpoint, &minio.Options{Creds: id, Secure: q.Get("secure") != "false", Region: q.Get("region"), BucketLookup: lookup})
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "evidence_place", Field: "evidence", Message: "this is no place in S3: " + err.Error(), Err: err}
	}
	b := &bucket{client: client, name: u.Host}
	if p := strings.Trim(path.Clean("/"+u.Path), "/"); p != "" {
		b.prefix = p + "/"
	}
	ctx, stop := context.WithTimeout(context.Background(), 15*time.Second)
	defer stop()
	there, err := client.BucketExists(ctx, b.name)
	if err == nil && !there {
		err = errors.New("there is no such bucket")
	}
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "evidence_unavailable", Field: "evidence", Message: "the bucket of the evidence cannot be used: " + b.name, Hint: err.Error(), Err: err}
	}
	return b, nil
}

func (b *bucket) close() error { return nil }

func (b *bucket) stage() (*os.File, error) { return os.CreateTemp("", "evidence") }

// fresh is how long an object counts as just used. One that was kept longer ago is kept again, for a sweep not to take it
// away between being found here and being written down.
const fresh = 6 * time.Hour

func (b *bucket) put(ctx context.Context, key string, f *os.File) error {
	if at, err := b.stat(ctx, key); err == nil && time.Since(at.modified) < fresh {
		return nil
	}
	return b.send(ctx, key, io.NewSectionReader(f, 0, length(f)), length(f))
}

// send sends an object at once, up to 200 MB from the disk. Sending it in parts would need another request for each and
// leave parts behind when it breaks.
func (b *bucket) send(ctx context.Context, key string, r io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+key, r, size, minio.PutObjectOptions{ContentType: "application/octet-stream", ContentDisposition: "attachment", DisableMultipart: true})
	return err
}

func (b *bucket) stat(ctx context.Context, key string) (state, error) {
	info, err := b.client.StatObject(ctx, b.name, b.prefix+key, minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return state{}, errMissing
	}
	return state{info.Size, info.LastModified}, err
}

func (b *bucket) open(ctx context.Context, key string) (io.ReadSeekCloser, state, error) {
	at, err := b.stat(ctx, key)
	if err != nil {
		return nil, state{}, err
	}
	o, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	return o, at, err
}

func (b *bucket) drop(ctx context.Context, key string) error {
	return b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{})
}

func (b *bucket) each(ctx context.Context, prefix string, f func(string, state) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // lets go of the listing when f has had enough
	for o := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		if err := f(strings.TrimPrefix(o.Key, b.prefix), state{o.Size, o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Parts are objects, each named by where it begins, beside one that says how long the whole is to become. What arrives is
// gathered on the disk and sent on piece by piece, so that a crash loses no more than the piece in hand.

// partBytes is the size of a piece.
const partBytes = 8 << 20

func partKey(key string, offset int64) string { return fmt.Sprintf("%s/%020d", key, offset) }

func (b *bucket) begin(ctx context.Context, key string, total int64) error {
	if _, err := b.stat(ctx, key+totalName); err == nil {
		return nil
	}
	text := strconv.FormatInt(total, 10)
	return b.send(ctx, key+totalName, strings.NewReader(text), int64(len(text)))
}

func (b *bucket) length(ctx context.Context, key string) (have, total int64, err error) {
	o, _, err := b.open(ctx, key+totalName)
	if err != nil {
		return 0, 0, err
	}
	defer o.Close()
	text, err := io.ReadAll(io.LimitReader(o, 30))
	if err == nil {
		total, err = strconv.ParseInt(string(text), 10, 64)
	}
	if err != nil {
		return 0, 0, err
	}
	parts, err := b.listParts(ctx, key)
	for _, p := range parts {
		have += p.bytes
	}
	return have, total, err
}

type part struct {
	key   string
	bytes int64
}

// listParts are the parts that follow each other from the beginning, in their order.
func (b *bucket) listParts(ctx context.Context, key string) (all []part, err error) {
	next := int64(0)
	err = b.each(ctx, key+"/", func(k string, at state) error {
		if k == partKey(key, next) {
			all, next = append(all, part{k, at.bytes}), next+at.bytes
		}
		return nil
	})
	return all, err
}

func (b *bucket) append(ctx context.Context, key string, offset int64, r io.Reader) (int64, error) {
	f, err := b.stage()
	if err != nil {
		return offset, err
	}
	defer discard(f)
	for {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return offset, err
		}
		n, broke := io.Copy(f, io.LimitReader(r, partBytes))
		if n > 0 {
			// What came is kept even when whoever sent it has gone.
			if err := b.send(context.WithoutCancel(ctx), partKey(key, offset), io.NewSectionReader(f, 0, n), n); err != nil {
				return offset, err
			}
			offset += n
		}
		if broke != nil || n < partBytes {
			return offset, broke
		}
	}
}

func (b *bucket) parts(ctx context.Context, key string) (io.ReadCloser, error) {
	all, err := b.listParts(ctx, key)
	if err != nil {
		return nil, err
	}
	return &joined{ctx: ctx, bucket: b, left: all}, nil
}

func (b *bucket) dropParts(ctx context.Context, key string) error {
	var keys []string
	err := b.each(ctx, key+"/", func(k string, _ state) error { keys = append(keys, k); return nil })
	for _, k := range append(keys, key+totalName) {
		err = errors.Join(err, b.drop(ctx, k))
	}
	return err
}

// joined reads parts one after the other.
type joined struct {
	ctx    context.Context
	bucket *bucket
	left   []part
	now    io.ReadCloser
}

func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.now == nil {
			if len(j.left) == 0 {
				return 0, io.EOF
			}
			o, _, err := j.bucket.open(j.ctx, j.left[0].key)
			if err != nil {
				return 0, err
			}
			j.now, j.left = o, j.left[1:]
		}
		n, err := j.now.Read(p)
		if errors.Is(err, io.EOF) {
			j.Close()
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (j *joined) Close() error {
	if j.now == nil {
		return nil
	}
	err := j.now.Close()
	j.now = nil
	return err
}
