// Command bench measures what the project promises to be able to do, each figure beside the floor that it must not
// fall below:
//
//	go run ./bench [-run NAME,...] [-json] [-seconds N] [-n N] [-cpuprofile FILE]
//
// It is run from the root of the project, since it decides on the project's scenarios. A benchmark does its work in
// rounds of at least so many seconds, and what is told is the median round: a machine that does other things besides
// makes some rounds slow, and none fast.
//
// Four rules keep the figures honest:
//
//   - What is measured is what the product does: the same packages by the same doors, nothing written for the
//     benchmark alone but what feeds it.
//   - Nothing that goes wrong counts. A rejected row, or an answer that is none, ends the benchmark with an error.
//   - Where the machine decides more than the program, the floor is measured in the same run: the same rows, without a
//     thought (bare.go).
//   - A benchmark has the processors that its floor speaks of and no more. The collector works on them as well, so that
//     garbage is paid for in the same figure.
//
// How each is made up, and what it came to, stands in docs/performance.md.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	beVictim()
	if err := command(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// benchmark is one thing that is measured.
//
// A floor belongs to a number of processors and a unit, and says nothing without them. Whoever
// changes what is prepared changes what the figure means, and has to measure the older state
// of the program again.
type benchmark struct {
	name  string
	procs int // processors that it may use
	unit  string
	// floor is the rate that is required. One that is measured in the same run, such as what the disk alone can do,
	// stands in its place where the machine decides more than the program.
	floor float64
	limit float64 // MiB that it may take; 0: not bounded
	// garbage is how far memory may grow between two collections, in percent: 400 for what the recourse command does, which
	// sets it so; 0: 100, Go's own. GOGC overrides it.
	garbage int
	rounds  int // an odd number, so that the median is one of them
	// prepare makes ready what is not measured. It gives what is done again and again, and says how much of it was
	// done each time; note says what it had to do without.
	prepare func() (work, string, error)
	// run measures by itself, in place of prepare and its rounds: where several things are measured against each other.
	run func(options) ([]line, error)
	// needs is the ratio that is required, for a benchmark whose floor is measured in the same run; 0: 1.
	needs float64
}

// options are what the command line says to a benchmark.
type options struct {
	atLeast time.Duration // how long a round lasts
	n       int           // how many things there are, in place of the benchmark's own number; 0: as many as it says
}

// or is the number of things: the one that was asked for, or the benchmark's own.
func (o options) or(own int) int { return cmp.Or(o.n, own) }

// work does a batch of what is measured and says how much that was.
type work func() (int, error)

// benchmarks are all there are, in the order in which they are run.
var benchmarks = []benchmark{
	{name: "decide", garbage: 400, procs: 1, unit: "decisions/s", floor: 500_000, rounds: 5, prepare: prepareDecide},
	{name: "decide-acting", garbage: 400, procs: 1, unit: "decisions/s", floor: 500_000, rounds: 5, prepare: prepareActing},
	{name: "decide-walk", garbage: 400, procs: 1, unit: "decisions/s", floor: 500_000, rounds: 5, prepare: prepareWalk},
	{name: "decide-heavy", garbage: 400, procs: 1, unit: "decisions/s", floor: 150_000, rounds: 5, prepare: prepareHeavy},
	{name: "replay", garbage: 400, procs: 2, unit: "orders/s", floor: 50_000, limit: 300, rounds: 3, prepare: prepareReplay},
	{name: "parse", procs: 2, unit: "rows/s", floor: 150_000, limit: 100, rounds: 3, prepare: func() (work, string, error) { return prepareParse(realBook()) }},
	{name: "parse-dsers", procs: 2, unit: "rows/s", floor: 150_000, limit: 100, rounds: 3, prepare: func() (work, string, error) { return prepareParse(madeUpBook(parseOrders)) }},
	{name: "handle-sqlite", garbage: 400, procs: 2, needs: 0.5, run: runHandle(freshSQLite, false)},
	{name: "handle-told", garbage: 400, procs: 2, needs: 0.5, run: runHandle(freshSQLite, true)},
	{name: "handle-postgres", garbage: 400, procs: 2, needs: 0.4, run: runHandle(freshPostgres, false)},
	{name: "handle-callers", garbage: 400, procs: 2, run: runCallers},
	{name: "due", garbage: 400, procs: 2, needs: 0.5, run: runDue},
	{name: "import", procs: 2, run: runImport},
	{name: "start", procs: 2, run: runStart},
	{name: "webhooks", garbage: 400, procs: 2, run: runWebhooks},
	{name: "http", garbage: 400, procs: 2, run: runHTTP},
	{name: "queue-page", garbage: 400, procs: 2, run: runQueue},
	{name: "pages", garbage: 400, procs: 2, run: runPages},
	{name: "insights", garbage: 400, procs: 2, run: runInsights},
	{name: "rank", garbage: 400, procs: 2, run: runRank},
	{name: "kill", procs: 2, run: runKill},
	{name: "calendar", procs: 1, unit: "sums/s", floor: 20_000_000, rounds: 5, prepare: prepareCalendar},
}

// line is one figure. For memory the rate is what was taken and the ratio how often that would go into the limit,
// so that a ratio of one or more is good everywhere.
type line struct {
	Name  string  `json:"name"`
	Rate  float64 `json:"rate"`
	Unit  string  `json:"unit"`
	Floor float64 `json:"floor"`
	Ratio float64 `json:"ratio"`
	Needs float64 `json:"needs,omitempty"` // the ratio that is required; 0: 1
	// PerCPU is the rate for each second that a processor worked for the process. On one processor it is the rate
	// of a machine that does nothing else.
	PerCPU float64 `json:"per_cpu_second,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// command is main without the process around it, so that a test can run it.
func command(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	names := flags.String("run", "", "only these `benchmarks`, parted by commas")
	asJSON := flags.Bool("json", false, "a line of JSON for each figure")
	seconds := flags.Float64("seconds", 2, "how long a round lasts at least")
	n := flags.Int("n", 0, "how many orders, rows, cases or kills, for the benchmarks that have a number of their own")
	profile := flags.String("cpuprofile", "", "write a profile of the processor to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*names)
	if err != nil {
		return err
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, b := range chosen {
		lines, err := b.measure(options{time.Duration(*seconds * float64(time.Second)), *n})
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if err := write(out, lines, *asJSON); err != nil {
			return err
		}
	}
	return nil
}

// choose finds benchmarks by name; none named: all.
func choose(names string) ([]benchmark, error) {
	if names == "" {
		return benchmarks, nil
	}
	var chosen []benchmark
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(benchmarks, func(b benchmark) bool { return b.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no benchmark %q", name)
		}
		chosen = append(chosen, benchmarks[i])
	}
	return chosen, nil
}

// measure runs a benchmark on the processors that it may use.
//
// The processors and the collector are put back afterwards, so that the order of benchmarks
// does not matter.
func (b *benchmark) measure(o options) ([]line, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(b.procs))
	if os.Getenv("GOGC") == "" && b.garbage > 0 {
		defer debug.SetGCPercent(debug.SetGCPercent(b.garbage))
	}
	if b.run != nil {
		return b.named(b.run(o))
	}
	do, note, err := b.prepare()
	if err != nil {
		return nil, err
	}
	// The watch begins when all is prepared: what preparing took is given back first.
	var watch *memory
	if b.limit > 0 {
		watch = watchMemory()
		defer watch.stop()
	}
	rates, perCPU, err := b.all(do, o.atLeast)
	if err != nil {
		return nil, err
	}
	rate := median(rates)
	lines := []line{{Name: b.name, Rate: rate, Unit: b.unit, Floor: b.floor, Ratio: rate / b.floor, PerCPU: median(perCPU), Note: note}}
	if watch != nil {
		used := watch.stop()
		lines = append(lines, line{Name: b.name + ".memory", Rate: used, Unit: "MiB", Floor: b.limit, Ratio: b.limit / used, Note: note})
	}
	return lines, nil
}

// named puts the benchmark's name before those of the lines, and what is required of them.
func (b *benchmark) named(lines []line, err error) ([]line, error) {
	for i := range lines {
		if lines[i].Name == "" { // the others are limits
			lines[i].Needs = b.needs
		}
		lines[i].Name = b.name + lines[i].Name
	}
	return lines, err
}

// patience ends a benchmark whose rounds are long: a round of a minute is steady by itself.
const patience = time.Minute

// all does the rounds.
func (b *benchmark) all(do work, atLeast time.Duration) (rates, perCPU []float64, err error) {
	for start := time.Now(); len(rates) < b.rounds && (len(rates) == 0 || time.Since(start) < patience); {
		rate, cpu, err := round(do, atLeast)
		if err != nil {
			return nil, nil, err
		}
		rates, perCPU = append(rates, rate), append(perCPU, cpu)
	}
	return rates, perCPU, nil
}

// median is the middle one; of an even number the lower of the two.
func median(of []float64) float64 {
	slices.Sort(of)
	return of[(len(of)-1)/2]
}

// round repeats the work for at least so long and gives what was done in a second, of the clock and of processors.
//
// A batch is always finished: what was begun counts in full, with the time that it took.
func round(do work, atLeast time.Duration) (rate, perCPU float64, err error) {
	done, start, cpu := 0, time.Now(), processorTime()
	for {
		n, err := do()
		if err != nil {
			return 0, 0, err
		}
		done += n
		if took := time.Since(start); took >= atLeast {
			return float64(done) / took.Seconds(), float64(done) / (processorTime() - cpu).Seconds(), nil
		}
	}
}

// processorTime is what all processors have worked for this process.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // unreachable: the arguments are constants
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// write tells the figures as soon as they are there: a run takes minutes, and one that is broken off was not for
// nothing.
func write(out io.Writer, lines []line, asJSON bool) error {
	for _, l := range lines {
		text := l.text()
		if asJSON {
			b, err := json.Marshal(l)
			if err != nil {
				return err
			}
			text = string(b)
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
	return nil
}

// text is a line for a person.
func (l *line) text() string {
	s := fmt.Sprintf("%-18s %11.0f %-11s  floor %9.0f  ratio %5.2f", l.Name, l.Rate, l.Unit, l.Floor, l.Ratio)
	if l.Needs > 0 {
		s += fmt.Sprintf(" of %.2f", l.Needs)
	}
	if l.PerCPU > 0 {
		s += fmt.Sprintf("  (%.0f per CPU second)", l.PerCPU)
	}
	if l.Note != "" {
		s += "  " + l.Note
	}
	return s
}
