package manager

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/report"
)

// reportTypes are what the forms of a report are called in HTTP.
var reportTypes = map[string]string{
	report.HTML: "text/html; charset=utf-8", report.JSON: "application/json; charset=utf-8", report.CSV: "text/csv; charset=utf-8; header=present",
}

const mimeCSV = "text/csv"

// formOf is the form of a media type.
var formOf = map[string]string{gin.MIMEHTML: report.HTML, gin.MIMEJSON: report.JSON, mimeCSV: report.CSV}

// handleReport answers with the run's story so far.
func (m *Manager) handleReport(c *gin.Context) error {
	form, err := reportForm(c)
	if err != nil {
		return err
	}
	if c.Request.Method == http.MethodHead {
		reportHeader(c, form)
		return nil
	}
	made, err := m.report(c.Request.Context())
	if err != nil {
		return err
	}
	reportHeader(c, form)
	const part = 64 << 10 // bytes that are written in one go
	out := bufio.NewWriterSize(httpserver.TimedWriter{Context: c}, part)
	if err := made.Write(out, form); err != nil {
		return err
	}
	return out.Flush()
}

func reportHeader(c *gin.Context, form string) {
	c.Header("Content-Type", reportTypes[form])
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Header("Cache-Control", "no-store")
	c.Header("Vary", "Accept")
}

// reportForm is the form that a client asks for.
func reportForm(c *gin.Context) (string, error) {
	if form, given := c.GetQuery("format"); given {
		if !report.Known(form) {
			return "", httpserver.Malformed("format is %.64q, want %s", form, strings.Join(report.Forms, ", "))
		}
		return form, nil
	}
	form, known := formOf[c.NegotiateFormat(gin.MIMEHTML, gin.MIMEJSON, mimeCSV)]
	if !known {
		return report.HTML, nil
	}
	return form, nil
}

// report makes one from all that was told. One is made at a time, as it may take all
// events that are on disk.
func (m *Manager) report(ctx context.Context) (*report.Report, error) {
	select {
	case m.reports <- struct{}{}:
		defer func() { <-m.reports }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m.stream.Settle()
	fold := report.NewFold()
	err := m.stream.Each(report.Types, func(e *events.Event) error {
		fold.Apply(e)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return fold.Report(report.Options{Made: time.Now(), Software: m.config.Software, Runs: true}), nil
}
