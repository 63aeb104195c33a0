package server

import (
	"math"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
)

// maxFrom is an int on every machine.
const maxFrom = math.MaxInt32

// page cuts what ?from= and ?limit= ask for out of a list. The limit is 100 if
// none is given.
func page[T any](c *gin.Context, list []T) ([]T, error) {
	from, limit, err := pageOf(c)
	if err != nil {
		return nil, err
	}
	return cut(list, from, limit), nil
}

// cut copies up to limit items of a list.
func cut[T any](list []T, from, limit int) []T {
	from = min(from, len(list))
	return append([]T{}, list[from:from+min(limit, len(list)-from)]...)
}

// anyPart is page for a list that comes whole without a limit, and of which nobody need take
// anything.
func anyPart[T any](c *gin.Context, list []T) ([]T, error) {
	first, err := httpserver.Number(c, "from", 0, 0, maxFrom)
	if err != nil {
		return nil, err
	}
	limit, err := httpserver.Number(c, "limit", maxFrom, 0, maxFrom)
	return cut(list, int(first), int(limit)), err
}

// pageOf reads ?from= and ?limit=.
func pageOf(c *gin.Context) (from, limit int, err error) {
	const defaultLimit, maxLimit = 100, 500
	first, err := httpserver.Number(c, "from", 0, 0, maxFrom)
	if err != nil {
		return 0, 0, err
	}
	count, err := httpserver.Number(c, "limit", defaultLimit, 1, maxLimit)
	return int(first), int(count), err
}

// rowLimit reads ?limit= for such a list.
func rowLimit(c *gin.Context) (int, error) {
	const defaultLimit = 20
	limit, err := httpserver.Number(c, "limit", defaultLimit, 1, api.MaxRows)
	return int(limit), err
}
