package disk_test

import (
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := disk.Lock(path)
	require.NoError(t, err)
	_, err = disk.Lock(path)
	require.ErrorIs(t, err, disk.ErrLocked)
	require.NoError(t, disk.RemoveLock(first, path))
	require.NoFileExists(t, path)
	second, err := disk.Lock(path)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

// Who waits at a file that its owner removes has the lock of no other file: of many who
// take it, look, and remove it, no two have it at once.
func TestARemovedLockIsNobodys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var holders atomic.Int32
	var takers sync.WaitGroup
	for range 8 {
		takers.Go(func() {
			for taken := 0; taken < 100; {
				lock, err := disk.Lock(path)
				if errors.Is(err, disk.ErrLocked) {
					continue
				}
				assert.NoError(t, err)
				assert.EqualValues(t, 1, holders.Add(1))
				runtime.Gosched()
				holders.Add(-1)
				assert.NoError(t, disk.RemoveLock(lock, path))
				taken++
			}
		})
	}
	takers.Wait()
}
