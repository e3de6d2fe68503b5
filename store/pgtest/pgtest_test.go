package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// TestMain is also the process that ends in the way it is told, for TestNothingIsLeft.
func TestMain(m *testing.M) {
	if end, ok := ends[os.Getenv("PGTEST_END")]; ok {
		end()
		os.Exit(0)
	}
	m.Run()
}

func TestFreshDatabaseAnswers(t *testing.T) {
	db := open(t, New(t))
	for question, want := range map[string]string{
		"SHOW server_encoding":  "UTF8",
		"SHOW lc_collate":       "C.UTF-8",
		"SHOW TimeZone":         "UTC",
		"SHOW listen_addresses": "",
		"SHOW fsync":            "off",
		"SELECT count(*) FROM pg_tables WHERE schemaname = 'public'": "0",
	} {
		if got := ask(t, db, question); got != want {
			t.Errorf("%s: %q, not %q", question, got, want)
		}
	}
}

func TestDatabasesAreSeparate(t *testing.T) {
	one, two := open(t, New(t)), open(t, New(t))
	do(t, one, "CREATE TABLE parcel (id int)")
	if _, err := two.ExecContext(t.Context(), "SELECT * FROM parcel"); err == nil {
		t.Error("a table of one database is seen in the other")
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	need(t)
	var url string
	t.Run("user", func(t *testing.T) {
		url = New(t)
		db, err := sql.Open("pgx", url) // and never closed
		if err != nil {
			t.Fatal(err)
		}
		do(t, db, "SELECT 1")
	})
	if err := open(t, url).PingContext(t.Context()); err == nil {
		t.Error("the database of a test that ended still answers")
	}
}

func TestCrashKeepsWhatWasCommitted(t *testing.T) {
	s := NewServer(t, Durable, Set("work_mem", "5MB"))
	db := open(t, s.Database(t))
	do(t, db, "CREATE TABLE refund (id int)")
	do(t, db, "INSERT INTO refund VALUES (1)")
	unfinished, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unfinished.ExecContext(t.Context(), "INSERT INTO refund VALUES (2)"); err != nil {
		t.Fatal(err)
	}
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := unfinished.Commit(); err == nil {
		t.Error("a transaction survived the crash")
	}
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("a crashed server answers")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, db, "SELECT string_agg(id::text, ' ') FROM refund"); got != "1" {
		t.Errorf("after the crash there is %q, not what was committed", got)
	}
	if fsync, memory := ask(t, db, "SHOW fsync"), ask(t, db, "SHOW work_mem"); fsync != "on" || memory != "5MB" {
		t.Errorf("fsync is %s and work_mem %s", fsync, memory)
	}
	s.Stop()
	s.Stop()
	if _, err := os.Stat(s.dir); err == nil {
		t.Error("the directory of a stopped server is still there")
	}
}

func TestStartThatFailsSaysWhy(t *testing.T) {
	need(t)
	home := temporary(t)
	t.Setenv("TMPDIR", home)
	if _, err := Start(t.Context(), Set("fsync", "perhaps")); err == nil || !strings.Contains(err.Error(), `parameter "fsync" requires a Boolean`) {
		t.Errorf("not in the error: what PostgreSQL said: %v", err)
	}
	if left := leftovers(home); left != "" {
		t.Error(left)
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	need(t)
	home := temporary(t)
	t.Setenv("TMPDIR", home)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("not the context's error: %v", err)
	}
	if left := leftovers(home); left != "" {
		t.Error(left)
	}
}

// ends are the ways in which a process that uses a server ends.
var ends = map[string]func(){
	"fails":  func() { run(); os.Exit(1) },
	"panics": func() { run(); panic("a test went wrong") },
	"is killed": func() {
		run()
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	},
	"is killed while the server starts": func() {
		go Start(context.Background())
		for written := 0; written < 10; { // until initdb is at work
			data, _ := filepath.Glob(filepath.Join(os.TempDir(), "*", "data", "*"))
			written = len(data)
		}
		fmt.Println(leftovers(os.TempDir()))
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	},
}

// run starts the shared server as a test would, and says what there is when it has answered.
func run() {
	s, err := shared()
	if err == nil {
		err = s.execute("SELECT 1")
	}
	if err != nil {
		panic(err)
	}
	fmt.Println(leftovers(os.TempDir()))
}

func TestNothingIsLeft(t *testing.T) {
	need(t)
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("there is no /proc to read the processes from")
	}
	for end := range ends {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			home := temporary(t)
			c := exec.CommandContext(t.Context(), os.Args[0])
			c.Env = append(os.Environ(), "PGTEST_END="+end, "TMPDIR="+home)
			out, _ := c.CombinedOutput()
			for _, want := range []string{"directory recourse-postgres-", "process /bin/sh ", "process .*/(initdb|postgres) "} {
				if !regexp.MustCompile(want).Match(out) {
					t.Errorf("%s is not among what was there:\n%s", want, out)
				}
			}
			left := leftovers(home)
			for i := 0; left != "" && i < 1200; i++ { // the keeper outlives us by a moment
				time.Sleep(50 * time.Millisecond)
				left = leftovers(home)
			}
			if left != "" {
				t.Error(left)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", "")
	_, err := programs(t.TempDir())
	if !errors.Is(err, errMissing) {
		t.Fatalf("programs where there are none: %v", err)
	}
	for _, c := range []struct {
		allowed string
		err     error
		want    string
	}{
		{"", err, "failed: PostgreSQL is not installed: `make deps` installs it, RECOURSE_NO_POSTGRES=1 skips the tests that need it"},
		{"1", err, "skipped: not tested, as RECOURSE_NO_POSTGRES=1 allows: PostgreSQL is not installed"},
		{"1", errors.New("it is there and does not start"), "failed: it is there and does not start"},
	} {
		t.Setenv("RECOURSE_NO_POSTGRES", c.allowed)
		w := &witness{TB: t}
		ended := make(chan bool)
		go func() {
			defer close(ended)
			refuse(w, c.err)
		}()
		<-ended
		if w.said != c.want {
			t.Errorf("%q, not %q", w.said, c.want)
		}
	}
}

func TestNewestVersion(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"9.6", "15", "17", "client"} {
		bin := filepath.Join(dir, v, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if v != "17" { // of which only a client is installed
			os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o755)
		}
	}
	if got, err := programs(filepath.Join(dir, "*", "bin")); err != nil || got != filepath.Join(dir, "15", "bin") {
		t.Errorf("%s, %v", got, err)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		s.Stop()
	}
}

// BenchmarkDatabase: what a test pays for a database of its own, created and dropped.
func BenchmarkDatabase(b *testing.B) {
	New(b)
	for b.Loop() {
		s, _ := shared()
		if err := errors.Join(s.execute("CREATE DATABASE one TEMPLATE template0"), s.execute("DROP DATABASE one WITH (FORCE)")); err != nil {
			b.Fatal(err)
		}
	}
}

// leftovers are what stands in a directory, and the processes that name the directory or something in it.
func leftovers(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	var found []string
	names := []string{dir}
	for _, e := range entries {
		found = append(found, "directory "+e.Name())
		names = append(names, e.Name())
	}
	processes, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range processes {
		text, _ := os.ReadFile(p) // nothing when it ended since, or is a zombie
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(string(text), name) }) {
			found = append(found, "process "+strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return strings.Join(found, "\n")
}

// temporary is a directory that the server's user may enter and write in, as it may in /tmp; t.TempDir is ours only.
func temporary(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	return dir
}

// witness is a test that writes down how it ended.
type witness struct {
	testing.TB
	said string
}

func (w *witness) Fatal(args ...any) { w.end("failed: ", args) }
func (w *witness) Skip(args ...any)  { w.end("skipped: ", args) }

func (w *witness) end(how string, args []any) {
	w.said = how + fmt.Sprint(args...)
	runtime.Goexit()
}

// need is what New and NewServer do for the tests that call neither.
func need(t *testing.T) {
	t.Helper()
	if _, err := programs(debian); err != nil {
		refuse(t, err)
	}
}

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func do(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func ask(t *testing.T, db *sql.DB, question string) string {
	t.Helper()
	var answer string
	if err := db.QueryRowContext(t.Context(), question).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}
