package config

import "github.com/spf13/pflag"

// masked is shown instead of a token.
const masked = "********"

// Explained is a setting in force. Its source is the name of a flag, an
// environment variable or a file, or "default".
type Explained struct {
	Name   string `json:"setting"`
	Value  any    `json:"value"` // string, number, true or false, or a list of strings
	Source string `json:"source"`
}

// ExplainManager is LoadManager, with its error, and returns where each setting's
// value comes from. A token is masked.
func ExplainManager(flags *pflag.FlagSet) ([]Explained, error) {
	m, found, err := managerFrom(flags)
	if err != nil {
		return nil, err
	}
	table := m.settings()
	explained := make([]Explained, len(table))
	for i, s := range table {
		explained[i] = Explained{s.name, s.value(), found.of(s.name)}
		if s.name == tokenName && m.Token != "" {
			explained[i].Value = masked
		}
	}
	return explained, nil
}

// Values are the settings by name, without the token.
func (m ManagerSettings) Values() map[string]any {
	values := make(map[string]any)
	for _, s := range m.settings() {
		if s.name != tokenName {
			values[s.name] = s.value()
		}
	}
	return values
}
