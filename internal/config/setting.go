package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

const (
	tokenName     = "token" // must not appear in a list of processes
	tokenFileName = "token-file"
	logsName      = "logs"
)

// setting is one row of a program's table. Its name is that of the flag and of the
// file's key, and in upper case with a prefix that of the environment variable.
type setting struct {
	name, short, usage string
	field              any // *string, *int, *bool, *time.Duration or *[]string
}

// register adds a flag for the setting, with the field's value as its default.
func (s setting) register(flags *pflag.FlagSet) {
	switch field := s.field.(type) {
	case *string:
		flags.StringP(s.name, s.short, *field, s.usage)
	case *int:
		flags.IntP(s.name, s.short, *field, s.usage)
	case *bool:
		flags.BoolP(s.name, s.short, *field, s.usage)
	case *time.Duration:
		flags.DurationP(s.name, s.short, *field, s.usage)
	case *[]string:
		flags.VarP(&List{strings.Join(*field, ",")}, s.name, s.short, s.usage)
	}
	claim(flags, s.name)
}

// settingFlag marks a setting's flag: a sub-command may have another flag with a
// setting's name.
const settingFlag = "setting"

func claim(flags *pflag.FlagSet, name string) {
	if err := flags.SetAnnotation(name, settingFlag, nil); err != nil {
		panic(err) // the flag has just been made
	}
}

// ours returns a setting's flag, or nil.
func ours(flags *pflag.FlagSet, name string) *pflag.Flag {
	flag := flags.Lookup(name)
	if flag == nil {
		return nil
	}
	if _, claimed := flag.Annotations[settingFlag]; !claimed {
		return nil
	}
	return flag
}

// set sets the field to a value from a flag, the environment or a file. A file's
// value must have the field's type, so that a token of digits, say, does not pass
// through a number.
func (s setting) set(value any) error {
	var err error
	switch field := s.field.(type) {
	case *string:
		*field, err = asString(value)
	case *int:
		*field, err = parsed(value, strconv.Atoi, "a whole number")
	case *bool:
		*field, err = parsed(value, strconv.ParseBool, "true or false")
	case *time.Duration:
		*field, err = parsed(value, time.ParseDuration, "a time with its unit, such as 90s or -1h30m")
	case *[]string:
		*field, err = asList(value)
	}
	return err
}

// text is the field's value as a flag takes it.
func (s setting) text() string {
	if list, ok := s.value().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(s.value())
}

// value is the field's value, a time as its text. A list is never nil.
func (s setting) value() any {
	switch field := s.field.(type) {
	case *time.Duration:
		return field.String()
	case *[]string:
		return append([]string{}, *field...)
	}
	return reflect.ValueOf(s.field).Elem().Interface()
}

func asString(value any) (string, error) {
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%T: want text, in quotes", value) // the value may be a token
	}
	return text, nil
}

// parsed reads what a flag, the environment or a file says in a text or in a type of
// its own.
func parsed[T any](value any, parse func(string) (T, error), want string) (T, error) {
	result, err := parse(fmt.Sprint(value))
	if err != nil {
		return result, fmt.Errorf("%v: want %s", value, want)
	}
	return result, nil
}

// asList takes a list of texts, or one text with commas.
func asList(value any) ([]string, error) {
	switch value := value.(type) {
	case string:
		return split(value), nil
	case []any:
		list := make([]string, len(value))
		for i, element := range value {
			text, err := asString(element)
			if err != nil {
				return nil, err
			}
			list[i] = strings.TrimSpace(text)
		}
		return list, nil
	}
	return nil, fmt.Errorf("%v: want a list", value)
}
