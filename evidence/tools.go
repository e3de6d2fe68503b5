package evidence

import (
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// HEIC and video cannot be opened in pure Go. Where Debian's libheif-examples and ffmpeg are installed they are used, and
// where they are not such files are kept all the same, and others see that there is one but not what is in it.
//
// Both read a stranger's bytes with a good deal of C. So each runs by itself for a bounded time, with bounded memory and
// output, without a network where the system can do that, in an empty folder, with an environment that tells it nothing.

// tools are the programs that were found; "": not there.
type tools struct {
	heif, ffmpeg string
	alone        bool          // they can be run without a network
	turn         chan struct{} // one at a time: each takes all the processors it can
}

func findTools(folder string) tools {
	t := tools{turn: make(chan struct{}, 1)}
	if folder == "none" {
		return t
	}
	find := func(names ...string) string {
		for _, name := range names {
			if folder != "" {
				name = filepath.Join(folder, name)
			}
			if p, err := exec.LookPath(name); err == nil {
				return p
			}
		}
		return ""
	}
	t.heif, t.ffmpeg = find("heif-dec", "heif-convert"), find("ffmpeg")
	if t.heif+t.ffmpeg != "" {
		t.alone = true
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		t.alone = t.run(ctx, os.TempDir(), "true") == nil
	}
	return t
}

// Opens says which files can be opened for others to see beside pictures that need no program.
func (r *Room) Opens() (heic, video bool) { return r.tools.heif != "", r.tools.ffmpeg != "" }

// What a program may take.
const (
	toolMemory = 2 << 20 // KiB of addresses
	toolOutput = 512 << 20
	toolTime   = 90 * time.Second
)

// limited sets limits on itself and becomes the program.
const limited = `ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; ulimit -f "$3"; shift 3; exec "$@"`

// run runs a program within its limits.
func (t *tools) run(ctx context.Context, folder, program string, args ...string) error {
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	all := append([]string{"-c", limited, "sh", strconv.Itoa(int(toolTime.Seconds())), strconv.Itoa(toolMemory), strconv.Itoa(toolOutput / 512), program}, args...)
	c := exec.CommandContext(ctx, "/bin/sh", all...)
	c.Dir, c.Env = folder, []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=" + folder, "TMPDIR=" + folder}
	c.WaitDelay = time.Second
	apart(c, t.alone)
	return c.Run()
}

// with waits for the program's turn and gives it an empty folder.
func (t *tools) with(ctx context.Context, f func(folder string) error) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
	folder, err := os.MkdirTemp("", "evidence")
	if err != nil {
		return unavailable(err)
	}
	defer os.RemoveAll(folder)
	return f(folder)
}

// makeHEIC makes pictures of a HEIC file, if that can be done. One that the program cannot open is kept unseen: it is whole,
// and another program may know more. heif-convert turns a picture upright by itself.
func (r *Room) makeHEIC(ctx context.Context, f *os.File, item *Item, out derived) error {
	_, item.Taken = metadata(f, item)
	if r.tools.heif == "" || item.Width == 0 {
		return nil
	}
	return r.tools.with(ctx, func(folder string) error {
		to := filepath.Join(folder, "out.png")
		if err := r.tools.run(ctx, folder, r.tools.heif, f.Name(), to); err != nil {
			if _, err := os.Stat(to); err != nil {
				to = filepath.Join(folder, "out-1.png") // of several pictures the first
			}
		}
		return r.fromPNG(to, item, out)
	})
}

// fromPNG makes pictures of what a program has unpacked; none when it has not.
func (r *Room) fromPNG(name string, item *Item, out derived) error {
	f, err := os.Open(name)
	if err != nil {
		r.log.Warn("evidence: a file could not be opened for others to see", "file", item.File, "type", item.Type)
		return nil
	}
	defer f.Close()
	m, err := r.unpack(f)
	if err != nil {
		r.log.Warn("evidence: a file could not be opened for others to see", "file", item.File, "type", item.Type)
		return nil
	}
	item.Width, item.Height = m.Bounds().Dx(), m.Bounds().Dy()
	return r.pictures(m, 1, item, out)
}

func (r *Room) unpack(f *os.File) (image.Image, error) {
	c, err := png.DecodeConfig(f)
	if err != nil {
		return nil, err
	}
	if int64(c.Width)*int64(c.Height) > MaxPixels {
		return nil, errPixels
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	defer r.gate.enter(c.Width * c.Height)()
	return png.Decode(f)
}

// The ends of the keys of videos for others to see.
const (
	videoMP4  = ".mp4"
	videoWebM = ".webm"
)

// makeVideo makes a copy of a video without anything but its picture and its sound, and a still of it.
func (r *Room) makeVideo(ctx context.Context, f *os.File, item *Item, out derived) error {
	if r.tools.ffmpeg == "" {
		return nil
	}
	suffix, demuxer, muxer := videoMP4, "mov", "mp4"
	if item.Type == "video/webm" {
		suffix, demuxer, muxer = videoWebM, "matroska", "webm"
	}
	return r.tools.with(ctx, func(folder string) error {
		to, err := r.shelf.stage()
		if err != nil {
			return unavailable(err)
		}
		in := []string{"-nostdin", "-v", "error", "-protocol_whitelist", "file", "-max_pixels", strconv.Itoa(MaxPixels), "-f", demuxer, "-i", f.Name()}
		strip := append(in[:len(in):len(in)], "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn", "-c", "copy",
			"-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-f", muxer)
		if muxer == "mp4" {
			strip = append(strip, "-movflags", "+faststart")
		}
		if err := r.tools.run(ctx, folder, r.tools.ffmpeg, append(strip, "-y", to.Name())...); err != nil || length(to) == 0 {
			discard(to)
			r.log.Warn("evidence: a video could not be made for others to see", "file", item.File, "type", item.Type)
			if ctx.Err() != nil {
				return unavailable(ctx.Err())
			}
			return nil
		}
		out[suffix], item.Played = to, true
		return r.still(ctx, folder, in, item, out)
	})
}

func length(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// still is one picture of a video, of those of the first second the one that is most like the others.
func (r *Room) still(ctx context.Context, folder string, in []string, item *Item, out derived) error {
	to := filepath.Join(folder, "still.png")
	w, h := item.Width, item.Height
	err := r.tools.run(ctx, folder, r.tools.ffmpeg, append(in[:len(in):len(in)], "-vf", "thumbnail=25", "-frames:v", "1", "-f", "image2", "-c:v", "png", "-y", to)...)
	if err != nil && ctx.Err() != nil {
		return unavailable(err)
	}
	if err := r.fromPNG(to, item, out); err != nil {
		return err
	}
	if w > 0 && h > 0 {
		item.Width, item.Height = w, h
	}
	return nil
}
