package config

import "strings"

// List is the value of a flag that takes several texts, with commas between them or each
// with a flag of its own. It has none by default. That of pflag reads and writes them as CSV:
// it has words of its own for a quotation mark, and buffers that took more of a node's start
// than all its other flags together.
type List struct{ text string }

// String returns the texts with commas between them; see [pflag.Value].
func (l *List) String() string { return l.text }

// Set adds to the list; see [pflag.Value].
func (l *List) Set(text string) error {
	if l.text != "" {
		text = l.text + "," + text
	}
	l.text = text
	return nil
}

// Type is for usage texts and viper; see [pflag.Value].
func (l *List) Type() string { return "list" }

// Texts are those of the list.
func (l *List) Texts() []string { return split(l.text) }

// split returns the texts that have commas between them, without the space around each.
func split(text string) (list []string) {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' }) {
		list = append(list, strings.TrimSpace(part))
	}
	return list
}
