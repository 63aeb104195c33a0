// Package theory holds the laws that what a network did is held against, each with
// its source. It is pure: numbers in, numbers out.
package theory

// confident is the standard normal deviate of a two-sided interval of 95 %.
const confident = 1.959963984540054

// Interval is where a value lies with 95 % confidence.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Holds reports whether a value lies within the interval.
func (i Interval) Holds(value float64) bool { return i.Low <= value && value <= i.High }
