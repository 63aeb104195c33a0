package manager

import (
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/session"
)

// What a mining session may be asked for.
const (
	maxRequests = 100_000 // of one session that has an end, as its results are kept
	usualMin    = time.Second
	usualMax    = 3 * time.Second
)

var orderParameters = []string{"rounds", "min", "max", "mode", "continuous", "detach"}

// readOrder reads the parameters of /start/mining, for a network of nodes.
func readOrder(c *gin.Context, nodes int) (session.Order, error) {
	rounds, err := httpserver.Number(c, "rounds", 1, 1, api.MaxRounds)
	if err != nil {
		return session.Order{}, err
	}
	o := session.Order{Mode: c.DefaultQuery("mode", api.Turns), Rounds: int(rounds)}
	if o.Mode != api.Turns && o.Mode != api.Race {
		return o, httpserver.Malformed("mode is %q, want %s or %s", o.Mode, api.Turns, api.Race)
	}
	if o.Rounds*nodes > maxRequests {
		return o, httpserver.Malformed("%d rounds of %d nodes are more than %d requests", o.Rounds, nodes, maxRequests)
	}
	if o.Detached, err = httpserver.Bool(c, "detach"); err != nil {
		return o, err
	}
	if err := readContinuous(c, &o); err != nil {
		return o, err
	}
	return o, readPauses(c, &o)
}

func readContinuous(c *gin.Context, o *session.Order) error {
	continuous, err := httpserver.Bool(c, "continuous")
	if err != nil || !continuous {
		return err
	}
	if _, given := c.GetQuery("rounds"); given {
		return httpserver.Malformed("continuous mining has no number of rounds")
	}
	o.Rounds = 0
	return nil
}

// readPauses reads min and max. Where only one is given, the other one's usual
// value gives way.
func readPauses(c *gin.Context, o *session.Order) error {
	shortest, hasMin, err := duration(c, "min", usualMin)
	if err != nil {
		return err
	}
	longest, hasMax, err := duration(c, "max", usualMax)
	if err != nil {
		return err
	}
	switch {
	case o.Mode == api.Race && (hasMin || hasMax):
		return httpserver.Malformed("there are no pauses in a race, so no min and max")
	case hasMin && hasMax && shortest > longest:
		return httpserver.Malformed("min is %s, more than max, which is %s", shortest, longest)
	case hasMax:
		shortest = min(shortest, longest)
	default:
		longest = max(shortest, longest)
	}
	o.Min, o.Max = shortest, longest
	return nil
}

// duration reads the parameter key, "1.5s" or in seconds "1.5".
func duration(c *gin.Context, key string, missing time.Duration) (d time.Duration, given bool, err error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, false, nil
	}
	d, err = time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err != nil || d < 0 || d > api.MaxPause {
		return 0, true, httpserver.Malformed("%s is %q, want a time from 0s to %s, such as 500ms or 1.5 (seconds)", key, text, api.MaxPause)
	}
	return d, true, nil
}
