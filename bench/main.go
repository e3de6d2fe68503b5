// Command bench measures what the project promises to be able to do, each figure beside the floor that it must not
// fall below:
//
//	go run ./bench [-run NAME,...] [-json] [-seconds N] [-cpuprofile FILE]
//
// It is run from the root of the project, since it decides on the project's scenarios. A benchmark does its work in
// rounds of at least so many seconds, and what is told is the median round: a machine that does other things besides
// makes some rounds slow, and none fast. How each is made up stands in docs/performance.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := command(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// benchmark is one thing that is measured.
type benchmark struct {
	name   string
	procs  int // processors that it may use
	unit   string
	floor  float64 // required
	limit  float64 // MiB that it may take; 0: not bounded
	rounds int
	// prepare makes ready what is not measured. It gives what is done again and again, and says how much of it was
	// done each time; note says what it had to do without.
	prepare func() (work func() (int, error), note string, err error)
}

var benchmarks = []benchmark{
	{name: "decide", procs: 1, unit: "decisions/s", floor: 500_000, rounds: 5, prepare: prepareDecide},
	{name: "decide-heavy", procs: 1, unit: "decisions/s", floor: 150_000, rounds: 5, prepare: prepareHeavy},
	{name: "replay", procs: 2, unit: "orders/s", floor: 50_000, limit: 300, rounds: 3, prepare: prepareReplay},
	{name: "parse", procs: 2, unit: "rows/s", floor: 150_000, limit: 100, rounds: 3, prepare: prepareParse},
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
	// PerCPU is the rate for each second that a processor worked for the process. On one processor it is the rate
	// of a machine that does nothing else.
	PerCPU float64 `json:"per_cpu_second,omitempty"`
	Note   string  `json:"note,omitempty"`
}

func command(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	names := flags.String("run", "", "only these `benchmarks`, parted by commas")
	asJSON := flags.Bool("json", false, "a line of JSON for each figure")
	seconds := flags.Float64("seconds", 2, "how long a round lasts at least")
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
		lines, err := b.measure(time.Duration(*seconds * float64(time.Second)))
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
func (b *benchmark) measure(atLeast time.Duration) ([]line, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(b.procs))
	work, note, err := b.prepare()
	if err != nil {
		return nil, err
	}
	var watch *memory
	if b.limit > 0 {
		watch = watchMemory()
		defer watch.stop()
	}
	rates, perCPU := make([]float64, b.rounds), make([]float64, b.rounds)
	for i := range rates {
		if rates[i], perCPU[i], err = round(work, atLeast); err != nil {
			return nil, err
		}
	}
	rate := median(rates)
	lines := []line{{Name: b.name, Rate: rate, Unit: b.unit, Floor: b.floor, Ratio: rate / b.floor, PerCPU: median(perCPU), Note: note}}
	if watch != nil {
		used := watch.stop()
		lines = append(lines, line{Name: b.name + ".memory", Rate: used, Unit: "MiB", Floor: b.limit, Ratio: b.limit / used, Note: note})
	}
	return lines, nil
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// round repeats the work for at least so long and gives what was done in a second, of the clock and of processors.
func round(work func() (int, error), atLeast time.Duration) (rate, perCPU float64, err error) {
	done, start, cpu := 0, time.Now(), processorTime()
	for {
		n, err := work()
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

func write(out io.Writer, lines []line, asJSON bool) error {
	for _, l := range lines {
		var err error
		if asJSON {
			err = json.NewEncoder(out).Encode(l)
		} else {
			_, err = fmt.Fprintf(out, "%-14s %12.0f %-12s floor %10.0f  ratio %5.2f  per CPU second %10.0f  %s\n", l.Name, l.Rate, l.Unit, l.Floor, l.Ratio, l.PerCPU, l.Note)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
