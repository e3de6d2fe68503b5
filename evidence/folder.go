package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// folder keeps blobs on a disk, below one folder that nothing gets out of: os.Root sees to it, symbolic links included.
//
// A file comes to its name whole: it is written under another name, flushed to the disk, and renamed, and the folder is
// flushed too. What a crash leaves lies in tmp, where the next sweep finds it.
type folder struct {
	root *os.Root
	path string
}

// staging is the folder of files on their way in.
const staging = "tmp"

func openFolder(place string) (shelf, error) {
	abs, err := filepath.Abs(place)
	if err == nil {
		err = os.MkdirAll(abs, 0o700)
	}
	var root *os.Root
	if err == nil {
		root, err = os.OpenRoot(abs)
	}
	if err == nil {
		err = root.MkdirAll(staging, 0o700)
	}
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "evidence_unavailable", Field: "evidence", Message: "the folder of the evidence cannot be used: " + recourse.Shorten(place, 200), Hint: err.Error(), Err: err}
	}
	return &folder{root, abs}, nil
}

func (d *folder) close() error { return d.root.Close() }

// stage makes a file within the root. Its name is that of the root's own path, for os.Remove to find.
func (d *folder) stage() (*os.File, error) {
	return os.OpenFile(filepath.Join(d.path, staging, rand.Text()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d *folder) put(_ context.Context, key string, f *os.File) error {
	now := time.Now()
	if err := d.root.Chtimes(key, now, now); err == nil {
		return nil // it is there, and was just used
	}
	if err := f.Sync(); err != nil {
		return err
	}
	from, err := filepath.Rel(d.path, f.Name())
	if err != nil {
		return err
	}
	if err := d.root.MkdirAll(path.Dir(key), 0o700); err != nil {
		return err
	}
	if err := d.root.Rename(filepath.ToSlash(from), key); err != nil {
		return err
	}
	return d.flush(key)
}

// flush makes the names durable that lead to a key: that of the file and those of folders that may be new.
func (d *folder) flush(key string) error {
	for dir := path.Dir(key); ; dir = path.Dir(dir) {
		f, err := d.root.Open(dir)
		if err != nil {
			return err
		}
		err = f.Sync()
		f.Close()
		if err != nil || dir == "." {
			return err
		}
	}
}

func (d *folder) open(_ context.Context, key string) (io.ReadSeekCloser, state, error) {
	f, err := d.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, state{}, errMissing
	}
	if err != nil {
		return nil, state{}, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, state{}, err
	}
	return f, state{info.Size(), info.ModTime()}, nil
}

func (d *folder) drop(_ context.Context, key string) error {
	if err := d.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d *folder) each(ctx context.Context, prefix string, f func(string, state) error) error {
	err := fs.WalkDir(d.root.FS(), strings.TrimSuffix(prefix, "/"), func(key string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone meanwhile
			return nil
		case err != nil:
			return err
		case e.IsDir():
			return ctx.Err()
		}
		info, err := e.Info()
		if err != nil {
			return nil // gone meanwhile
		}
		return f(key, state{info.Size(), info.ModTime()})
	})
	return err
}

// Parts are a file that grows, with the length that it is to have in a file beside it.

const totalName = ".total"

func (d *folder) begin(_ context.Context, key string, total int64) error {
	if err := d.root.MkdirAll(path.Dir(key), 0o700); err != nil {
		return err
	}
	if _, err := d.root.Stat(key + totalName); err == nil {
		return nil // begun already: what is there stays
	}
	f, err := d.root.OpenFile(key, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := d.root.WriteFile(key+totalName, []byte(strconv.FormatInt(total, 10)), 0o600); err != nil {
		return err
	}
	return d.flush(key)
}

func (d *folder) length(_ context.Context, key string) (have, total int64, err error) {
	text, err := d.root.ReadFile(key + totalName)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, errMissing
	}
	if err != nil {
		return 0, 0, err
	}
	if total, err = strconv.ParseInt(string(text), 10, 64); err != nil {
		return 0, 0, errMissing // a crash between making and writing it: it was never answered for
	}
	info, err := d.root.Stat(key)
	if err != nil {
		return 0, 0, errMissing
	}
	return info.Size(), total, nil
}

// append writes at the end and flushes, whatever became of the reader: what arrived before a line broke need not be sent
// again.
func (d *folder) append(_ context.Context, key string, offset int64, r io.Reader) (int64, error) {
	f, err := d.root.OpenFile(key, os.O_WRONLY, 0o600)
	if err != nil {
		return offset, err
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return offset, err
	}
	n, broke := io.Copy(f, r)
	if err := f.Sync(); err != nil {
		return offset, err
	}
	return offset + n, broke
}

func (d *folder) parts(_ context.Context, key string) (io.ReadCloser, error) { return d.root.Open(key) }

func (d *folder) dropParts(ctx context.Context, key string) error {
	return errors.Join(d.drop(ctx, key+totalName), d.drop(ctx, key))
}
