// Writes what Prometheus' own client library for Go exposes, as fixtures for the tests of the protobuf format:
//
//	go run . DIRECTORY
package main

import (
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

// app counts as an HTTP server does: a counter, and a histogram of latency in the kind that the options say.
type app struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
}

func newApp(options prometheus.HistogramOpts) app {
	options.Name = "http_request_duration_seconds"
	options.Help = "Latency."
	a := app{
		prometheus.NewRegistry(),
		prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests."}, []string{"status"}),
		prometheus.NewHistogramVec(options, []string{"method"}),
	}
	a.registry.MustRegister(a.requests, a.latency)
	return a
}

func (a app) observe(method, status string, seconds float64) {
	a.requests.WithLabelValues(status).Inc()
	a.latency.WithLabelValues(method).Observe(seconds)
}

// serve answers 1,000 requests from 1 ms to 1 s, evenly, of which each 50th fails; and 10 of another method.
func (a app) serve() {
	for i := 1; i <= 1000; i++ {
		status := "200"
		if i%50 == 0 {
			status = "503"
		}
		a.observe("GET", status, float64(i)/1000)
	}
	for i := 0; i < 10; i++ {
		a.observe("POST", "200", 2)
	}
}

func (a app) write(file, accept string) {
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", accept)
	response := httptest.NewRecorder()
	promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{DisableCompression: true}).ServeHTTP(response, request)
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, body, 0o644); err != nil {
		log.Fatal(err)
	}
	log.Println(file, response.Result().Header.Get("Content-Type"), len(body))
}

func main() {
	directory := os.Args[1]
	at := func(name string) string { return filepath.Join(directory, name) }

	native := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.1})
	native.serve()
	native.write(at("native.pb"), protobuf)
	native.write(at("native.txt"), "*/*")

	coarse := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 2})
	coarse.serve()
	coarse.write(at("coarse.pb"), protobuf)

	fine := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.005})
	fine.serve()
	fine.write(at("fine.pb"), protobuf)

	classic := newApp(prometheus.HistogramOpts{Buckets: []float64{0.1, 0.5, 1}})
	classic.serve()
	classic.write(at("classic.pb"), protobuf)

	both := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.1, Buckets: []float64{0.1, 0.5, 1}})
	both.serve()
	both.write(at("both.pb"), protobuf)

	// Around nothing: below the zero threshold, negative, not a number.
	odd := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.1, NativeHistogramZeroThreshold: 0.01})
	for _, seconds := range []float64{0, 0.001, -0.5, 0.02, 0.02, 1e6, math.NaN()} {
		odd.observe("GET", "200", seconds)
	}
	odd.write(at("odd.pb"), protobuf)

	empty := newApp(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.1})
	empty.latency.WithLabelValues("GET")
	empty.requests.WithLabelValues("200")
	empty.write(at("empty.pb"), protobuf)
}
