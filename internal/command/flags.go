package command

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/config"
)

// wanted is what a flag of each of pflag's types takes.
var wanted = map[string]string{
	"int": "a whole number", "float64": "a number", "uint64": "a whole number, 0 or more", "intSlice": "whole numbers such as 5000,5003",
	"duration": "a time such as 500ms or 30s", "bool": "true or false",
	"stringToString": "pairs such as n0=50,n1=30", "stringSlice": "a list with commas",
}

// plainFlagError says what is wrong with a flag in plain words, where pflag says it in its own
// or names one of Go's functions.
func plainFlagError(command *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return hintAtFlag(command, unknown)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s stands without a value", missing.GetFlag().Name)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue(invalid)
	}
	return err
}

func invalidValue(invalid *pflag.InvalidValueError) error {
	flag := invalid.GetFlag()
	want, known := wanted[flag.Value.Type()]
	switch {
	case errors.Is(invalid, strconv.ErrRange):
		return fmt.Errorf("--%s %q is out of bounds", flag.Name, invalid.GetValue())
	case !known: // the flag's own words
		return fmt.Errorf("--%s: %w", flag.Name, invalid.Unwrap())
	}
	return fmt.Errorf("--%s %q: want %s", flag.Name, invalid.GetValue(), want)
}

// hintAtFlag says which flag may have been meant.
func hintAtFlag(command *cobra.Command, unknown *pflag.NotExistError) error {
	typed := "--" + unknown.GetSpecifiedName()
	if short := unknown.GetSpecifiedShortnames(); short != "" {
		typed = "-" + short
	}
	if strings.Trim(typed, "-0123456789.") == "" {
		return fmt.Errorf("%s: want no number below 0", typed)
	}
	var names []string
	command.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	if meant := config.Nearest(unknown.GetSpecifiedName(), names); meant != "" {
		return fmt.Errorf("unknown flag: %s: did you mean --%s?", typed, meant)
	}
	return fmt.Errorf("unknown flag: %s: see %s --help", typed, typedPath(command))
}

// judgeFirst has check judge a command's flags before anybody is asked: what is wrong with
// them is wrong use whether a network runs or not.
func judgeFirst(command *cobra.Command, check func() error) {
	command.PreRunE = func(*cobra.Command, []string) error {
		if err := check(); err != nil {
			return misuse(err)
		}
		return nil
	}
}

// notNegative returns an error unless the number of a flag is 0 or more, and one that can be
// said.
func notNegative(flag string, number float64) error {
	if number >= 0 && number <= math.MaxFloat64 {
		return nil
	}
	return fmt.Errorf("--%s %v: want 0 or more", flag, number)
}

// within returns an error unless the time of a flag is one from 0s to most.
func within(flag string, lasts, most time.Duration) error {
	if 0 <= lasts && lasts <= most {
		return nil
	}
	return fmt.Errorf("--%s %s: want a time from 0s to %s", flag, lasts, most)
}

// miningNumbers are the numbers of flags that say how to mine: what else is wrong with them is
// the nodes' to judge.
func miningNumbers(interval time.Duration, blocks, threads int, hashrate float64) error {
	return cmp.Or(
		notNegative("blocks", float64(blocks)), notNegative("threads", float64(threads)), notNegative("hashrate", hashrate),
		within("interval", interval, math.MaxInt64),
	)
}
