package config

// list is the value of a flag that takes several texts, with commas between them or each
// with a flag of its own. It has none by default. That of pflag reads and writes them as CSV,
// whose buffers took more of a node's start than all its other flags together.
type list struct{ text string }

// String returns the texts with commas between them; see [pflag.Value].
func (l *list) String() string { return l.text }

// Set adds to the list; see [pflag.Value].
func (l *list) Set(text string) error {
	if l.text != "" {
		text = l.text + "," + text
	}
	l.text = text
	return nil
}

// Type is for usage texts and viper; see [pflag.Value].
func (l *list) Type() string { return "list" }
