package news

import (
	"fmt"
	"time"

	"networkmngr/internal/times"
)

// crowd is the nodes to which the same happens within a window: the first usual ones have
// lines of their own, the others are summed up in one line at its end, and as long as so
// many come, all are.
type crowd struct {
	what  string // of many nodes: "are paused"
	grade Grade
	began time.Time
	usual int // that may have lines of their own
	nodes int
	last  string // the line of the last one, if it has not been said
}

// more is how many nodes had no line.
func (c *crowd) more() int { return max(0, c.nodes-c.usual) }

// crowded says a line about one node, unless what happens to it happens to many.
func (n *News) crowded(grade Grade, what, format string, values ...any) {
	c := n.crowd(grade, what)
	if c.nodes++; c.more() == 0 {
		n.say(grade, format, values...)
		return
	}
	c.last = fmt.Sprintf(format, values...)
}

func (n *News) crowd(grade Grade, what string) *crowd {
	for i := range n.crowds {
		if n.crowds[i].what == what {
			return &n.crowds[i]
		}
	}
	n.crowds = append(n.crowds, crowd{what: what, grade: grade, began: n.now, usual: usual})
	return &n.crowds[len(n.crowds)-1]
}

// crowdsEnd is when the first crowd is to be summed up; zero for never.
func (n *News) crowdsEnd() (first time.Time) {
	for i := range n.crowds {
		if c := &n.crowds[i]; c.more() > 0 {
			first = times.First(first, c.began.Add(window))
		}
	}
	return first
}

// sumUpCrowds sums up those whose window is over, or all.
func (n *News) sumUpCrowds(all bool) {
	var rest []crowd
	for _, c := range n.crowds {
		age := n.now.Sub(c.began)
		if !all && age < window {
			rest = append(rest, c)
			continue
		}
		switch more := c.more(); {
		case more == 1:
			n.say(c.grade, "%s", c.last)
		case more > 1:
			n.say(c.grade, "%d nodes more %s", more, c.what)
		}
		if c.more() > 0 && age < 2*window && !all {
			rest = append(rest, crowd{what: c.what, grade: c.grade, began: n.now})
		}
	}
	n.crowds = rest
}
