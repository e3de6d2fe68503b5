package recourse

// Exchange is a price told in a second currency, with the rate that it was reckoned by. A decision compares with it and asks no
// rate itself, so that it is the same for ever, whatever the rate of another day.
type Exchange struct {
	Sum Money `json:"sum,omitzero"` // what the price comes to
	// Num and Den are the rate in minor units: so many of the sum's for so many of the price's.
	Num int64 `json:"num,omitempty"`
	Den int64 `json:"den,omitempty"`
	Day Date  `json:"day,omitzero"` // of the rate
}

// NewExchange reckons a price by a rate. amount_overflow, of kind [Invalid], where it would not fit.
func NewExchange(price Money, to Currency, num, den int64, day Date) (Exchange, error) {
	sum, err := price.Scale(num, den)
	sum.Currency = to
	return Exchange{Sum: sum, Num: num, Den: den, Day: day}, err
}

// In is the offer's price in a currency: its own, or that which it was told in beside; false: in neither.
func (o *Offer) In(c Currency) (Money, bool) {
	switch {
	case c == "":
		return Money{}, false
	case o.Price.Currency == c:
		return o.Price, true
	case o.Exchanged.Sum.Currency == c:
		return o.Exchanged.Sum, true
	}
	return Money{}, false
}

// check refuses a sum that the rate does not give: nobody is to make an offer cheap by what they say it comes to.
func (x *Exchange) check(price Money) bool {
	if *x == (Exchange{}) {
		return true
	}
	if x.Num <= 0 || x.Den <= 0 || x.Day == (Date{}) || x.Sum.Currency == price.Currency {
		return false
	}
	is, err := NewExchange(price, x.Sum.Currency, x.Num, x.Den, x.Day)
	return err == nil && is.Sum == x.Sum
}
