package main

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/playbook"
	"recourse/replay"
)

// question is something that was put to a decider: a fact that arrived, or an instant at which something was due.
// Since a decision is a pure function of it, it can be put again as often as one wants.
//
// The file is the one before the decision. It is shared by all rounds and must not be changed
// by answering, which is the promise of the decider that is being measured.
type question struct {
	acts    bool // its answer does something: see works
	decider *decide.Decider
	file    *recourse.OrderFile
	event   *recourse.Event // nil: due
	now     time.Time
}

func (q *question) decide() decide.Decision {
	if q.event == nil {
		return q.decider.Due(q.file, q.now)
	}
	return q.decider.Event(q.file, q.event, q.now)
}

// works says that a decision opens, moves or closes a case, or orders something. A fact that is only taken in, or
// only noted, is cheaper and is not measured.
func works(d decide.Decision) bool {
	return len(d.Effects) > 0 || slices.ContainsFunc(d.Entries, func(e recourse.Entry) bool { return e.Kind != recourse.EntryNoted })
}

// recorder writes down what is asked while a scenario is played.
type recorder struct {
	world *replay.World
	files map[string]*recourse.OrderFile // as they stood before the decision in hand
	event *recourse.Event                // the one in hand; nil: time passes
	asked []question
}

// record plays a scenario and gives every question whose answer does something, and the files at its end.
func record(s *replay.Scenario) ([]question, []*recourse.OrderFile, error) {
	policy, err := policyOf(s.Playbook, s.Settings)
	if err != nil {
		return nil, nil, err
	}
	r := &recorder{world: replay.NewWorld(&decide.Decider{Policy: policy, Calendars: calendar.Default()}, s.Start), files: map[string]*recourse.OrderFile{}}
	r.world.Decided = r.decided
	for _, step := range s.Steps {
		if err := r.step(step); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return r.asked, r.world.Files(), nil
}

// playbooks are those that were compiled, by name. Scenarios differ in their settings, hardly in their playbook.
var playbooks = map[string]*playbook.Playbook{}

// policyOf is a built-in playbook with settings. Each is compiled once: policies share what is compiled.
func policyOf(name string, settings map[string]string) (*playbook.Policy, error) {
	if playbooks[name] == nil {
		p, err := playbook.Builtin(name)
		if err != nil {
			return nil, err
		}
		playbooks[name] = p
	}
	return playbooks[name].With(settings)
}

// step plays one step as a scenario does when it is tested, but for what it expects.
func (r *recorder) step(step replay.Step) error {
	r.event = step.Event
	switch {
	case step.Event != nil:
		return r.world.Event(step.Event)
	case step.Wait != nil && step.Wait.Calendar == "":
		r.world.Until(r.world.Now.Add(step.Wait.Time))
	case step.Wait != nil:
		c, ok := r.world.Decider.Calendars.Calendar(r.world.Decider.Policy.Country(*step.Wait))
		if !ok {
			return errors.New("no calendar of " + step.Wait.Calendar)
		}
		r.world.Until(c.Add(r.world.Now, step.Wait.Business))
	case !step.Until.IsZero():
		r.world.Until(step.Until)
	}
	return nil
}

// decided is told every decision after it was taken.
func (r *recorder) decided(d decide.Decision) {
	order := d.File.Order.ID
	// Files are never changed, so that the pointer is the file as it was.
	before := r.files[order]
	if before == nil {
		before = &recourse.OrderFile{Order: recourse.Order{ID: order}}
	}
	r.files[order] = d.File
	q := question{acts: works(d), decider: r.world.Decider, file: before, now: r.world.Now}
	// The world finds out which order an event is about; put again, it must say so itself.
	if r.event != nil {
		named := *r.event
		named.Order = order
		q.event = &named
	}
	r.asked = append(r.asked, q)
}

// prepareDecide puts all that the project's scenarios make decide, round robin. They cover every situation of every
// playbook, with the guard, the refusals, the late facts, and the facts that are only taken in: an honest life.
func prepareDecide() (work, string, error) {
	all, err := recordProject()
	if err != nil {
		return nil, "", err
	}
	return ask(all), told(all), nil
}

// prepareActing leaves out the facts that are only taken in or noted: every decision opens, moves or closes a case, or
// orders an act.
func prepareActing() (work, string, error) {
	all, err := recordProject()
	if err != nil {
		return nil, "", err
	}
	all = slices.DeleteFunc(all, func(q question) bool { return !q.acts })
	return ask(all), told(all), nil
}

// prepareWalk takes the same files from their first fact to their last in place, as a replay does.
//
// It relies on the questions about one file being together and in order; a file that has seen
// no fact yet begins a new walk.
func prepareWalk() (work, string, error) {
	all, err := recordProject()
	if err != nil {
		return nil, "", err
	}
	var walker decide.Walker
	return func() (int, error) {
		for i := range all {
			if q := &all[i]; q.file.Now.IsZero() { // the first question about a file
				walker.Begin(q.decider, &recourse.OrderFile{Order: recourse.Order{ID: q.file.Order.ID}})
			}
			if q := &all[i]; q.event == nil {
				walker.Due(q.now)
			} else {
				walker.Event(q.event, q.now)
			}
		}
		return len(all), nil
	}, told(all), nil
}

func told(all []question) string {
	return fmt.Sprintf("%d questions, %.1f effects and %.1f entries each", len(all), perQuestion(all, effects), perQuestion(all, entries))
}

// recordProject records the questions of all scenarios, those about one file together and in their order.
func recordProject() ([]question, error) {
	var all []question
	files, err := filepath.Glob("scenarios/*.yaml")
	more, err2 := filepath.Glob("scenarios/*/*.yaml")
	if err := cmp.Or(err, err2); err != nil {
		return nil, err
	}
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		asked, err := recordAll(file, data)
		if err != nil {
			return nil, err
		}
		all = append(all, asked...)
	}
	if len(all) == 0 {
		return nil, errors.New("no scenarios: it is run from the root of the project")
	}
	return all, nil
}

// What is told of a mix, so that a reader sees what a decision in it does.

func effects(d decide.Decision) int { return len(d.Effects) }
func entries(d decide.Decision) int { return len(d.Entries) }

// perQuestion is how much of something a decision has on average.
//
// It is asked while preparing and so costs no round anything.
func perQuestion(all []question, count func(decide.Decision) int) float64 {
	n := 0
	for i := range all {
		n += count(all[i].decide())
	}
	return float64(n) / float64(len(all))
}

// recordAll plays all scenarios of a file, each in a world of its own.
func recordAll(file string, data []byte) ([]question, error) {
	scenarios, err := replay.ParseScenarios(file, data)
	if err != nil {
		return nil, err
	}
	var all []question
	for _, s := range scenarios {
		asked, _, err := record(s)
		if err != nil {
			return nil, err
		}
		all = append(all, asked...)
	}
	return all, nil
}

// ask puts questions round robin. All answers are thrown away, as in a preview: keeping them is the store's work.
func ask(all []question) work {
	return func() (int, error) {
		for i := range all {
			if d := all[i].decide(); d.File == nil {
				return 0, errors.New("a question was answered otherwise than when it was recorded")
			}
		}
		return len(all), nil
	}
}

//go:embed heavy.yaml
var heavy []byte

// prepareHeavy decides on one big order: heavy.yaml has its history, and in its second part what may come next, each
// of which is asked of the same file.
func prepareHeavy() (work, string, error) {
	scenarios, err := replay.ParseScenarios("heavy.yaml", heavy)
	if err != nil {
		return nil, "", err
	}
	history, next := scenarios[0], scenarios[1]
	asked, files, err := record(history)
	if err != nil {
		return nil, "", err
	}
	// The first question is about time: the deadline that comes next acts, and the one behind it is found.
	d, file := asked[0].decider, files[0]
	all := []question{{decider: d, file: file, now: file.Due}}
	for _, step := range next.Steps {
		ev := *step.Event
		ev.Order = file.Order.ID
		all = append(all, question{decider: d, file: file, event: &ev, now: file.Now.Add(time.Minute)})
	}
	// An event that the file no longer waits for would be cheap to answer and is a mistake of heavy.yaml.
	for i := range all {
		if !works(all[i].decide()) {
			return nil, "", fmt.Errorf("heavy.yaml: question %d moves nothing", i)
		}
	}
	open := 0
	for i := range file.Cases {
		if file.Cases[i].Status == recourse.Open {
			open++
		}
	}
	note := fmt.Sprintf("%d purchases, %d cases (%d open), %d parcels, %d refunds, %d recoveries; %d questions",
		len(file.Purchases), len(file.Cases), open, len(file.Parcels), len(file.Refunds), len(file.Recoveries), len(all))
	return ask(all), note, nil
}
