package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

const configName = "config"

// register adds the table's flags, and --config.
func register(flags *pflag.FlagSet, table []setting, defaultFile string) {
	for _, s := range table {
		s.register(flags)
	}
	flags.String(configName, "", fmt.Sprintf(
		"YAML, TOML or JSON `file` with any of these settings (default %s if there)", defaultFile))
	Decimal(flags)
}

// load sets the table's fields from flags, environment and file, and returns where
// it found them. Settings need not have a flag.
func load(flags *pflag.FlagSet, table []setting, defaultFile string) (sources, error) {
	v := viper.NewWithOptions(viper.WithDecoderRegistry(newFormats()))
	found := sources{v, flags}
	if err := refuseMisspelt(); err != nil {
		return found, err
	}
	if err := bind(v, flags, table); err != nil {
		return found, err
	}
	if err := readFile(v, flags, defaultFile); err != nil {
		return found, fmt.Errorf("%w: settings file %w", ErrSetting, err)
	}
	if err := refuseUnknown(v, table); err != nil {
		return found, err
	}
	for _, s := range table {
		if !v.IsSet(s.name) {
			continue
		}
		if err := s.set(v.Get(s.name)); err != nil {
			return found, fmt.Errorf("%w: %s (from %s): %w", ErrSetting, s.name, found.of(s.name), err)
		}
	}
	return found, nil
}

// bind makes v look for the table's settings in flags and environment too.
func bind(v *viper.Viper, flags *pflag.FlagSet, table []setting) error {
	for _, s := range table {
		if flag := ours(flags, s.name); flag != nil {
			if err := v.BindPFlag(s.name, flag); err != nil {
				return err
			}
		}
		if err := v.BindEnv(s.name, variable(s.name)); err != nil {
			return err
		}
	}
	return nil
}

// readFile reads the named file, which must exist, or else the default one if it
// exists. An empty --config means no file.
func readFile(v *viper.Viper, flags *pflag.FlagSet, defaultFile string) error {
	named := flags.Lookup(configName)
	if named.Changed && named.Value.String() == "" {
		return nil
	}
	name := cmp.Or(named.Value.String(), os.Getenv(variable(configName)))
	file := cmp.Or(name, defaultFile)
	if !slices.Contains(fileTypes, strings.ToLower(filepath.Ext(file))) {
		return fmt.Errorf("%s: want a name that ends in %s", file, strings.Join(fileTypes, ", "))
	}
	v.SetConfigFile(file)
	err := v.ReadInConfig()
	if name == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// refuseUnknown returns an error for a key of the file that the table lacks.
func refuseUnknown(v *viper.Viper, table []setting) error {
	keys := v.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		known := func(s setting) bool { return s.name == key }
		if !slices.ContainsFunc(table, known) {
			return fmt.Errorf("%w: %s in %s is unknown: want one of %s", ErrSetting, key, v.ConfigFileUsed(), names(table))
		}
	}
	return nil
}

func names(table []setting) string {
	all := make([]string, len(table))
	for i, s := range table {
		all[i] = s.name
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// byDefault is the source of what nobody has set.
const byDefault = "default"

// sources says for users where a setting's value comes from.
type sources struct {
	v     *viper.Viper
	flags *pflag.FlagSet
}

func (s sources) of(name string) string {
	switch {
	case ours(s.flags, name) != nil && s.flags.Changed(name):
		return "--" + name
	case os.Getenv(variable(name)) != "":
		return variable(name)
	case s.v.InConfig(name):
		return s.v.ConfigFileUsed()
	default:
		return byDefault
	}
}
