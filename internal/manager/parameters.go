package manager

import (
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
)

// What a mining session may be asked for.
const (
	maxRequests = 100_000 // of one session that has an end, as its results are kept
	usualMin    = time.Second
	usualMax    = 3 * time.Second
)

var planParameters = []string{"rounds", "min", "max", "mode", "continuous", "detach"}

// readPlan reads the parameters of /start/mining, for a network of nodes.
func readPlan(c *gin.Context, nodes int) (plan, error) {
	rounds, err := httpserver.Number(c, "rounds", 1, 1, api.MaxRounds)
	if err != nil {
		return plan{}, err
	}
	p := plan{mode: c.DefaultQuery("mode", api.Turns), rounds: int(rounds)}
	if p.mode != api.Turns && p.mode != api.Race {
		return p, httpserver.Malformed("mode is %q, want %s or %s", p.mode, api.Turns, api.Race)
	}
	if p.rounds*nodes > maxRequests {
		return p, httpserver.Malformed("%d rounds of %d nodes are more than %d requests", p.rounds, nodes, maxRequests)
	}
	if p.detached, err = httpserver.Bool(c, "detach"); err != nil {
		return p, err
	}
	if err := p.readContinuous(c); err != nil {
		return p, err
	}
	return p, p.readPauses(c)
}

func (p *plan) readContinuous(c *gin.Context) error {
	continuous, err := httpserver.Bool(c, "continuous")
	if err != nil || !continuous {
		return err
	}
	if _, given := c.GetQuery("rounds"); given {
		return httpserver.Malformed("continuous mining has no number of rounds")
	}
	p.rounds = 0
	return nil
}

// readPauses reads min and max. Where only one is given, the other one's usual
// value gives way.
func (p *plan) readPauses(c *gin.Context) error {
	shortest, hasMin, err := duration(c, "min", usualMin)
	if err != nil {
		return err
	}
	longest, hasMax, err := duration(c, "max", usualMax)
	if err != nil {
		return err
	}
	switch {
	case p.mode == api.Race && (hasMin || hasMax):
		return httpserver.Malformed("there are no pauses in a race, so no min and max")
	case hasMin && hasMax && shortest > longest:
		return httpserver.Malformed("min is %s, more than max, which is %s", shortest, longest)
	case hasMax:
		shortest = min(shortest, longest)
	default:
		longest = max(shortest, longest)
	}
	p.min, p.max = shortest, longest
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
