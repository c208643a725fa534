package main

import "testing"

// Both encoders do the same work; benchstat compares them by the last part of
// the name (-col /by).
func BenchmarkEncode(b *testing.B) {
	e := newEncoding(1, encodedPoints)
	for _, side := range []struct {
		name string
		do   func() ([]byte, error)
	}{{"by=patok", e.ours}, {"by=orb", e.orbs}} {
		b.Run(side.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := side.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
