//go:build !unix

package doctor

import "errors"

// mayWrite cannot tell here without making a file.
func mayWrite(string) error { return nil }

// maxOpenFiles returns [errors.ErrUnsupported]: here is no such limit.
func maxOpenFiles() (uint64, error) { return 0, errors.ErrUnsupported }
