package metrics

import (
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
)

// namespace begins every name.
const namespace = "networkmngr"

// server is what nodes and the manager have alike. Its methods may be called from any
// goroutine.
type server struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	events   *prometheus.CounterVec
	handler  func() http.Handler // answers a scrape
	registry func() *prometheus.Registry
}

// newServer makes what a node or the manager has beside the metrics of its own, which others
// makes or lists at the first scrape: until then, they would only take memory in every node.
func newServer(others func() []prometheus.Collector) server {
	s := server{
		requests: counters("http_requests_total", "Requests that were answered, by route.", "route", "method", "code"),
		duration: histograms("http_request_duration_seconds",
			"Time from a request to the end of its answer; for streams, how long their reader stayed.", answers, "route", "method", "code"),
		events: counters("events_total", "Events that were told, by type.", "type"),
	}
	s.registry = sync.OnceValue(func() *prometheus.Registry {
		registry := prometheus.NewRegistry()
		registry.MustRegister(s.requests, s.duration, s.events)
		registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		registry.MustRegister(others()...)
		return registry
	})
	s.handler = sync.OnceValue(func() http.Handler {
		return promhttp.HandlerFor(s.registry(), promhttp.HandlerOpts{DisableCompression: true})
	})
	return s
}

// Answered counts a request.
func (s *server) Answered(a httpserver.Answered) {
	route, method := a.Route, a.Method
	if route == "" { // the client's own words
		route, method = "other", "other"
	}
	code := strconv.Itoa(a.Status)
	s.requests.WithLabelValues(route, method, code).Inc()
	s.duration.WithLabelValues(route, method, code).Observe(a.Took.Seconds())
}

// count counts an event.
func (s *server) count(t events.Type) {
	if !events.Known(t) { // a newer node's own words
		t = "other"
	}
	s.events.WithLabelValues(string(t)).Inc()
}

// Route is GET /metrics.
func (s *server) Route() httpserver.Route {
	return httpserver.Route{Methods: httpserver.Get, Path: "/metrics", Handle: func(c *gin.Context) error {
		s.handler().ServeHTTP(writer{c.Writer, httpserver.TimedWriter{Context: c}}, c.Request)
		return nil
	}}
}

// writer sends an answer, with a time limit for each part.
type writer struct {
	http.ResponseWriter
	timed httpserver.TimedWriter
}

func (w writer) Write(part []byte) (int, error) { return w.timed.Write(part) }

// Buckets of histograms, in seconds: what a node does about a block or a transfer, how
// programs answer, and how blocks travel.
var (
	work    = []float64{0.00001, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 10}
	answers = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}
	delays  = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
)

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(histogramOptions(name, help, buckets))
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(histogramOptions(name, help, buckets), labels)
}

// histogramOptions have classic buckets, and native ones for who scrapes those.
func histogramOptions(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	}
}

// goVersion is what the program was built with.
var goVersion = runtime.Version()
