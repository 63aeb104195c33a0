package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// row is a metric that is read at each scrape.
type row[T any] struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*T) float64
}

// scraped are metrics of what is so at the moment of a scrape, which now tells.
type scraped[T any] struct {
	now  func() T
	rows []row[T]
}

// Describe is for the registry.
func (s scraped[T]) Describe(to chan<- *prometheus.Desc) {
	for _, r := range s.rows {
		to <- r.desc
	}
}

// Collect is for the registry.
func (s scraped[T]) Collect(to chan<- prometheus.Metric) {
	now := s.now()
	for _, r := range s.rows {
		to <- prometheus.MustNewConstMetric(r.desc, r.kind, r.value(&now))
	}
}

// gauge is a row of what goes up and down; labels are names and values in turn.
func gauge[T any](name, help string, value func(*T) float64, labels ...string) row[T] {
	return newRow(prometheus.GaugeValue, name, help, value, labels)
}

// grown is a row of what is counted elsewhere.
func grown[T any](name, help string, value func(*T) float64, labels ...string) row[T] {
	return newRow(prometheus.CounterValue, name, help, value, labels)
}

func newRow[T any](kind prometheus.ValueType, name, help string, value func(*T) float64, labels []string) row[T] {
	fixed := make(prometheus.Labels)
	for pair := range slices.Chunk(labels, 2) {
		fixed[pair[0]] = pair[1]
	}
	return row[T]{prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, nil, fixed), kind, value}
}

// build is a row that says what runs.
func build[T any](version string, labels ...string) row[T] {
	labels = append(labels, "version", version, "goversion", goVersion)
	return gauge("build_info", "What runs; always 1.", func(*T) float64 { return 1 }, labels...)
}

// oneIf is 1 for true.
func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
