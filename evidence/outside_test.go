package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/evidence"
)

// TestMemory: 200 MB pass through without being in memory.
func TestMemory(t *testing.T) {
	contract(t, func(t *testing.T, r *evidence.Room) {
		if strings.HasSuffix(t.Name(), "s3") {
			t.Skip("the S3 server of this test keeps everything in this process's memory")
		}
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		done := make(chan struct{})
		var most atomic.Uint64
		go func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(5 * time.Millisecond):
					runtime.ReadMemStats(&now)
					most.Store(max(most.Load(), now.HeapInuse))
				}
			}
		}()
		_, err := r.Take(t.Context(), "shop", movie(199<<20), -1)
		close(done)
		if err != nil {
			t.Fatal(err)
		}
		if more := int64(most.Load()) - int64(before.HeapInuse); more > 32<<20 {
			t.Errorf("taking 200 MB took %d MiB", more>>20)
		} else {
			t.Logf("taking 200 MB took %d KiB", more>>10)
		}
	})
}

// TestCrash kills a process in the middle of taking a file and of an upload.
func TestCrash(t *testing.T) {
	if folder := os.Getenv("EVIDENCE_CRASH"); folder != "" {
		crash(t, folder)
		return
	}
	folder := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "^TestCrash$")
	child.Env = append(os.Environ(), "EVIDENCE_CRASH="+folder)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	child.Process.Kill()
	child.Wait()
	r := opened(t, evidence.Options{Place: folder, Clock: func() time.Time { return time.Now().Add(30 * 24 * time.Hour) }})
	for _, name := range files(t, folder) {
		if strings.Contains(name, "/files/") {
			t.Error("a file came to its name:", name)
		}
	}
	n, err := r.Size(t.Context(), "shop", "film")
	if err != nil || n != 3<<20 {
		t.Errorf("of the upload %d bytes are there, %v", n, err)
	}
	if _, err := r.Sweep(t.Context(), "shop", func([]string) ([]string, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	if left := files(t, folder); len(left) > 0 {
		t.Error("left:", left)
	}
}

// crash takes a file that never ends, once an upload has had three of its parts.
func crash(t *testing.T, folder string) {
	r := opened(t, evidence.Options{Place: folder})
	if err := r.Begin(t.Context(), "shop", "film", 100<<20); err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		if _, err := r.Append(t.Context(), "shop", "film", i<<20, bytes.NewReader(make([]byte, 1<<20))); err != nil {
			t.Fatal(err)
		}
	}
	r.Take(t.Context(), "shop", io.MultiReader(movie(20<<20), &told{}), -1)
}

// told is a reader that says that it was reached, and never answers.
type told struct{}

func (*told) Read([]byte) (int, error) {
	os.Stdout.Write([]byte("."))
	select {}
}

// clamd is a peer that speaks INSTREAM: it finds the test's virus.
func clamd(t *testing.T, l net.Listener) {
	t.Helper()
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Write([]byte(verdict(c)))
			}()
		}
	}()
}

const virus = "THE-TEST-VIRUS"

func verdict(r io.Reader) string {
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(r, command); err != nil || string(command) != "zINSTREAM\x00" {
		return "UNKNOWN COMMAND\x00"
	}
	var all bytes.Buffer
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return "INSTREAM: broken. ERROR\x00"
		}
		n := binary.BigEndian.Uint32(size[:])
		if n == 0 {
			break
		}
		if _, err := io.CopyN(&all, r, int64(n)); err != nil {
			return "INSTREAM: broken. ERROR\x00"
		}
	}
	if bytes.Contains(all.Bytes(), []byte(virus)) {
		return "stream: Test.Virus FOUND\x00"
	}
	return "stream: OK\x00"
}

func TestScanner(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	r := opened(t, evidence.Options{Place: folder, Scanner: l.Addr().String()})
	clean, sick := encoded(t, drawn(300, 200, 1), "jpeg"), append(encoded(t, drawn(300, 200, 2), "jpeg"), virus...)
	clamd(t, l)
	if item := take(t, r, clean); !item.Scanned {
		t.Error("a clean file was not passed")
	}
	if _, err := r.Take(t.Context(), "shop", bytes.NewReader(sick), -1); recourse.CodeOf(err) != "evidence_infected" {
		t.Error("a sick file gives", err)
	}
	if n := len(files(t, folder)); n != 3 {
		t.Error("the sick file was kept", files(t, folder))
	}
	// While it is away, files are kept for it.
	l.Close()
	item := take(t, r, sick)
	if item.Scanned {
		t.Error("nobody looked at it")
	}
	if ok, err := r.Scan(t.Context(), "shop", item.File); ok || err != nil {
		t.Error("still away:", ok, err)
	}
	again, err := net.Listen("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	clamd(t, again)
	if _, err := r.Scan(t.Context(), "shop", item.File); recourse.CodeOf(err) != "evidence_infected" {
		t.Error("it is back:", err)
	}
	if _, err := r.Scan(t.Context(), "shop", strings.Repeat("0", 64)); recourse.CodeOf(err) != "evidence_missing" {
		t.Error(err)
	}
}

// TestScannerBySocket also sends more than one piece.
func TestScannerBySocket(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "clamd.ctl"))
	if err != nil {
		t.Fatal(err)
	}
	clamd(t, l)
	r := opened(t, evidence.Options{Place: t.TempDir(), Scanner: l.Addr().String()})
	item, err := r.Take(t.Context(), "shop", movie(1<<20), -1)
	if err != nil || !item.Scanned {
		t.Errorf("%+v %v", item, err)
	}
}

// TestRealScanner asks Debian's clamd, with a signature of our own.
func TestRealScanner(t *testing.T) {
	program, err := exec.LookPath("clamd")
	if err != nil {
		t.Skip("clamd is not installed (clamav-daemon)")
	}
	folder := t.TempDir()
	os.Chmod(folder, 0o755)
	socket := filepath.Join(folder, "ctl")
	config := "LocalSocket " + socket + "\nDatabaseDirectory " + folder + "\nForeground yes\nTemporaryDirectory " + folder + "\nStreamMaxLength 210M\n"
	for name, text := range map[string]string{"own.ndb": "Test.Virus:0:*:" + hexOf(virus) + "\n", "clamd.conf": config} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, "-c", filepath.Join(folder, "clamd.conf"))
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	r := opened(t, evidence.Options{Place: t.TempDir(), Scanner: socket})
	clean := encoded(t, drawn(300, 200, 1), "jpeg")
	for range 100 {
		if item := take(t, r, clean); item.Scanned {
			_, err := r.Take(t.Context(), "shop", bytes.NewReader(append(clean, virus...)), -1)
			if recourse.CodeOf(err) != "evidence_infected" {
				t.Error("a sick file gives", err)
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("clamd never answered")
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// tool is a room that uses what is installed, and a folder to make files in.
func tool(t *testing.T, programs ...string) (*evidence.Room, string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skip(p + " is not installed")
		}
	}
	r, err := evidence.Open(evidence.Options{Place: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, t.TempDir()
}

func ran(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func TestHEIC(t *testing.T) {
	r, folder := tool(t, "heif-enc", "heif-convert")
	from, to := filepath.Join(folder, "in.jpg"), filepath.Join(folder, "out.heic")
	if err := os.WriteFile(from, withExif(encoded(t, drawn(800, 600, 4), "jpeg"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	ran(t, "heif-enc", from, "-o", to)
	photo, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	item := take(t, r, photo)
	if item.Type != "image/heic" || item.Width != 800 || item.Height != 600 || !item.Shown || item.Hash == 0 {
		t.Errorf("%+v", item)
	}
	if b := picture(t, r, item.File, evidence.Full); bytes.Contains(b, []byte("SECRETPLACE")) {
		t.Error("the picture has metadata")
	}
	// Without the program it is kept, and its size is known.
	none := opened(t, evidence.Options{Place: t.TempDir()})
	if item := take(t, none, photo); item.Shown || item.Width != 800 {
		t.Errorf("%+v", item)
	}
	if _, err := none.Take(t.Context(), "shop", bytes.NewReader(photo[:len(photo)/2]), -1); recourse.CodeOf(err) != "evidence_truncated" {
		t.Error("half of it gives", err)
	}
}

func TestVideo(t *testing.T) {
	r, folder := tool(t, "ffmpeg")
	for _, ext := range []string{"mp4", "mov", "webm"} {
		t.Run(ext, func(t *testing.T) {
			to := filepath.Join(folder, "out."+ext)
			ran(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-f", "lavfi", "-i", "sine", "-t", "2", "-pix_fmt", "yuv420p",
				"-metadata", "location=+48.85+2.35/SECRETPLACE", "-metadata", "comment=SECRETPLACE", "-metadata", "title=SECRETPLACE", "-movflags", "use_metadata_tags", "-y", to)
			film, err := os.ReadFile(to)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(film, []byte("SECRETPLACE")) {
				t.Fatal("the test's own video has no metadata")
			}
			item := take(t, r, film)
			if item.Kind != evidence.Video || item.Width != 320 || item.Height != 240 || !item.Shown || !item.Played || item.Hash != 0 {
				t.Errorf("%+v", item)
			}
			f, info, err := r.Video(t.Context(), "shop", item.File)
			shown := all(t, f, info, err)
			if bytes.Contains(shown, []byte("SECRETPLACE")) || len(shown) < len(film)/2 {
				t.Errorf("shown is %d bytes of %d, %s", len(shown), len(film), info.Type)
			}
			picture(t, r, item.File, evidence.Thumb)
			none := opened(t, evidence.Options{Place: t.TempDir()})
			if item := take(t, none, film); item.Shown || item.Played {
				t.Errorf("without ffmpeg %+v", item)
			}
			if _, _, err := none.Video(t.Context(), "shop", item.File); recourse.CodeOf(err) != "video_missing" {
				t.Error(err)
			}
			if _, err := none.Take(t.Context(), "shop", bytes.NewReader(film[:len(film)*2/3]), -1); recourse.CodeOf(err) != "evidence_truncated" {
				t.Error("two thirds of it give", err)
			}
		})
	}
}

// TestToolGoesWrong: a program that fails, hangs on a cancelled request or writes nothing leaves the file kept and unseen.
func TestToolGoesWrong(t *testing.T) {
	for name, script := range map[string]string{"fails": "exit 3", "writes nothing": "exit 0", "writes nonsense": `for last; do :; done; echo nonsense > "$last"; exit 1`, "wants much memory": "exec dd if=/dev/zero of=/dev/null bs=3G count=1"} {
		folder := t.TempDir()
		for _, program := range []string{"ffmpeg", "heif-convert"} {
			if err := os.WriteFile(filepath.Join(folder, program), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		place := t.TempDir()
		r := opened(t, evidence.Options{Place: place, Tools: folder})
		film, err := r.Take(t.Context(), "shop", movie(1000), -1)
		if err != nil || film.Played || film.Shown {
			t.Errorf("%s: %+v %v", name, film, err)
		}
		if photo := take(t, r, heic(40, 30)); photo.Shown {
			t.Errorf("%s: %+v", name, photo)
		}
		if n := len(files(t, place)); n != 2 {
			t.Error(name, files(t, place))
		}
	}
}

// TestToolHangs: a program that never ends is ended with the request, and with all that it began.
func TestToolHangs(t *testing.T) {
	folder, place := t.TempDir(), t.TempDir()
	mark := filepath.Join(folder, "mark")
	if err := os.WriteFile(filepath.Join(folder, "ffmpeg"), []byte("#!/bin/sh\n(sleep 2; touch "+mark+") &\nsleep 100\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := opened(t, evidence.Options{Place: place, Tools: folder})
	ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer stop()
	began := time.Now()
	if _, err := r.Take(ctx, "shop", movie(1000), -1); recourse.KindOf(err) != recourse.Unavailable || time.Since(began) > 20*time.Second {
		t.Error(err, time.Since(began))
	}
	time.Sleep(2500 * time.Millisecond)
	if _, err := os.Stat(mark); err == nil {
		t.Error("what the program began goes on without it")
	}
	if left := files(t, place); len(left) > 0 {
		t.Error("left:", left)
	}
}
