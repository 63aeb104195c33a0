// Package leaktest holds that tests leave no goroutines behind. What ends by itself is
// waited for, as on a slow machine that takes longer than goleak looks.
package leaktest

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience bounds the wait for goroutines to end.
const patience = time.Minute

// Main runs a package's tests, and ends the process with their code, or with 1 if they
// pass and leave goroutines behind.
func Main(m *testing.M) { goleak.VerifyTestMain(tests{m}) }

// Verify fails a test that has left goroutines behind. No other may run beside it.
func Verify(t testing.TB) {
	t.Helper()
	await()
	goleak.VerifyNone(t)
}

// tests end once nothing of them is left, or patience is over.
type tests struct{ m *testing.M }

func (t tests) Run() (code int) {
	if code = t.m.Run(); code == 0 {
		await()
	}
	return code
}

func await() {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if goleak.Find() == nil { // which takes its time, too
			return
		}
	}
}
