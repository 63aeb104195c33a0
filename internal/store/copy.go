package store

import "io"

// Copy writes the file as it is after the last commit to what to returns for its size in
// bytes, while others read and write on. It must not take long, as the file cannot use
// pages again meanwhile. The error is to's, that of writing, or as that of View.
func (s *Bolt) Copy(to func(size int64) (io.Writer, error)) error {
	t, err := s.begin(false)
	if err != nil {
		return err
	}
	defer t.rollback()
	w, err := to(t.tx.Size())
	if err != nil {
		return err
	}
	return s.call(func() error {
		_, err := t.tx.WriteTo(w)
		return err
	})
}
