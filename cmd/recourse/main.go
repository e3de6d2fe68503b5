// Command recourse is the whole product in one binary: the desk of a shop with its web server, the daily work on the
// command line, the import and replay of order books, and the work with playbooks. This room has flags and wiring only:
// what a word means is decided elsewhere.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"recourse"
)

// Version is the version of this build; the release build sets it.
var Version = "dev"

// cli is the command line. Help texts teach: each says what one learns from the command.
type cli struct {
	Demo       demoCmd       `cmd:"" help:"See it at work: a made-up shop in a temporary database, and a link that signs in."`
	Serve      serveCmd      `cmd:"" help:"Run the desk for a shop: deadlines, pages and the API."`
	Mail       mailCmd       `cmd:"" help:"Take in one letter, piped in by a mail server."`
	Import     importCmd     `cmd:"" help:"Put an order book into the database; --dry-run says what would open and what would leave."`
	Case       caseCmd       `cmd:"" help:"The queue, a case with its why, and acting on it."`
	Order      orderCmd      `cmd:"" help:"An order with everything that happened to it."`
	Offer      offerCmd      `cmd:"" help:"What suppliers offer: lists read, offers tied to items."`
	Supplier   supplierCmd   `cmd:"" help:"Who goods are bought from: scorecards, contact data, names that are one."`
	Rate       rateCmd       `cmd:"" help:"What currencies are worth in others: read rates."`
	Window     windowCmd     `cmd:"" help:"Claim windows: how long claims can be filed with whom."`
	Claim      claimCmd      `cmd:"" help:"Claims: until when each can be filed, and what was missed."`
	Books      booksCmd      `cmd:"" help:"The books in double entry: what is owed, came, left and was lost."`
	Recovery   recoveryCmd   `cmd:"" help:"What suppliers and marketplaces owe: by age, chased, told."`
	Insights   insightsCmd   `cmd:"" help:"The figures: cases, times, answers, money, suppliers, countries, of a range of days."`
	Replay     replayCmd     `cmd:"" help:"Replay an order book: which orders were in trouble, what the playbook would have done, when and why."`
	Playbook   playbookCmd   `cmd:"" help:"Check, try, show, draw, compare and copy playbooks."`
	Sample     sampleCmd     `cmd:"" help:"Write a made-up order book, to try things on."`
	Webhook    webhookCmd    `cmd:"" help:"Who is told what happens: add, test, pause, look at deliveries, send again."`
	Verify     verifyCmd     `cmd:"" help:"Make every decision again from the history and compare; says what differs."`
	Backup     backupCmd     `cmd:"" help:"Write a copy of the database, while it is in use."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup into an empty database."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the tables to this program's version, or say which they have."`
	Reorder    reorderCmd    `cmd:"" help:"Goods that are to be bought again: the file by which DSers places them."`
	Agent      agentCmd      `cmd:"" help:"The agent's mails: check the patterns by which they are read, and try them."`
	Token      tokenCmd      `cmd:"" help:"Ways in: tokens for programs, links for people."`
	Person     personCmd     `cmd:"" help:"The people of the desk: add, list, invite again, disable."`
	Connection connectionCmd `cmd:"" help:"Other systems: connect, test, pause, see what came and why it failed, read it again."`
	Vault      vaultCmd      `cmd:"" help:"The key to secrets and deliveries: make one, seal everything anew."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
	Line       lineCmd       `cmd:"" help:"Shipping lines: what each takes and costs, read and written; how goods would go."`
	Address    addressCmd    `cmd:"" help:"Addresses before anything is bought: what cannot be right, and what is doubtful."`
	Tracking   trackingCmd   `cmd:"" help:"Tracking numbers: which are watched, which are silent."`
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the work was done and something did not hold: a check, a scenario
	exitWrong  = 2 // the input was wrong, or could not be read
)

// errFailed ends a command whose findings were printed already.
var errFailed = errors.New("failed")

// streams are where a command reads and writes.
//
// Results go to out and nothing else does, so that they can be piped; progress and errors go
// to err. Commands never use the process's own streams.
type streams struct {
	out, err io.Writer
	terminal bool // err is a terminal: progress may be shown
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// garbage is how far memory may grow between two collections, in percent of what is in use: decisions keep little and make
// much, so that collecting less often costs little memory and saves a third of the time. GOGC overrides it.
const garbage = 400

// run runs a command line and gives its exit code.
//
// Without arguments it prints the help and exits with 0, as for --help: a newcomer has done
// nothing wrong. A wrong flag gives 2. An interrupt cancels the context, which the replay
// looks at, so that it ends in order, says that it was interrupted and gives 2.
func run(args []string, stdout, stderr *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	s := &streams{out: stdout, err: stderr, terminal: isTerminal(stderr)}
	code := -1
	parser, err := kong.New(&c,
		kong.Name("recourse"),
		kong.Description("After-sales for merchants who sell online: sees trouble first, decides by a written playbook, keeps every deadline."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { code = c }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil { // unreachable: the command line is well formed
		fmt.Fprintln(stderr, err)
		return exitWrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "recourse: %v\nTry: recourse --help\n", err)
		return exitWrong
	}
	return report(stderr, parsed.Run())
}

// report prints an error and gives its exit code.
//
// Of errFailed nothing is printed, since the command has told its findings already. Of a
// joined error each has a line of its own, so that a person can go through them one by one.
func report(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFailed):
		return exitFailed
	case isLater(err):
		fmt.Fprintf(w, "recourse: %v\n", err)
		return exitLater
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "recourse: interrupted")
		return exitWrong
	}
	for _, e := range unjoined(err) {
		fmt.Fprintf(w, "recourse: %v\n", e)
	}
	return exitWrong
}

// unjoined are the errors of errors.Join one by one.
func unjoined(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// versionCmd prints the version.
type versionCmd struct {
	jsonFlag `embed:""`
}

// Run prints the version.
func (c *versionCmd) Run(s *streams) error {
	if c.JSON {
		return printJSON(s.out, map[string]string{"version": Version, "go": runtime.Version()})
	}
	_, err := fmt.Fprintln(s.out, "recourse", Version)
	return err
}

// fileError puts an error of the operating system into words, without the system's own.
//
// The three that people meet are told in the project's own words; the rest keeps what the
// system said, which is better than nothing. The cause stays inside for errors.Is.
func fileError(name string, err error) error {
	out := &recourse.Error{Kind: recourse.NotFound, Code: "file", Position: recourse.Position{File: name}, Message: "the file cannot be read", Err: err}
	switch {
	case errors.Is(err, os.ErrNotExist):
		out.Message = "there is no such file"
	case errors.Is(err, os.ErrPermission):
		out.Kind, out.Message = recourse.Forbidden, "the file may not be read"
	default:
		out.Message += ": " + err.Error()
	}
	return out
}

// maxPolicy is the largest playbook or scenario file that is read into memory; the parsers' own limits are lower.
const maxPolicy = 4 << 20

// readSmall reads a file that a person wrote, and no more of it than such a file can have.
//
// A file that is larger is cut off and not read to its end: it is more than the parsers allow
// anyhow.
func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPolicy))
	if err != nil {
		return nil, fileError(name, err)
	}
	return data, nil
}
