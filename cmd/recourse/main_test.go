package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"recourse/store/pgtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"recourse": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }})
}

// TestScripts runs the command line as a user does: each file in testdata is a session.
//
// The sessions have commands of their own: up and down for what runs until it is told to stop, get and post for a browser,
// and interrupt for a Ctrl-C in the middle of the work.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Setup: setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"up": up, "down": down, "get": get, "post": post, "interrupt": interrupt},
	})
}

// TestPostgres runs a session on PostgreSQL: what works on a file works there.
func TestPostgres(t *testing.T) {
	address := pgtest.New(t)
	testscript.Run(t, testscript.Params{Files: []string{"testdata/postgres/shop.txt"}, Setup: func(e *testscript.Env) error {
		e.Setenv("RECOURSE_DATABASE", address)
		return setUp(e)
	}})
}

func setUp(e *testscript.Env) error {
	here, err := os.Getwd()
	e.Setenv("ROOT", here+"/../..")
	e.Setenv("TZ", "UTC")
	e.Setenv("TMPDIR", e.WorkDir)
	jar, _ := cookiejar.New(nil) // never fails without options
	e.Values["browser"] = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	return err
}

// server is a command that runs until it is told to stop.
type server struct {
	cmd *exec.Cmd
	out *bufio.Reader
}

var link = regexp.MustCompile(`(http://[^/]+)/(?:signin|setup)/\S+`)

// up NAME recourse … starts a command, waits for the link that it prints, and sets $NAME to it and $NAME_BASE to where it
// leads.
func up(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: up NAME COMMAND…")
	}
	cmd := command(ts, args[1:])
	pipe, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { _ = cmd.Process.Kill() })
	s := &server{cmd, bufio.NewReader(pipe)}
	var said strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		said.WriteString(line)
		if found := link.FindString(line); found != "" {
			ts.Setenv(args[0], found)
			ts.Setenv(args[0]+"_BASE", link.ReplaceAllString(found, "$1"))
			break
		}
		if err != nil {
			ts.Fatalf("it ended before it gave a link: %s", said.String())
		}
	}
	running[ts.Getenv("WORK")+args[0]] = s
}

// running are the servers of all sessions, which run one after the other.
var running = map[string]*server{}

// command is a command of the session's, with the session's environment.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	name, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(name, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, v := range []string{"PATH", "HOME", "TMPDIR", "TZ", "RECOURSE_DATABASE"} {
		if value := ts.Getenv(v); value != "" {
			cmd.Env = append(cmd.Env, v+"="+value)
		}
	}
	cmd.Stderr = ts.Stderr()
	return cmd
}

// down NAME asks a server to stop and waits until it has, in order.
func down(ts *testscript.TestScript, neg bool, args []string) {
	s := running[ts.Getenv("WORK")+args[0]]
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	_, err := io.Copy(io.Discard, s.out)
	ts.Check(err)
	ts.Check(s.cmd.Wait())
}

// get URL STATUS [PATTERN] is a browser that keeps its cookies.
func get(ts *testscript.TestScript, neg bool, args []string) {
	browser := ts.Value("browser").(*http.Client)
	resp, err := browser.Do(asks(ts, http.MethodGet, args[0], ""))
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if status := resp.Status[:3]; status != args[1] {
		ts.Fatalf("%s: %s\n%s", args[0], resp.Status, body)
	}
	if len(args) > 2 && regexp.MustCompile(args[2]).Match(body) == neg {
		ts.Fatalf("%s: %q, wanted: %v\n%s", args[0], args[2], !neg, body)
	}
}

// asks is a request as browsers send it.
func asks(ts *testscript.TestScript, method, url, form string) *http.Request {
	r, err := http.NewRequest(method, url, strings.NewReader(form))
	ts.Check(err)
	r.Header.Set("Accept", "text/html")
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// post URL STATUS FORM [PATTERN] is the same browser that sends a form, and follows where it is led.
func post(ts *testscript.TestScript, neg bool, args []string) {
	browser := ts.Value("browser").(*http.Client)
	resp, err := browser.Do(asks(ts, http.MethodPost, args[0], args[2]))
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if status := resp.Status[:3]; status != args[1] {
		ts.Fatalf("%s: %s\n%s", args[0], resp.Status, body)
	}
	if len(args) > 3 && regexp.MustCompile(args[3]).Match(body) == neg {
		ts.Fatalf("%s: %q, wanted: %v\n%s", args[0], args[3], !neg, body)
	}
}

// interrupt FILE COMMAND… runs a command, sends it a Ctrl-C once a file has grown, and wants it to end with 2 and to
// say how to go on. interrupt FILE kill COMMAND… kills it.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	args = args[1:]
	signal := os.Signal(os.Interrupt)
	if args[0] == "kill" {
		signal, args = os.Kill, args[1:]
	}
	cmd := command(ts, args)
	var said strings.Builder
	cmd.Stderr = &said
	ts.Check(cmd.Start())
	for began := time.Now(); sizeOf(path) < begun; time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			ts.Fatalf("it has written too little to %s", path)
		}
	}
	ts.Check(cmd.Process.Signal(signal))
	err := cmd.Wait()
	ts.Logf("%v: %s", err, said.String())
	if err == nil {
		ts.Fatalf("it had ended before the interrupt")
	}
	if signal == os.Interrupt && (cmd.ProcessState.ExitCode() != exitWrong || !strings.Contains(said.String(), "goes on where it stopped")) {
		ts.Fatalf("exit code %d; it does not say how to go on", cmd.ProcessState.ExitCode())
	}
}

// begun is how large the log of a database is once an import is in the middle of its work.
const begun = 200 << 10

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
