package netgroup

import (
	"fmt"
	"strconv"
	"strings"
)

const maxPort = 1<<16 - 1

// Read is a Grouping as settings say it: by "address"; by "port:10", which besides puts
// every ten ports of loopback in a group; or by "label:east=5000-5009,west=5010", which
// gives them names. A list of labels may have line breaks for commas. The error
// quotes what is none of these.
func Read(by string) (Grouping, error) {
	g := Default()
	kind, rest, _ := strings.Cut(by, ":")
	var err error
	switch kind {
	case "address":
		if rest != "" {
			err = fmt.Errorf("%q: nothing comes after address", by)
		}
	case "port":
		g.Block, err = portIn(rest)
	case "label":
		g.Labels, err = readLabels(rest)
	default:
		err = fmt.Errorf("%q: want address, port:NUMBER or label:NAME=FIRST-LAST, and more of these after commas", by)
	}
	return g, err
}

func readLabels(text string) (labels []Label, err error) {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		part = strings.TrimSpace(part)
		if part == "" || part[0] == '#' {
			continue
		}
		label, err := readLabel(part)
		if err != nil {
			return nil, err
		}
		labels = append(labels, label)
	}
	if len(labels) == 0 {
		err = fmt.Errorf("%q: want NAME=FIRST-LAST, and more of these after commas", text)
	}
	return labels, err
}

func readLabel(text string) (label Label, err error) {
	name, ports, hasPorts := strings.Cut(text, "=")
	first, last, isRange := strings.Cut(ports, "-")
	if label.First, err = portIn(first); err == nil && isRange {
		label.Last, err = portIn(last)
	} else {
		label.Last = label.First
	}
	label.Name = strings.TrimSpace(name)
	if err != nil || !hasPorts || label.Name == "" || label.Last < label.First {
		return Label{}, fmt.Errorf("%q: want NAME=FIRST-LAST with ports from 1 to %d", text, maxPort)
	}
	return label, nil
}

func portIn(text string) (int, error) {
	port, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || port < 1 || port > maxPort {
		return 0, fmt.Errorf("%q: want a number from 1 to %d", text, maxPort)
	}
	return port, nil
}
