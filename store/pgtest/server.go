package pgtest

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Server is a PostgreSQL in a directory of its own. One goroutine at a time may crash, restart and stop it.
type Server struct {
	dir       string // the data, the log and the socket
	keeper    *exec.Cmd
	commands  io.WriteCloser
	answers   *bufio.Reader
	stop      sync.Once
	databases atomic.Int64 // how many Database has created: their names
}

// Option changes the settings that a server starts with.
type Option func(settings map[string]string)

// Durable keeps every commit as a server in production does. Without it a commit waits for no disk, which is several
// times faster, and Crash may lose the last ones.
func Durable(settings map[string]string) {
	settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "on", "on", "on"
}

// Set gives one setting of postgresql.conf another value.
func Set(name, value string) Option {
	return func(settings map[string]string) { settings[name] = value }
}

//go:embed keeper.sh
var keeper string

// Start makes a new server and waits until it answers. The context bounds the start, not the life of the server, which
// is until Stop or the end of the process. URL("postgres") is a database that is there from the beginning.
func Start(ctx context.Context, options ...Option) (*Server, error) {
	bin, err := programs(debian)
	if err != nil {
		return nil, err
	}
	s, err := keep(bin)
	if err != nil {
		return nil, err
	}
	release := context.AfterFunc(ctx, func() { s.commands.Close() })
	defer release()
	if err := s.begin(options); err != nil {
		s.Stop()
		return nil, errors.Join(err, ctx.Err())
	}
	return s, nil
}

// keep makes the directory and starts its keeper. The keeper is the leader of a session, so that an interrupt from the
// keyboard ends the tests and leaves it alive to tidy up; and nothing inherits our output, which `go test` would wait
// for.
func keep(bin string) (*Server, error) {
	attributes, err := unprivileged()
	if err != nil {
		return nil, err
	}
	attributes.Setsid = true
	dir, err := os.MkdirTemp("", "recourse-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, keeper: exec.Command("/bin/sh", "-c", keeper, "keeper", dir, bin)}
	s.keeper.Dir, s.keeper.SysProcAttr = dir, attributes
	s.keeper.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"} // no PGDATA, no PGOPTIONS of ours
	if err := s.launch(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *Server) launch() error {
	if c := s.keeper.SysProcAttr.Credential; c != nil {
		if err := os.Chown(s.dir, int(c.Uid), int(c.Gid)); err != nil {
			return err
		}
	}
	commands, err := s.keeper.StdinPipe()
	if err != nil {
		return err
	}
	answers, err := s.keeper.StdoutPipe()
	if err != nil {
		return err
	}
	s.commands, s.answers = commands, bufio.NewReader(answers)
	return s.keeper.Start()
}

// begin fills the directory and starts the server on it.
func (s *Server) begin(options []Option) error {
	if err := s.tell("create"); err != nil {
		return err
	}
	if err := s.configure(options); err != nil {
		return err
	}
	return s.tell("start")
}

// configure adds the settings to those that initdb wrote. The cluster's name stands in the title of each of the
// server's processes, so that one can see in a list of processes whose they are.
func (s *Server) configure(options []Option) error {
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_directories": s.dir, "port": "5432", "cluster_name": filepath.Base(s.dir),
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
	}
	for _, o := range options {
		o(settings)
	}
	f, err := os.OpenFile(filepath.Join(s.dir, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(f, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	return f.Close()
}

// tell gives the keeper a command and waits until it is done.
func (s *Server) tell(command string) error {
	if _, err := fmt.Fprintln(s.commands, command); err != nil {
		return fmt.Errorf("PostgreSQL: %s: the keeper is gone: %w", command, err)
	}
	answer, err := s.answers.ReadString('\n')
	if err != nil {
		return fmt.Errorf("PostgreSQL: %s: the keeper is gone: %w", command, err)
	}
	if answer != "0\n" {
		return fmt.Errorf("PostgreSQL: %s failed; the end of its log:\n%s", command, s.log())
	}
	return nil
}

// log is the end of what the server and its keeper had to say.
func (s *Server) log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// URL names a database of the server, for pgx and its driver of database/sql.
func (s *Server) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database}
	u.RawQuery = url.Values{"host": {s.dir}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// Crash ends the server without a goodbye: connections break, transactions stop where they are, nothing is written
// that was not, and the next start has to recover. It is what a killed server does, not quite what a power failure
// does: what the kernel holds and the disk has not seen is still there afterwards.
func (s *Server) Crash() error { return s.tell("crash") }

// Restart starts a crashed server again on the same data and waits until it answers, under the same URLs.
func (s *Server) Restart() error { return s.tell("start") }

// Stop ends the server and removes its directory. Once is enough, and more often does no harm.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.commands.Close()
		s.keeper.Wait()
		os.RemoveAll(s.dir) // what the keeper could not, as where its user may not write in our TMPDIR
	})
}
