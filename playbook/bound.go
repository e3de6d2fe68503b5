package playbook

import (
	"fmt"
	"strconv"
	"strings"

	"recourse"
)

// Bound is how much dearer something may be: a percentage, or an amount where that has a currency. It is no limit on the price
// itself: what costs less than it did is within every bound.
type Bound struct {
	Percent int64
	Amount  recourse.Money
}

// String is the form that a setting is written in.
func (b Bound) String() string {
	if b.Amount.Currency != "" {
		return b.Amount.String()
	}
	return strconv.FormatInt(b.Percent, 10) + " %"
}

// parseBound reads a setting of type surcharge; false: never.
func parseBound(text string) (b Bound, allowed bool, err error) {
	if text == "never" {
		return b, false, nil
	}
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		n, err := strconv.Atoi(strings.TrimSpace(percent))
		if err != nil || n < 0 || n > 1000 {
			return b, false, fmt.Errorf("not a percentage")
		}
		return Bound{Percent: int64(n)}, true, nil
	}
	b.Amount, err = recourse.ParseMoney(text)
	if err == nil && b.Amount.Minor < 0 {
		err = fmt.Errorf("less than nothing")
	}
	return b, err == nil, err
}
