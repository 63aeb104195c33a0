package logging

import (
	"regexp"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Filter says which records somebody wants. The zero Filter takes all.
type Filter struct {
	Level hclog.Level    // the least severe
	Match *regexp.Regexp // of "logger: text"; nil for any
	Since time.Time
}

// Takes reports whether the filter lets a record through.
func (f Filter) Takes(r *Record) bool {
	return r.Level >= f.Level && !r.Time.Before(f.Since) &&
		(f.Match == nil || f.Match.MatchString(r.Logger+": "+r.Text()))
}
