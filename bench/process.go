package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"recourse/sample"
)

// These benchmarks run the program as a merchant does: the binary, with the settings of the collector that it makes by
// itself, in a process whose memory the system counts.

// program is the binary, built for the benchmark, and a folder for its files.
type program struct {
	path string
	dir  string
}

func buildProgram() (*program, error) {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return nil, err
	}
	p := &program{path: filepath.Join(dir, "recourse"), dir: dir}
	if out, err := exec.Command("go", "build", "-o", p.path, "./cmd/recourse").CombinedOutput(); err != nil {
		p.close()
		return nil, fmt.Errorf("go build: %w: %s", err, out)
	}
	return p, nil
}

func (p *program) close() { os.RemoveAll(p.dir) }

// database is the path of the program's database.
func (p *program) database() string { return filepath.Join(p.dir, "recourse.db") }

// command is the program with arguments, on its database.
func (p *program) command(args ...string) *exec.Cmd {
	c := exec.Command(p.path, append(args, "--database", p.database())...)
	c.Env = append(os.Environ(), "GOGC=", "GOMEMLIMIT=")
	return c
}

// run runs the program to its end and gives what it printed.
func (p *program) run(args ...string) ([]byte, error) {
	c := p.command(args...)
	var out, wrong bytes.Buffer
	c.Stdout, c.Stderr = &out, &wrong
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("recourse %s: %w: %s", strings.Join(args, " "), err, wrong.Bytes())
	}
	return out.Bytes(), nil
}

// resident is what a process has in memory, in MiB: all of it, and without the pages of files, which the system takes
// back when it needs them.
func resident(pid int) (all, own float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			all = kib / 1024
		case "RssAnon:":
			own = kib / 1024
		}
	}
	return all, own
}

// peak looks at a process's memory until it is told to stop, and gives the most of each.
func peak(pid int, done <-chan struct{}) (all, own float64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		a, o := resident(pid)
		all, own = max(all, a), max(own, o)
		select {
		case <-done:
			return all, own
		case <-tick.C:
		}
	}
}

// writeBook writes a book of so many rows to a file: a made-up one, repeated under new numbers.
func writeBook(path string, rows int) error {
	s, err := madeUpBook(parseOrders)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, newRepeat(s.text, rows, rows))
	return errors.Join(err, f.Close())
}

// What is required of an import.
const (
	importRows   = 1_000_000
	importRate   = 10_000
	importMemory = 150 // MiB
)

// runImport imports a book into a new SQLite database.
func runImport(o options) ([]line, error) {
	p, err := buildProgram()
	if err != nil {
		return nil, err
	}
	defer p.close()
	rows, book := o.or(importRows), filepath.Join(p.dir, "book.csv")
	if err := writeBook(book, rows); err != nil {
		return nil, err
	}
	if _, err := p.run("playbook", "use", "tmall-dsers"); err != nil {
		return nil, err
	}
	c := p.command("import", book, "--zone", sample.Zone, "--json")
	var out, wrong bytes.Buffer
	c.Stdout, c.Stderr = &out, &wrong
	start := time.Now()
	if err := c.Start(); err != nil {
		return nil, err
	}
	all, own, err := watched(c)
	if err != nil {
		return nil, fmt.Errorf("recourse import: %w: %s", err, wrong.Bytes())
	}
	took := time.Since(start).Seconds()
	var sum struct{ Rows, Rejected, Orders, Taken, Refused int }
	if err := json.Unmarshal(out.Bytes(), &sum); err != nil {
		return nil, err
	}
	if sum.Rows != rows || sum.Rejected+sum.Refused > 0 {
		return nil, fmt.Errorf("of %d rows %d were read, %d rejected, %d facts refused", rows, sum.Rows, sum.Rejected, sum.Refused)
	}
	rate, cpu := float64(rows)/took, c.ProcessState.UserTime()+c.ProcessState.SystemTime()
	return []line{
		{Rate: rate, Unit: "rows/s", Floor: importRate, Ratio: rate / importRate, PerCPU: float64(rows) / cpu.Seconds(), Note: fmt.Sprintf("%d rows, %d orders, %d facts", rows, sum.Orders, sum.Taken)},
		{Name: ".memory", Rate: all, Unit: "MiB", Floor: importMemory, Ratio: importMemory / all, Note: fmt.Sprintf("resident at most; without the pages of files %.0f MiB", own)},
	}, nil
}

// watched waits for a process and gives the most memory that it had: all, and its own.
func watched(c *exec.Cmd) (all, own float64, err error) {
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { all, own = peak(c.Process.Pid, done) })
	err = c.Wait()
	close(done)
	watch.Wait()
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		all = max(all, float64(u.Maxrss)/1024) // the system's own count misses no moment
	}
	return all, own, err
}

// What is required of the start of a server.
const (
	startRows   = 50_000 // of the book that is in the database
	startTime   = 300    // ms
	startMemory = 60     // MiB
	startIdle   = 5 * time.Second
	startRounds = 9
)

// runStart starts the server on a database that is there: how long until it answers, and what it takes when it has had
// nothing to do for a while.
func runStart(o options) ([]line, error) {
	p, err := buildProgram()
	if err != nil {
		return nil, err
	}
	defer p.close()
	rows, book := o.or(startRows), filepath.Join(p.dir, "book.csv")
	if err := writeBook(book, rows); err != nil {
		return nil, err
	}
	for _, args := range [][]string{{"playbook", "use", "tmall-dsers"}, {"import", book, "--zone", sample.Zone, "--json"}} {
		if _, err := p.run(args...); err != nil {
			return nil, err
		}
	}
	var times []float64
	var all, own float64
	if err := p.settle(); err != nil {
		return nil, err
	}
	for round := range startRounds {
		s, err := p.serve()
		if err != nil {
			return nil, err
		}
		times = append(times, float64(s.took)/float64(time.Millisecond))
		if round == startRounds-1 {
			time.Sleep(startIdle)
			all, own = resident(s.command.Process.Pid)
		}
		if err := s.stop(); err != nil {
			return nil, err
		}
	}
	l := latency("", median(times), startTime)
	l.Note = fmt.Sprintf("median of %d starts on a database of %d rows", startRounds, rows)
	return []line{l, {Name: ".memory", Rate: all, Unit: "MiB", Floor: startMemory, Ratio: startMemory / all, Note: fmt.Sprintf("after %s; without the pages of files %.0f MiB", startIdle, own)}}, nil
}

// settle serves until what an import leaves for the background is done: words are in their index and news in their days.
func (p *program) settle() error {
	s, err := p.serve()
	if err != nil {
		return err
	}
	b, err := openBare(p.database())
	if err != nil {
		return errors.Join(err, s.stop())
	}
	left := 1
	for begun := time.Now(); left > 0 && err == nil && time.Since(begun) < 5*time.Minute; time.Sleep(200 * time.Millisecond) {
		err = b.db.QueryRow(`SELECT (SELECT COUNT(*) FROM search_todo) + (SELECT COUNT(*) FROM insight_news)`).Scan(&left)
	}
	if err == nil && left > 0 {
		err = fmt.Errorf("%d rows still wait for the background", left)
	}
	b.close()
	return errors.Join(err, s.stop())
}

// server is the program, serving.
type server struct {
	command *exec.Cmd
	address string
	took    time.Duration // from the start to the first answer
	wrong   *bytes.Buffer
}

// serve starts the server and waits for its first answer.
func (p *program) serve(args ...string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: l.Addr().String(), wrong: &bytes.Buffer{}}
	l.Close()
	s.command = p.command(append([]string{"serve", "--listen", s.address}, args...)...)
	s.command.Stderr = s.wrong
	start := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	for ; time.Since(start) < 20*time.Second; time.Sleep(time.Millisecond) {
		if err = answers200(s.address); err == nil {
			s.took = time.Since(start)
			return s, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("the server does not answer: %w: %s", err, s.wrong), s.stop())
}

// answers200 asks a server once whether it can work.
func answers200(address string) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // a connection that is open takes one
	if _, err := io.WriteString(c, "GET /readyz HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	status, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && !strings.Contains(status, " 200 ") {
		err = errors.New(strings.TrimSpace(status))
	}
	return err
}

// stop ends a server as an operator does, and waits for it.
func (s *server) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			s.command.Process.Kill()
		}
	})
	return s.command.Wait()
}
