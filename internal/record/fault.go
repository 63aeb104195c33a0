package record

import (
	"errors"
	"reflect"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
)

// fault is an error as a recording keeps it: its text, and what a core asks of it.
type fault struct {
	Text  string
	Kinds []string       // of those in kinds
	Rule  consensus.Rule // that was broken, or empty
	Block *chain.Ref     // of a chain.BlockError, or nil
}

// kinds are the errors that a core may look for.
var kinds = []error{
	chain.ErrNotFound, chain.ErrUnknownParent, chain.ErrInvalidAncestor, chain.ErrNotBetter, chain.ErrWrongNetwork, chain.ErrStore,
	chain.ErrInvalidated, chain.ErrGenesisStays, chain.ErrManyInvalidated,
	mempool.ErrKnown, mempool.ErrFull, mempool.ErrFeeTooLow, mempool.ErrTooMany, mempool.ErrMoved,
}

// faultOf keeps err, unless it is nil or kept already.
func faultOf(err error) error {
	if err == nil || errors.As(err, new(*fault)) {
		return err
	}
	kept := &fault{Text: err.Error()}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			kept.Kinds = append(kept.Kinds, kind.Error())
		}
	}
	kept.Rule, _ = consensus.Broken(err)
	if at := new(chain.BlockError); errors.As(err, &at) {
		kept.Block = &at.Ref
	}
	return kept
}

func (f *fault) Error() string { return f.Text }

// Unwrap lists what errors.Is and errors.As are to find.
func (f *fault) Unwrap() (list []error) {
	for _, kind := range kinds {
		for _, name := range f.Kinds {
			if name == kind.Error() {
				list = append(list, kind)
			}
		}
	}
	if f.Rule != "" {
		list = append(list, f.Rule)
	}
	if f.Block != nil {
		list = append(list, &chain.BlockError{Ref: *f.Block, Err: errors.New(f.Text)})
	}
	return list
}

var errorType = reflect.TypeFor[error]()

// keepable is an input whose errors can be written down.
func keepable(in core.Input) core.Input {
	kept := reflect.New(reflect.TypeOf(in)).Elem()
	kept.Set(reflect.ValueOf(in))
	for i := range kept.NumField() {
		if field := kept.Field(i); field.Type() == errorType && !field.IsNil() {
			field.Set(reflect.ValueOf(faultOf(field.Interface().(error))))
		}
	}
	return kept.Interface().(core.Input)
}
