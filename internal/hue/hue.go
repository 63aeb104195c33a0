// Package hue numbers the colours of nodes, so that a node has one colour in a terminal
// and in a report, the same as on the page.
package hue

import "strings"

// Grey is the number of who is no node of the network.
const Grey = 0

// Count is how many colours nodes have. They are those of Okabe and Ito, which
// colour-blind people tell apart.
const Count = 7

// Of returns the number of a node's colour, 1 to Count, or Grey for an empty name. It
// depends on the name alone: nodes whose names are seven apart share one.
func Of(name string) int {
	if name == "" {
		return Grey
	}
	if digits, numbered := strings.CutPrefix(name, "n"); numbered && isNumber(digits) {
		return 1 + remainder(digits)
	}
	sum := 0
	for _, letter := range name {
		sum += int(letter)
	}
	return 1 + sum%Count
}

func isNumber(digits string) bool { return digits != "" && strings.Trim(digits, "0123456789") == "" }

// remainder is that of a number by Count, however many digits it has.
func remainder(digits string) (rest int) {
	const ten = 10
	for _, digit := range digits {
		rest = (ten*rest + int(digit-'0')) % Count
	}
	return rest
}
