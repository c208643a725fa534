package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// wrk is the load generator of that name, where the machine has it.
type wrk string

// findWrk is "" where the machine has none.
func findWrk() wrk {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return ""
	}
	return wrk(path)
}

// run asks as told, by wrk where it is there and can (it knows whole
// seconds), and else by our own clients.
func (w wrk) run(ctx context.Context, l asking, slice time.Duration) (sample, error) {
	if w == "" || slice < time.Second {
		return l.run(ctx, slice)
	}
	script, err := os.CreateTemp("", "patok-wrk-*.lua")
	if err != nil {
		return sample{}, err
	}
	defer os.Remove(script.Name())
	_, err = script.WriteString(wrkScript(l))
	if closing := script.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return sample{}, err
	}
	seconds := int(slice.Round(time.Second) / time.Second)
	out, err := exec.CommandContext(ctx, string(w), "-t", strconv.Itoa(min(2, l.clients)), "-c", strconv.Itoa(l.clients),
		"-d", fmt.Sprintf("%ds", seconds), "--latency", "-s", script.Name(), l.base).CombinedOutput()
	if err != nil {
		return sample{}, fmt.Errorf("wrk: %w: %s", err, out)
	}
	return readWrk(string(out))
}

// wrkScript asks for the paths in turn.
func wrkScript(l asking) string {
	var b strings.Builder
	b.WriteString("local paths = {\n")
	for _, path := range l.paths {
		fmt.Fprintf(&b, "%q,\n", path)
	}
	b.WriteString("}\nlocal headers = {}\n")
	for line := range strings.Lines(l.headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		fmt.Fprintf(&b, "headers[%q] = %q\n", name, value)
	}
	b.WriteString(`local requests, i = {}, 0
function init(args)
  for n, path in ipairs(paths) do requests[n] = wrk.format("GET", path, headers) end
end
function request()
  i = i % #requests + 1
  return requests[i]
end
`)
	return b.String()
}

var (
	wrkLatency = regexp.MustCompile(`(?m)^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$`)
	wrkTotal   = regexp.MustCompile(`(\d+) requests in ([\d.]+)(us|ms|s|m), ([\d.]+)(B|KB|MB|GB|TB) read`)
	wrkRate    = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkFailed  = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
	wrkErrors  = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
)

// readWrk reads what wrk --latency prints.
func readWrk(out string) (sample, error) {
	millis := map[string]float64{"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
	bytes := map[string]float64{"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
	number := func(s string) float64 { v, _ := strconv.ParseFloat(s, 64); return v }
	total, rate := wrkTotal.FindStringSubmatch(out), wrkRate.FindStringSubmatch(out)
	if total == nil || rate == nil {
		return sample{}, fmt.Errorf("wrk said: %s", out)
	}
	s := sample{PerSecond: number(rate[1]), Requests: int(number(total[1]))}
	s.Bytes = number(total[4]) * bytes[total[5]] / max(1, number(total[1])) // headers are among them
	for _, m := range wrkLatency.FindAllStringSubmatch(out, -1) {
		if v := number(m[2]) * millis[m[3]]; m[1] == "50" {
			s.P50 = v
		} else {
			s.P99 = v
		}
	}
	if m := wrkFailed.FindStringSubmatch(out); m != nil {
		s.Failed = int(number(m[1]))
	}
	if m := wrkErrors.FindStringSubmatch(out); m != nil {
		for _, n := range m[1:] {
			s.Failed += int(number(n))
		}
	}
	return s, nil
}

// name is what a report calls the load generator.
func (w wrk) name() string {
	if w == "" {
		return "patok-bench"
	}
	return "wrk"
}
