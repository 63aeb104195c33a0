package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Texts of the page. Times are in UTC, as a page may be read anywhere.

func day(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// Moment is a time of the network, with its day where the events are not all of one.
func (n Network) Moment(at time.Time) string {
	if n.First.UTC().Format(time.DateOnly) == n.Until.UTC().Format(time.DateOnly) {
		return at.UTC().Format("15:04:05.000")
	}
	return at.UTC().Format("2006-01-02 15:04:05.000")
}

// percent is a share with as many digits as mean something.
func percent(share float64) string {
	digits := 1
	if share != 0 && math.Abs(share) < 0.01 {
		digits = 2
	}
	return strconv.FormatFloat(100*share, 'f', digits, 64) + " %"
}

// lasts is a duration in the unit that suits it.
func lasts(seconds float64) string {
	const minute, hour = 60, 3600
	switch {
	case seconds < 0.0000005:
		return "0 ms"
	case seconds < 1:
		return figure(1000*seconds) + " ms"
	case seconds < minute:
		return figure(seconds) + " s"
	case seconds < hour:
		return fmt.Sprintf("%d min %02d s", int(seconds)/minute, int(seconds)%minute)
	}
	return fmt.Sprintf("%d h %02d min", int(seconds)/hour, int(seconds)%hour/minute)
}

// passed is a time on an axis, without the zeros of a round one: "0", "2 min" and "1 h".
func passed(seconds float64) string {
	if seconds == 0 {
		return "0"
	}
	text := strings.TrimSuffix(strings.TrimSuffix(lasts(seconds), " 00 s"), " 00 min")
	return trim(text)
}

// figure is a number with three digits that mean something.
func figure(value float64) string {
	magnitude := math.Abs(value)
	switch {
	case magnitude == 0:
		return "0"
	case magnitude >= 100:
		return grouped(strconv.FormatFloat(value, 'f', 0, 64))
	case magnitude >= 10:
		return strconv.FormatFloat(value, 'f', 1, 64)
	case magnitude >= 1:
		return strconv.FormatFloat(value, 'f', 2, 64)
	case magnitude >= 0.001:
		return strconv.FormatFloat(value, 'f', 2-int(math.Floor(math.Log10(magnitude))), 64)
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}

// trim leaves out zeros after the point.
func trim(text string) string {
	number, unit, _ := strings.Cut(text, " ")
	if strings.Contains(number, ".") {
		number = strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimSpace(number + " " + unit)
}

// grouped puts thin spaces between each three digits.
func grouped(digits string) string {
	const group = 3
	var parts []string
	for len(digits) > group {
		parts = append([]string{digits[len(digits)-group:]}, parts...)
		digits = digits[:len(digits)-group]
	}
	return strings.Join(append([]string{digits}, parts...), "\u2009")
}

func count(n int) string { return grouped(strconv.Itoa(n)) }

// plural is "1 block", "2 blocks".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}

// short is the beginning of a text such as a hash.
func short(text fmt.Stringer) string {
	const digits = 12
	return text.String()[:digits]
}

// cut is a name of no more than so many characters.
func cut(name string, most int) string {
	if letters := []rune(name); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return name
}

// names lists them, or the first of many.
func names(list []string) string {
	const listed = 12
	if len(list) > listed {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:listed], ", "), len(list)-listed)
	}
	return strings.Join(list, ", ")
}

// ended says how a life ended.
func ended(l Life) string {
	switch {
	case l.To == nil:
		return "no end was told"
	case l.Why == "":
		return "an end that nobody told"
	case l.End == "":
		return endings[l.Why]
	}
	return endings[l.Why] + " (" + l.End + ")"
}

var endings = map[string]string{
	"asked": "was stopped", "told": "was told to end", "crash": "ended by itself", "fault": "was killed",
	"restart": "was restarted", "gone": "was gone at the next start",
}
