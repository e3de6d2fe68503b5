package decide

import "recourse"

// Fitting are the offers of a case that can fill its pieces for what the playbook allows, as they were told last. Nothing for a
// case that the file does not have.
func (d *Decider) Fitting(file *recourse.OrderFile, caseID string) (out []recourse.Offer) {
	c := file.Case(caseID)
	if c == nil {
		return nil
	}
	w := work{Decider: d, f: file, now: file.Now, at: file.Now}
	w.scope.Fact = w.fact
	p := d.PolicyOf(&c.Run)
	similar := p.Value("reorder.similar").Text != "refuse"
	for i := range c.Offers {
		if o := &c.Offers[i]; (o.Same || similar) && w.fits(c, o) {
			out = append(out, *o)
		}
	}
	return out
}
